"""Data sets for recommenders by name: each reads, with the split that was published."""

import pytest

from weft.data.recommendation.registry import (
    RECOMMENDATION_SETS,
    read_recommendation_set,
    recommendation_set,
)
from weft.errors import InputError
from weft.tables import leak_check

HERE = {
    "amazon-book-kgat": (70679, 24915),
    "amazon-electronics": (1435, 1522),
    "ciao": (7375, 105114),
    "douban": (2999, 3000),
    "gowalla": (29858, 40981),
    "hin-amazon": (6170, 2753),
    "lastfm": (1880, 4489),
    "mkr-music": (1872, 3846),
    "s3rec-beauty": (22363, 12101),
    "s3rec-lastfm": (1090, 3646),
}
SMALL = sorted(set(HERE) - {"gowalla", "amazon-book-kgat", "ciao", "s3rec-beauty"})


@pytest.mark.parametrize("name", SMALL)
def test_a_name_gives_interactions_and_the_published_split(data_dir, name):
    interactions, split = read_recommendation_set(name)
    assert (interactions.num_users, interactions.num_items) == HERE[name]
    parts = RECOMMENDATION_SETS[name].parts
    assert (split is None) == (parts == "none")
    if split is not None:
        assert len(split.train) + len(split.validation) + len(split.test) == len(interactions)
        assert (len(split.validation) > 0) == (parts == "all")
        report = leak_check(interactions, split)
        assert report["passed"] or interactions.times is not None


@pytest.mark.parametrize("name", ["amazon-electronics", "douban", "lastfm"])
def test_validation_is_drawn_from_training_pairs_where_training_and_test_were_published(data_dir, name):
    _, without = read_recommendation_set(name)
    _, split = read_recommendation_set(name, validation_fraction=0.1, seed=3)
    assert len(split.validation) == pytest.approx(0.1 * len(without.train), rel=0.05)
    assert sorted([*split.train.tolist(), *split.validation.tolist()]) == without.train.tolist()
    assert split.test.tolist() == without.test.tolist()


def test_a_fraction_where_none_is_drawn_and_an_unknown_name_are_refused():
    with pytest.raises(InputError, match="ml-100k: validation_fraction"):
        read_recommendation_set("ml-100k", validation_fraction=0.1)
    with pytest.raises(InputError, match="Did you mean 'gowalla'"):
        recommendation_set("gowala")


def test_movielens_has_times_to_split_by(tmp_path, monkeypatch):
    (tmp_path / "ml-100k").mkdir()
    files = {"u1.base": "1\t2\t5\t9\n1\t3\t4\t8\n", "u1.test": "2\t2\t1\t7\n", "u.user": "", "u.item": ""}
    for name, text in files.items():
        (tmp_path / "ml-100k" / name).write_text(text)
    monkeypatch.setenv("WEFT_DATA_DIR", str(tmp_path))
    interactions, split = read_recommendation_set("ml-100k")
    assert (interactions.times.tolist(), split) == ([9_000_000, 8_000_000, 7_000_000], None)

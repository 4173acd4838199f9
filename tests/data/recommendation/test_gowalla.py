"""The format of a line per user, and the counts of the real files."""

import pytest
import torch

from weft.data import AmazonBook, AmazonBookKGAT, AmazonElectronics, Gowalla, Yelp2018, raw_files
from weft.errors import InputError, TableError
from weft.tables import leak_check


def write(folder, train: str, test: str):
    """Write the two files and return the folder."""
    (folder / "train.txt").write_text(train)
    (folder / "test.txt").write_text(test)
    return folder


def pairs(gowalla, rows):
    """Return the (user, item) keys of ``rows``."""
    data = gowalla.interactions
    users, items = data.user_keys.to_pylist(), data.item_keys.to_pylist()
    return [(users[u], items[i]) for u, i in zip(data.user_ids[rows], data.item_ids[rows], strict=True)]


def test_lines_with_trailing_blanks_no_items_and_nothing_are_read(tmp_path):
    gowalla = Gowalla(write(tmp_path, "0 7 3 \n\n2 3\n1\n", "0 5\n1 \n2 9 7\r\n"))
    assert pairs(gowalla, gowalla.split.train) == [(0, 3), (0, 7), (2, 3)]
    assert pairs(gowalla, gowalla.split.test) == [(0, 5), (2, 7), (2, 9)]
    assert gowalla.split.strategy == "published"
    assert len(gowalla.split.validation) == 0
    assert leak_check(gowalla.interactions, gowalla.split)["passed"]


def test_a_pair_in_both_files_counts_in_training_and_is_said_aloud(tmp_path):
    gowalla = Gowalla(write(tmp_path, "0 1 2 2\n", "0 2 3\n"))
    assert pairs(gowalla, gowalla.split.train) == [(0, 1), (0, 2)]
    assert pairs(gowalla, gowalla.split.test) == [(0, 3)]
    assert gowalla.interactions.num_duplicates == 2
    assert "2 of 5 pairs" in gowalla.interactions.notes[0]


def test_validation_is_held_out_of_training_by_seed(tmp_path):
    lines = "".join(f"{user} {' '.join(str(item) for item in range(20))}\n" for user in range(50))
    folder = write(tmp_path, lines, "0 20\n")
    first, again, other = (Gowalla(folder, validation_fraction=0.1, seed=seed) for seed in (1, 1, 2))
    assert len(first.split.validation) == 100
    assert torch.equal(first.split.validation, again.split.validation)
    assert not torch.equal(first.split.validation, other.split.validation)
    assert leak_check(first.interactions, first.split)["passed"]


@pytest.mark.parametrize("bad", ["x", "-3", "1.5", "99999999999999999999"])
def test_a_malformed_line_is_named_by_its_number(tmp_path, bad):
    with pytest.raises(TableError, match=r"line 2 of .*train.txt"):
        Gowalla(write(tmp_path, f"0 1\n1 {bad}\n", "0 2\n"))


def no_network(what, files, folder, *, log):
    """Say what would be downloaded, and to where."""
    raise InputError(f"{what} fetches {', '.join(file.name for file in files)} into {folder}")


def test_missing_files_are_fetched_into_the_folder_given_or_that_of_downloads(tmp_path, monkeypatch, download_folder):
    monkeypatch.setattr(raw_files, "fetch_raw_files", no_network)
    with pytest.raises(InputError, match=r"fetches train\.txt, test\.txt into .*gowalla"):
        Gowalla(tmp_path)
    monkeypatch.setenv("WEFT_DATA_DIR", str(tmp_path))
    with pytest.raises(InputError, match=f"into {download_folder}/gowalla"):
        Gowalla()


def test_empty_files_and_bad_fractions_are_refused(tmp_path):
    with pytest.raises(TableError, match="no pairs"):
        Gowalla(write(tmp_path, "0\n", "\n"))
    with pytest.raises(InputError, match="validation_fraction"):
        Gowalla(tmp_path, validation_fraction=1.0)


COUNTS = [
    (Gowalla, (29858, 40981), (810128, 217242)),
    (AmazonBookKGAT, (70679, 24915), (652514, 193920)),
    (AmazonElectronics, (1435, 1522), (31887, 4044)),
]


@pytest.mark.parametrize(("kind", "counts", "sizes"), COUNTS)
def test_real_files_have_the_published_counts_and_no_pair_in_two_parts(data_dir, kind, counts, sizes):
    data = kind()
    assert (data.interactions.num_users, data.interactions.num_items) == counts
    assert (len(data.split.train), len(data.split.test)) == sizes
    assert data.interactions.num_duplicates == 0
    assert leak_check(data.interactions, data.split)["passed"]


@pytest.mark.parametrize("kind", [AmazonBook, AmazonBookKGAT, AmazonElectronics, Yelp2018])
def test_others_have_the_same_files(tmp_path, kind):
    data = kind(write(tmp_path, "0 7 3\n", "0 5\n"), validation_fraction=0.5)
    assert sorted(pairs(data, torch.cat([data.split.train, data.split.validation]))) == [(0, 3), (0, 7)]
    assert len(data.split.validation) == 1
    assert pairs(data, data.split.test) == [(0, 5)]

"""Sequences: the last step is the test, the one before is for validation."""

import json

import pytest

from weft.data import S3Rec
from weft.errors import InputError, TableError


def write(folder, lines="1 5 7 9 5\n", attributes=None, sample=None):
    (folder / "LastFM.txt").write_text(lines)
    (folder / "LastFM_item2attributes.json").write_text(json.dumps(attributes or {}))
    if sample is not None:
        (folder / "LastFM_sample.txt").write_text(sample)
    return folder


def test_steps_attributes_and_negatives(tmp_path):
    lines = "2 9 8 5 7\n1 5 7 9\n"
    data = S3Rec("LastFM", write(tmp_path, lines, {"5": [3, 1, 3], "8": []}, "2 5\n1 8\n"))
    assert data.interactions.item_keys.to_pylist() == [5, 7, 8, 9]
    assert [steps.tolist() for steps in data.sequences] == [[0, 1, 3], [3, 2, 0, 1]]
    assert data.interactions.times.tolist() == [0, 1, 2, 2, 3, 1, 0]
    parts = [data.split.train.tolist(), data.split.validation.tolist(), data.split.test.tolist()]
    assert parts == [[0, 5, 6], [1, 3], [2, 4]]
    assert [found.tolist() for found in data.item_attributes] == [[1, 3], [], [], []]
    assert data.test_negatives.tolist() == [[2], [0]]
    assert data.interactions.time_unit == "counter"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"lines": "1 5 7\n"}, "user 1 .* fewer than three items"),
        ({"lines": "1 5 7 9\n", "sample": "1 6\n"}, "item 6 stands in no sequence"),
        ({"lines": "1 5 7 9\n", "sample": ""}, "as many items for each of the 1 users"),
    ],
)
def test_files_that_do_not_go_together_are_refused(tmp_path, content, said):
    with pytest.raises(TableError, match=said):
        S3Rec("LastFM", write(tmp_path, **content))


def test_another_name_is_refused(tmp_path):
    with pytest.raises(InputError, match="name='Books'"):
        S3Rec("Books", tmp_path)


@pytest.mark.parametrize(
    ("name", "users", "items", "steps"), [("Beauty", 22363, 12101, 198502), ("LastFM", 1090, 3646, 52551)]
)
def test_real_files_have_the_published_counts(data_dir, name, users, items, steps):
    data = S3Rec(name)
    assert (data.interactions.num_users, data.interactions.num_items, len(data.interactions)) == (users, items, steps)
    assert len(data.split.test) == len(data.split.validation) == users
    assert len(data.split.train) == steps - 2 * users
    assert len(data.item_attributes) == items
    assert (data.test_negatives is not None) == (name == "LastFM")
    if data.test_negatives is not None:
        assert data.test_negatives.shape == (1090, 99)
        taken = [set(steps.tolist()) for steps in data.sequences]
        assert not any(seen & set(row.tolist()) for seen, row in zip(taken, data.test_negatives, strict=True))

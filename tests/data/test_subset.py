"""Parts of data sets."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from weft.data import Subset, split_dataset
from weft.errors import IdError, InputError, ShapeError

LETTERS = list("abcdefghijk")


def items(part):
    return [part[place] for place in range(len(part))]


@pytest.mark.parametrize(
    "indices",
    [
        [4, 0, 10],
        (4, 0, -1),
        torch.tensor([4, 0, 10]),
        torch.tensor([4, 0, 10], dtype=torch.int32),
        np.array([4, 0, 10]),
    ],
    ids=str,
)
def test_items_come_in_the_order_of_the_indices(indices):
    part = Subset(LETTERS, indices)
    assert len(part) == 3
    assert items(part) == list(part) == ["e", "a", "k"]
    assert part[-1] == "k"
    assert part.indices == [4, 0, 10]


def test_mask_picks_where_it_is_true():
    mask = torch.zeros(11, dtype=torch.bool)
    mask[[2, 5]] = True
    assert items(Subset(LETTERS, mask)) == ["c", "f"]
    with pytest.raises(ShapeError, match=r"shape \(3,\) for 11 items"):
        Subset(LETTERS, mask[:3])


def test_part_of_a_part_counts_in_the_whole():
    part = Subset(LETTERS, range(2, 8))
    assert items(part[1:3]) == ["d", "e"]
    assert items(part[[0, -1]]) == ["c", "h"]
    assert items(part[torch.tensor([5, 0])]) == items(part[np.array([5, 0])]) == ["h", "c"]
    assert part[torch.tensor(1)] == part[np.array(1)] == "d"
    assert part[1:3].dataset is LETTERS


def test_empty_part_has_no_items():
    for indices in ([], torch.tensor([]), range(0), torch.zeros(11, dtype=torch.bool)):
        assert items(Subset(LETTERS, indices)) == []


@pytest.mark.parametrize("index", [11, -12])
def test_index_past_the_end_is_refused(index):
    with pytest.raises(IdError, match=f"index {index} is past the end of 11 items"):
        Subset(LETTERS, [0, index])
    with pytest.raises(IdError, match="past the end of 2 items"):
        Subset(LETTERS, [0, 1])[2]


def test_index_that_is_no_whole_number_is_refused():
    for indices in ([0.5, 1], torch.tensor([1.0]), np.array([2.0])):
        with pytest.raises(InputError, match="expected whole numbers"):
            Subset(LETTERS, indices)


def test_split_is_in_order_and_the_last_part_takes_the_rest():
    parts = split_dataset(LETTERS)
    assert [part.indices for part in parts] == [list(range(8)), [8], [9, 10]]


@pytest.mark.parametrize(
    ("seed", "parts"),
    [
        (0, [[4, 9, 2, 10, 6], [1, 7], [8, 3, 0, 5]]),
        (7, [[8, 5, 0, 2, 1], [10, 7], [3, 6, 9, 4]]),
    ],
)
def test_shuffled_split_is_that_of_dgl(seed, parts):
    # As dgl.data.utils.split_dataset of DGL 2.1 gave them.
    for state in (seed, np.random.RandomState(seed)):
        found = split_dataset(LETTERS, [0.5, 0.2, 0.3], shuffle=True, random_state=state)
        assert [part.indices for part in found] == parts


def test_shuffled_split_without_a_seed_is_drawn_anew():
    drawn = {tuple(split_dataset(LETTERS, shuffle=True)[0].indices) for _ in range(5)}
    assert len(drawn) > 1


@pytest.mark.parametrize("shares", [[0.5, 0.6], [1.5, -0.5], [], [0.5]])
def test_shares_that_are_no_parts_of_one_are_refused(shares):
    with pytest.raises(InputError, match="add up to 1"):
        split_dataset(LETTERS, shares)

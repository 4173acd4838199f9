"""Items grouped by user."""

from __future__ import annotations

import pytest
import torch

from weft.errors import DtypeError, IdError, ShapeError
from weft.metrics import UserItems, group_by_user

BOUGHT = group_by_user(torch.tensor([3, 0, 3, 0, 3]), torch.tensor([5, 2, 1, 2, 4]), num_users=5)


def test_pairs_are_sorted_and_given_once():
    assert BOUGHT.indptr.tolist() == [0, 1, 1, 1, 4, 4]
    assert BOUGHT.items.tolist() == [2, 1, 4, 5]
    assert BOUGHT.user_ids().tolist() == [0, 3, 3, 3]
    assert BOUGHT.counts().tolist() == [1, 0, 0, 3, 0]


def test_take_follows_the_order_of_the_users_asked_for():
    taken = BOUGHT.take(torch.tensor([3, 1, 0, 3]))
    assert taken.indptr.tolist() == [0, 3, 3, 4, 7]
    assert taken.items.tolist() == [1, 4, 5, 2, 1, 4, 5]


def test_take_of_nobody_is_empty():
    taken = BOUGHT.take(torch.tensor([], dtype=torch.int64))
    assert (taken.num_users, taken.num_pairs) == (0, 0)


def test_keep_leaves_the_users_in_place():
    kept = BOUGHT.keep(BOUGHT.items > 1)
    assert kept.indptr.tolist() == [0, 1, 1, 1, 3, 3]
    assert kept.items.tolist() == [2, 4, 5]


def test_contains_knows_absent_items_and_items_past_the_largest():
    users = torch.tensor([0, 0, 3, 3, 1, 4, 3])
    items = torch.tensor([2, 1, 5, 2, 2, 9, -1])
    assert BOUGHT.contains(users, items).tolist() == [True, False, True, False, False, False, False]


def test_contains_on_no_pairs_is_false():
    empty = UserItems(torch.zeros(3, dtype=torch.int64), torch.tensor([], dtype=torch.int64))
    assert empty.contains(torch.tensor([0, 1]), torch.tensor([0, 0])).tolist() == [False, False]


def test_no_pairs_give_users_without_items():
    empty = group_by_user(torch.tensor([], dtype=torch.int64), torch.tensor([], dtype=torch.int64), num_users=2)
    assert empty.indptr.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("users", "items", "error", "message"),
    [
        ([0, 5], [0, 0], IdError, "user id 5 is outside 0..4"),
        ([-1, 0], [0, 0], IdError, "user id -1"),
        ([0, 0], [0, -2], IdError, "item id -2 is negative"),
        ([0, 1], [0], ShapeError, "equal length"),
        ([0.0, 1.0], [0, 0], DtypeError, "user_ids has dtype torch.float32"),
    ],
)
def test_bad_pairs_are_refused(users, items, error, message):
    with pytest.raises(error, match=message):
        group_by_user(torch.tensor(users), torch.tensor(items), num_users=5)

"""Which rows are held out: a fixed function of (seed, user, item), so that a split is the same for ever."""

import torch

from weft.random import hash_bits
from weft.store.split import hold_out_per_user


def held(users, items, **options):
    """Return the pairs held out."""
    mask = hold_out_per_user(users, items, 0.4, stream=0, **options)
    return sorted(zip(users[mask].tolist(), items[mask].tolist(), strict=True))


def test_rows_with_the_least_bits_of_their_user_go():
    users, items = torch.zeros(5, dtype=torch.int64), torch.arange(5)
    bits = [int(value) % 2**64 for value in hash_bits(7, users, items)]
    count = int(0.4 * 5 + int(hash_bits(8, 0, -1)) % 2**64 / 2**64)
    expected = sorted((0, item) for item in sorted(range(5), key=lambda item: bits[item])[:count])
    assert held(users, items, seed=7) == expected


def test_split_is_the_one_of_every_release():
    users, items = torch.arange(12) // 4, torch.arange(12) % 4
    assert held(users, items, seed=0) == [(0, 0), (0, 1), (1, 0), (1, 3), (2, 1), (2, 2)]


def test_order_of_rows_and_other_users_change_nothing():
    users, items = torch.arange(12) // 4, torch.arange(12) % 4
    assert held(users.flip(0), items.flip(0), seed=3) == held(users, items, seed=3)
    assert held(users[4:], items[4:], seed=3) == [pair for pair in held(users, items, seed=3) if pair[0] > 0]


def test_no_row_gives_no_row():
    empty = torch.empty(0, dtype=torch.int64)
    assert held(empty, empty, seed=0) == []

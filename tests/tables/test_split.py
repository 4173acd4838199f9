"""Splits by time, by each user's last row, at random; what leaks and what is cold."""

import pyarrow
import pytest
import torch

from weft.errors import InputError, TableError
from weft.tables import (
    Interactions,
    Split,
    cold_items,
    cold_users,
    leak_check,
    split_by_time,
    split_leave_last_out,
    split_published,
    split_random_per_user,
)


def make_interactions(users: list[int], items: list[int], times: list[int] | None) -> Interactions:
    """Return interactions with integer keys 0, 1, ..."""
    return Interactions(
        user_ids=torch.tensor(users),
        item_ids=torch.tensor(items),
        times=None if times is None else torch.tensor(times),
        user_keys=pyarrow.array(range(max(users) + 1)),
        item_keys=pyarrow.array(range(max(items) + 1)),
    )


def random_interactions(num_users: int, num_items: int, count: int, seed: int) -> Interactions:
    """Return ``count`` distinct pairs at random times."""
    generator = torch.Generator().manual_seed(seed)
    packed = torch.sort(torch.randperm(num_users * num_items, generator=generator)[:count]).values
    times = torch.randint(0, 50, (count,), generator=generator)
    return make_interactions((packed // num_items).tolist(), (packed % num_items).tolist(), times.tolist())


def test_split_by_time_puts_the_last_tenth_into_test_and_the_tenth_before_into_validation():
    times = [7, 0, 19, 3, 1, 18, 2, 4, 17, 5, 6, 16, 8, 9, 10, 15, 11, 12, 13, 14]
    interactions = make_interactions([0] * 20, list(range(20)), times)
    split = split_by_time(interactions)
    assert interactions.times[split.test].tolist() == [19, 18]
    assert interactions.times[split.validation].tolist() == [17, 16]
    assert len(split.train) == 16
    assert split.boundaries == {"validation": 16, "test": 18}
    assert split.strategy == "time"


def test_rows_of_the_time_at_a_cut_all_go_to_the_later_side():
    times = [0, 1, 2, 3, 4, 5, 6, 7, 7, 7]
    split = split_by_time(make_interactions([0] * 10, list(range(10)), times))
    assert split.test.tolist() == [7, 8, 9]
    assert split.validation.tolist() == [6]
    assert split.train.tolist() == [0, 1, 2, 3, 4, 5]


def test_split_by_time_needs_three_distinct_times():
    with pytest.raises(TableError, match="2 distinct times"):
        split_by_time(make_interactions([0, 0, 0, 1], [0, 1, 2, 0], [5, 5, 6, 6]))


def test_three_distinct_times_give_one_to_each_part():
    split = split_by_time(make_interactions([0] * 6, list(range(6)), [1, 3, 3, 3, 2, 3]))
    assert (split.train.tolist(), split.validation.tolist(), split.test.tolist()) == ([0], [4], [1, 2, 3, 5])


def test_splits_that_need_times_say_so():
    interactions = make_interactions([0, 0, 0], [0, 1, 2], None)
    for split in (split_by_time, split_leave_last_out):
        with pytest.raises(TableError, match="no times"):
            split(interactions)


def test_fractions_that_leave_no_training_are_refused():
    interactions = random_interactions(5, 5, 20, seed=0)
    for fractions in ({"test_fraction": 0.0}, {"test_fraction": 0.6, "validation_fraction": 0.4}):
        with pytest.raises(InputError, match="test_fraction"):
            split_by_time(interactions, **fractions)


def test_leave_last_out_takes_each_users_last_two_rows():
    users, items, times = [0, 0, 0, 0, 1, 1, 2, 2, 2], [0, 1, 2, 3, 0, 1, 0, 1, 2], [4, 1, 3, 2, 1, 2, 5, 5, 5]
    split = split_leave_last_out(make_interactions(users, items, times))
    assert split.test.tolist() == [0, 8]
    assert split.validation.tolist() == [2, 7]
    assert split.train.tolist() == [1, 3, 4, 5, 6]


def test_leave_last_out_needs_a_user_with_three_rows():
    with pytest.raises(TableError, match="three purchases"):
        split_leave_last_out(make_interactions([0, 0, 1], [0, 1, 0], [1, 2, 3]))


@pytest.mark.parametrize("seed", [0, 1, -5, 2**70])
def test_random_split_leaves_each_user_a_training_row(seed):
    interactions = random_interactions(200, 40, 1000, seed=3)
    split = split_random_per_user(interactions, seed=seed)
    assert not (cold_users(interactions, split) & (torch.bincount(interactions.user_ids, minlength=200) > 0)).any()
    assert leak_check(interactions, split)["passed"]
    assert len(split.test) == pytest.approx(100, abs=25)
    assert len(split.validation) == pytest.approx(100, abs=25)


def test_random_split_of_a_user_depends_on_seed_and_user_alone():
    whole = random_interactions(50, 30, 600, seed=1)
    some = whole.user_ids < 20
    part = make_interactions(whole.user_ids[some].tolist(), whole.item_ids[some].tolist(), None)
    split, part_split = split_random_per_user(whole, seed=9), split_random_per_user(part, seed=9)
    assert torch.equal(split.test[split.test < len(part)], part_split.test)
    assert torch.equal(split.validation[split.validation < len(part)], part_split.validation)
    assert not torch.equal(split.test, split_random_per_user(whole, seed=10).test)


def test_random_split_of_single_purchases_is_refused():
    with pytest.raises(TableError, match="one purchase"):
        split_random_per_user(make_interactions([0, 1, 2], [0, 0, 1], None))


@pytest.mark.parametrize("strategy", [split_by_time, split_leave_last_out, split_random_per_user])
def test_every_row_is_in_exactly_one_part(strategy):
    interactions = random_interactions(60, 40, 900, seed=5)
    split = strategy(interactions)
    rows = torch.cat([split.train, split.validation, split.test])
    assert torch.equal(torch.sort(rows).values, torch.arange(900))
    assert leak_check(interactions, split)["passed"]


def test_leak_check_finds_shared_rows_and_pairs():
    interactions = make_interactions([0, 0, 1, 1], [0, 1, 0, 1], [1, 2, 3, 4])
    leaky = Split(torch.tensor([0, 1, 2]), torch.tensor([2]), torch.tensor([3]), "time")
    report = leak_check(interactions, leaky)
    assert not report["passed"]
    assert not report["rows_disjoint"]
    assert report["pairs_in_train_and_validation"] == 1
    assert report["pairs_in_train_and_test"] == 0
    assert not report["time_ordered"]


def test_leak_check_finds_training_after_test():
    interactions = make_interactions([0, 0, 1, 1], [0, 1, 0, 1], [1, 9, 3, 4])
    report = leak_check(interactions, Split(torch.tensor([0, 1]), torch.tensor([2]), torch.tensor([3]), "time"))
    assert report["pairs_disjoint"]
    assert not report["time_ordered"]
    assert not report["passed"]
    assert (report["latest_train_time"], report["earliest_test_time"]) == (9, 4)


def test_cold_users_and_items_are_those_without_a_training_row():
    interactions = make_interactions([0, 0, 1, 2], [0, 1, 1, 2], None)
    split = split_published(torch.tensor([0, 1]), torch.tensor([2, 3]))
    assert cold_users(interactions, split).tolist() == [False, True, True]
    assert cold_items(interactions, split).tolist() == [False, False, True]
    assert len(split.validation) == 0

"""Splits of interactions into training, validation and test rows, and the checks that nothing leaks."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft.errors import InputError, TableError
from weft.store import Interactions, Split
from weft.store.split import hold_out_per_user

# Streams of the random draws, so that validation and test are drawn independently of each other.
_TEST_STREAM, _VALIDATION_STREAM = 0, 2


def split_by_time(interactions: Interactions, *, validation_fraction: float = 0.1, test_fraction: float = 0.1) -> Split:
    """Return the last rows as test, those just before them as validation, all earlier ones as training.

    One clock for all users: every training row is earlier than every validation row, and those earlier than every test
    row. Rows of one time stay together, on the later side of the cut, so with coarse times (dates) the later parts may
    be larger than asked. ``boundaries`` holds the first validation time and the first test time.

    Raises:
        TableError: no times, or too few distinct ones to cut twice.
    """
    _check_fractions("split_by_time", validation_fraction, test_fraction)
    times = _times(interactions, "split_by_time")
    ordered = torch.sort(times).values
    count = len(ordered)
    test_start = int(ordered[count - max(1, round(test_fraction * count))])
    later = max(1, round(test_fraction * count)) + max(1, round(validation_fraction * count))
    # When one time covers both cuts, validation takes the last time before the test rows.
    before_test = ordered[: int(torch.searchsorted(ordered, test_start))]
    if len(before_test) == 0 or before_test[0] == before_test[-1]:
        raise TableError(
            f"split_by_time: {len(torch.unique_consecutive(ordered))} distinct times in column "
            f"{interactions.columns.get('time', 'time')!r} leave nothing to train on; training, validation and test "
            "need one each before the last tenth. Use --split leave-last-out or random, or a finer time column."
        )
    validation_start = min(int(ordered[count - min(later, count)]), int(before_test[-1]))
    validation_start = max(validation_start, int(before_test[before_test > before_test[0]][0]))
    return Split(
        train=torch.nonzero(times < validation_start).flatten(),
        validation=torch.nonzero((times >= validation_start) & (times < test_start)).flatten(),
        test=torch.nonzero(times >= test_start).flatten(),
        strategy="time",
        boundaries={"validation": validation_start, "test": test_start},
    )


def split_leave_last_out(interactions: Interactions) -> Split:
    """Return each user's last row as test, the one before as validation, the others as training.

    Rows of one user at the same time are ordered by item code. Users with fewer than three rows stay in training whole.
    Other users' training rows may be later than a user's test row: ``leak_check`` says so, ``split_by_time`` avoids it.

    Raises:
        TableError: no times, or no user with three rows.
    """
    times = _times(interactions, "split_leave_last_out").numpy()
    users, items = interactions.user_ids.numpy(), interactions.item_ids.numpy()
    order = np.lexsort((items, times, users))
    counts = np.bincount(users, minlength=interactions.num_users)
    if not (counts >= 3).any():
        raise TableError(
            "split_leave_last_out: no user has three purchases. Use --split time or random (in Python split_by_time or "
            "split_random_per_user)."
        )
    from_end = np.empty(len(users), dtype=np.int64)
    from_end[order] = np.cumsum(counts)[users[order]] - 1 - np.arange(len(users))
    splittable = counts[users] >= 3
    return _split_by_mask(
        torch.from_numpy(splittable & (from_end == 1)), torch.from_numpy(splittable & (from_end == 0)), "leave-last-out"
    )


def split_random_per_user(
    interactions: Interactions, *, seed: int = 0, validation_fraction: float = 0.1, test_fraction: float = 0.1
) -> Split:
    """Return a random share of each user's rows as test and as validation, the others as training.

    Each user keeps at least one training row. The draw is a function of (seed, user, item) only.

    Raises:
        TableError: no user has two rows.
    """
    _check_fractions("split_random_per_user", validation_fraction, test_fraction)
    users, items = interactions.user_ids, interactions.item_ids
    if len(users) == interactions.num_users:
        raise TableError("split_random_per_user: every user has one purchase, so none can be held out.")
    test = hold_out_per_user(users, items, test_fraction, seed=seed, stream=_TEST_STREAM)
    rest = torch.nonzero(~test).flatten()
    share = validation_fraction / (1 - test_fraction)
    held = hold_out_per_user(users[rest], items[rest], share, seed=seed, stream=_VALIDATION_STREAM)
    validation = torch.zeros_like(test)
    validation[rest[held]] = True
    return _split_by_mask(validation, test, "random")


def split_published(train: Tensor, test: Tensor, validation: Tensor | None = None) -> Split:
    """Return a split whose rows were fixed by who published the data; ``validation`` is empty unless given."""
    validation = torch.empty(0, dtype=torch.int64) if validation is None else validation
    return Split(train=train, validation=validation, test=test, strategy="published")


def cold_users(interactions: Interactions, split: Split) -> Tensor:
    """Return ``(num_users,)`` bool: users without a training row. No model learnt anything about them."""
    return _unseen(interactions.user_ids[split.train], interactions.num_users)


def cold_items(interactions: Interactions, split: Split) -> Tensor:
    """Return ``(num_items,)`` bool: items without a training row. No model learnt anything about them."""
    return _unseen(interactions.item_ids[split.train], interactions.num_items)


def leak_check(interactions: Interactions, split: Split) -> dict[str, Any]:
    """Return what shows that the parts of a split are apart, as booleans and numbers for a report.

    ``rows_disjoint``: no row stands in two parts. ``pairs_in_train_and_validation``, ``pairs_in_train_and_test``,
    ``pairs_in_validation_and_test``: (user, item) pairs that stand in both. ``time_ordered``: all training rows are
    earlier than all validation rows, and those than all test rows; None without times. ``user_time_ordered``: the same
    within each user, equal times allowed. ``passed``: no row or pair is shared, and what the strategy promises about
    time holds.
    """
    parts = {"train": split.train, "validation": split.validation, "test": split.test}
    rows = torch.cat(list(parts.values()))
    packed = interactions.user_ids * max(1, interactions.num_items) + interactions.item_ids
    pairs = {name: packed[part].numpy() for name, part in parts.items()}
    result: dict[str, Any] = {
        "strategy": split.strategy,
        "rows_disjoint": len(torch.unique(rows)) == len(rows),
        "rows_left_out": len(interactions) - len(torch.unique(rows)),
    }
    for first, second in (("train", "validation"), ("train", "test"), ("validation", "test")):
        result[f"pairs_in_{first}_and_{second}"] = len(np.intersect1d(pairs[first], pairs[second]))
    result["pairs_disjoint"] = not any(value for key, value in result.items() if key.startswith("pairs_in_"))
    result |= _time_order(interactions, parts)
    promised = {"time": "time_ordered", "leave-last-out": "user_time_ordered"}.get(split.strategy)
    in_order = promised is None or bool(result[promised])
    result["passed"] = result["rows_disjoint"] and result["pairs_disjoint"] and in_order
    return result


def _time_order(interactions: Interactions, parts: dict[str, Tensor]) -> dict[str, Any]:
    """Return first and last time of each part, and whether the parts follow each other."""
    if interactions.times is None:
        return {"time_ordered": None, "user_time_ordered": None}
    result: dict[str, Any] = {}
    filled = [name for name, part in parts.items() if len(part)]
    for name in filled:
        times = interactions.times[parts[name]]
        result[f"earliest_{name}_time"], result[f"latest_{name}_time"] = int(times.min()), int(times.max())
    neighbours = list(itertools.pairwise(filled))
    result["time_ordered"] = all(
        result[f"latest_{earlier}_time"] < result[f"earliest_{later}_time"] for earlier, later in neighbours
    )
    result["user_time_ordered"] = all(
        bool((_latest_per_user(interactions, parts[earlier]) <= _earliest_per_user(interactions, parts[later])).all())
        for index, earlier in enumerate(filled)
        for later in filled[index + 1 :]
    )
    return result


def _latest_per_user(interactions: Interactions, rows: Tensor) -> Tensor:
    """Return ``(num_users,)`` the last time among ``rows``; the least int64 for users without one."""
    latest = torch.full((interactions.num_users,), torch.iinfo(torch.int64).min)
    return latest.scatter_reduce(0, interactions.user_ids[rows], _times(interactions, "leak_check")[rows], "amax")


def _earliest_per_user(interactions: Interactions, rows: Tensor) -> Tensor:
    """Return ``(num_users,)`` the first time among ``rows``; the greatest int64 for users without one."""
    earliest = torch.full((interactions.num_users,), torch.iinfo(torch.int64).max)
    return earliest.scatter_reduce(0, interactions.user_ids[rows], _times(interactions, "leak_check")[rows], "amin")


def _unseen(seen_ids: Tensor, count: int) -> Tensor:
    """Return ``(count,)`` bool: IDs that are not among ``seen_ids``."""
    unseen = torch.ones(count, dtype=torch.bool)
    unseen[seen_ids] = False
    return unseen


def _split_by_mask(validation: Tensor, test: Tensor, strategy: str) -> Split:
    """Return the split whose validation and test rows are given as masks."""
    return Split(
        train=torch.nonzero(~(validation | test)).flatten(),
        validation=torch.nonzero(validation).flatten(),
        test=torch.nonzero(test).flatten(),
        strategy=strategy,
    )


def _times(interactions: Interactions, caller: str) -> Tensor:
    """Return the times, or raise ``TableError`` when there are none."""
    if interactions.times is None:
        raise TableError(
            f"{caller}: the interactions have no times. Name the column (--time COL), or split at random (--split "
            "random, in Python split_random_per_user)."
        )
    return interactions.times


def _check_fractions(caller: str, validation_fraction: float, test_fraction: float) -> None:
    """Raise ``InputError`` unless both fractions are positive and leave something to train on."""
    if not (validation_fraction > 0 and test_fraction > 0 and validation_fraction + test_fraction < 1):
        raise InputError(
            f"{caller}: validation_fraction={validation_fraction} and test_fraction={test_fraction} must both be above "
            "0 and add up to less than 1."
        )

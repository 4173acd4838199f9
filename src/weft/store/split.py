"""Which rows a model learns from, which choose it and which judge it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Split:
    """Rows of an ``Interactions`` in three parts that share no row."""

    train: Tensor
    """``(n_train,)`` int64 row indices, ascending."""
    validation: Tensor
    """``(n_validation,)`` int64 row indices, ascending; may be empty."""
    test: Tensor
    """``(n_test,)`` int64 row indices, ascending."""
    strategy: str
    """``"time"``, ``"leave-last-out"``, ``"random"`` or ``"published"``."""
    boundaries: dict[str, int] = field(default_factory=dict)
    """For a split by time: the first time of ``validation`` and of ``test``, in the unit of the interactions."""


def hold_out_per_user(
    user_ids: Tensor, item_ids: Tensor, fraction: float, *, seed: int, stream: int, keep: int = 1
) -> Tensor:
    """Return a boolean mask of the rows to hold out: about ``fraction`` of each user's rows, chosen at random.

    A user with ``d`` rows loses ``floor(fraction * d + x)`` of them, where ``x`` in [0, 1) is drawn for the user, so
    that users with few rows take part too and the expected share is ``fraction``; at least ``keep`` rows always stay.
    The draw is a function of (seed, stream, user, item): neither the order of the rows nor other users change it.

    Args:
        user_ids: ``(n,)`` int64.
        item_ids: ``(n,)`` int64, no pair twice.
        fraction: in [0, 1).
        seed: any integer.
        stream: tells apart the draws of one seed.
        keep: rows that stay with each user.
    """
    users, items = user_ids.numpy(), item_ids.numpy()
    order = np.lexsort((_hash(seed, stream, users, items), users))
    counts = np.bincount(users) if len(users) else np.zeros(0, dtype=np.int64)
    starts = np.cumsum(counts) - counts
    rank = np.arange(len(users)) - starts[users[order]]
    draw = _hash(seed, stream + 1, np.arange(len(counts)), np.int64(-1)).astype(np.float64) / 2.0**64
    held = np.minimum(np.floor(fraction * counts + draw).astype(np.int64), np.maximum(counts - keep, 0))
    mask = np.zeros(len(users), dtype=bool)
    mask[order] = rank < held[users[order]]
    return torch.from_numpy(mask)


def _hash(seed: int, stream: int, users: NDArray[np.int64], items: NDArray[np.int64] | np.int64) -> NDArray[np.uint64]:
    """Return 64 random bits for each (seed, stream, user, item): the finaliser of splitmix64, chained."""
    state = _mix(np.full(1, seed & (2**64 - 1), dtype=np.uint64) + np.uint64(stream))
    return _mix(_mix(state ^ users.astype(np.uint64)) ^ np.asarray(items).astype(np.uint64))


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the output function of splitmix64 (Steele, Lea and Flood 2014); arithmetic is modulo 2**64."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))

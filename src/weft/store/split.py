"""Which rows a model learns from, which choose it and which judge it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.random import hash_bits


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
        seed: any integer; only its last 64 bits count.
        stream: added to the seed, tells apart the draws of one seed.
        keep: rows that stay with each user.
    """
    users = user_ids.numpy()
    order = np.lexsort((_unsigned(hash_bits(_wrapped(seed + stream), user_ids, item_ids)), users))
    counts = np.bincount(users) if len(users) else np.zeros(0, dtype=np.int64)
    starts = np.cumsum(counts) - counts
    rank = np.arange(len(users)) - starts[users[order]]
    draw = _unsigned(hash_bits(_wrapped(seed + stream + 1), torch.arange(len(counts)), -1)).astype(np.float64) / 2.0**64
    held = np.minimum(np.floor(fraction * counts + draw).astype(np.int64), np.maximum(counts - keep, 0))
    mask = np.zeros(len(users), dtype=bool)
    mask[order] = rank < held[users[order]]
    return torch.from_numpy(mask)


def _wrapped(seed: int) -> int:
    """Return the int64 that has the last 64 bits of any integer."""
    return (seed + 2**63) % 2**64 - 2**63


def _unsigned(bits: Tensor) -> NDArray[np.uint64]:
    """Return the same 64 bits as numbers from 0 to 2**64 - 1."""
    return bits.numpy().view(np.uint64)

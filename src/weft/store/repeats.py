"""Rows of one user and one item, which count once: Note [Repeated purchases] of ``store/interactions.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


def merge_repeats(columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return ``pair`` (each once, ascending), ``time`` and ``weight`` as Note [Repeated purchases] says.

    Args:
        columns: ``pair`` int64, and where there are any ``time`` int64 and ``weight`` float32, a value for each row. It
            is emptied on the way, so that a large column is let go as soon as its sorted copy exists.
    """
    ordered, order = torch.sort(torch.from_numpy(columns.pop("pair")), stable=True)
    merged = {"pair": ordered.numpy()}
    for name in tuple(columns):
        merged[name] = columns.pop(name)[order.numpy()]
    del ordered, order
    is_first = np.ones(len(merged["pair"]), dtype=bool)
    np.not_equal(merged["pair"][1:], merged["pair"][:-1], out=is_first[1:])
    if is_first.all():
        return merged
    starts = np.flatnonzero(is_first)
    merged["pair"] = merged["pair"][is_first]
    if "time" in merged:
        earliest = np.minimum.reduceat(merged["time"], starts)
        if "weight" in merged:
            later = merged["time"] != np.repeat(earliest, np.diff(starts, append=len(is_first)))
            merged["weight"][later] = 0
        merged["time"] = earliest
    if "weight" in merged:
        merged["weight"] = np.add.reduceat(merged["weight"], starts, dtype=np.float64).astype(np.float32)
    return merged

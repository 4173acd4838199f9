"""What comes last in an order, of any dtype."""

from __future__ import annotations

import math

import torch


def last_value(dtype: torch.dtype, *, descending: bool) -> float | int:
    """Return a value that comes after, or with, all others: infinite, or the end of the integers' range."""
    if dtype == torch.bool:
        return not descending
    if dtype.is_floating_point:
        return -math.inf if descending else math.inf
    return torch.iinfo(dtype).min if descending else torch.iinfo(dtype).max

"""Distinct IDs in order of first appearance, in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor


def first_seen(known: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """Return the distinct IDs and the place of each of ``ids`` among them."""
    together = torch.cat([known, ids])
    values, inverse = torch.unique(together, return_inverse=True)
    positions = torch.arange(len(together), device=ids.device)
    first = torch.full_like(values, len(together), dtype=torch.int64).scatter_reduce_(0, inverse, positions, "amin")
    order = torch.argsort(first)
    place = torch.empty_like(order)
    place[order] = torch.arange(len(order), device=ids.device)
    return values[order], place[inverse[len(known) :]].to(ids.dtype)

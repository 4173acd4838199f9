"""The nearest of some candidates, in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

_NUMBERS_AT_ONCE = 2**22


def nearest_candidates(points: Tensor, candidates: Tensor, count: int) -> Tensor:
    """Return ``(N, count)`` numbers of points, a block of rows at a time."""
    num_points, width = candidates.shape
    rows_at_once = max(1, _NUMBERS_AT_ONCE // max(1, width * points.shape[1]))
    found = torch.arange(num_points, device=points.device).unsqueeze(1).repeat(1, count)
    for first in range(0, num_points, rows_at_once):
        own = points[first : first + rows_at_once]
        rows = torch.arange(first, first + len(own), device=points.device).unsqueeze(1)
        ids = candidates[first : first + len(own)].sort(dim=1).values
        unfit = ids == rows
        unfit[:, 1:] |= ids[:, 1:] == ids[:, :-1]
        distances = (points[ids] - own.unsqueeze(1)).square().sum(dim=2).masked_fill(unfit, torch.inf)
        distances, order = distances.sort(dim=1, stable=True)
        nearest = ids.gather(1, order).where(~unfit.gather(1, order), rows)[:, :count]
        found[first : first + len(own), : nearest.shape[1]] = nearest
    return found

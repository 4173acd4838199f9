"""Points far from each other, in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor


def farthest_points(points: Tensor, starts: Tensor, count: int) -> Tensor:
    """Return ``(C, count)`` numbers of points, a step for all clouds at a time."""
    num_clouds, num_points, _ = points.shape
    found = starts.new_empty(num_clouds, count)
    nearest = points.new_full((num_clouds, num_points), torch.inf)
    clouds = torch.arange(num_clouds, device=points.device)
    chosen = starts
    for step in range(count):
        found[:, step] = chosen
        distances = (points - points[clouds, chosen].unsqueeze(1)).square().sum(dim=2)
        nearest = torch.minimum(nearest, distances)
        nearest[clouds, chosen] = -1.0
        chosen = nearest.argmax(dim=1)
    return found

"""Approximate nearest neighbours: the neighbours of neighbours are likely neighbours."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.transforms.nearest import brute_force, distances_to, in_order

_MOST_ROUNDS = 20
_STOP_SHARE = 0.001
"""Share of all neighbours that changed in a round, below which the search ends."""
_SMALL = 512
"""Clouds up to this size are searched exactly, which takes less time than the first rounds."""


def nn_descent(points: Tensor, count: int) -> Tensor:
    """Return probable nearest neighbours; arguments and result as `weft.transforms.nearest` says.

    Each point starts with random neighbours. In a round it looks at the neighbours of half of its neighbours, where
    those to which it is a neighbour count too, and at a few points at random; it keeps the nearest. Rounds end when
    fewer than 0.1 % of the neighbours change, or after 20. A round takes ``O(N count^2 D)`` time, so all take far less
    than the ``O(N^2 D)`` of an exact search when ``N`` is in the tens of thousands. Random numbers come from PyTorch's
    default generator. Clouds of up to 512 points, or ``8 count``, are searched exactly.

    Source: Dong, Moses and Li 2011, "Efficient k-nearest neighbor graph construction for generic similarity measures".
    """
    if points.shape[1] <= max(_SMALL, 8 * count):
        return brute_force(points, count)
    return torch.stack([_descend(cloud, count) for cloud in points])


def _descend(cloud: Tensor, count: int) -> Tensor:
    num_points = len(cloud)
    near = _random_others(num_points, count, cloud.device)
    near, _ = _nearest_of(cloud, near, min(count, near.shape[1]))
    for _ in range(_MOST_ROUNDS):
        pool = torch.cat([near, _reverse(near)], dim=1)
        chosen = pool.gather(1, torch.randint(pool.shape[1], (num_points, count), device=cloud.device))
        candidates = torch.cat([pool[chosen].flatten(1), pool, _random_others(num_points, count, cloud.device)], dim=1)
        near, num_changed = _nearest_of(cloud, candidates, count, near)
        if num_changed < _STOP_SHARE * num_points * count:
            break
    return in_order(cloud, near)


def _random_others(num_points: int, count: int, device: torch.device) -> Tensor:
    """Return ``(N, count)`` points, none of them the row's own: ``count`` steps round the circle of points."""
    own = torch.arange(num_points, device=device).unsqueeze(1)
    steps = torch.randint(1, num_points, (num_points, 1), device=device)
    stride = torch.arange(count, device=device) * (num_points // (count + 1))
    return (own + 1 + (steps - 1 + stride) % (num_points - 1)) % num_points


def _reverse(near: Tensor) -> Tensor:
    """Return ``(N, count)``: some of the points that have each as neighbour, and the point itself in spare places."""
    num_points, count = near.shape
    order = torch.randperm(near.numel(), device=near.device)
    targets, by_target = near.flatten()[order].sort(stable=True)
    holders = order[by_target] // count
    starts = torch.searchsorted(targets, torch.arange(num_points, device=near.device))
    ranks = torch.arange(len(targets), device=near.device) - starts[targets]
    kept = ranks < count
    found = torch.arange(num_points, device=near.device).unsqueeze(1).repeat(1, count)
    found[targets[kept], ranks[kept]] = holders[kept]
    return found


def _nearest_of(cloud: Tensor, candidates: Tensor, count: int, near: Tensor | None = None) -> tuple[Tensor, int]:
    """Return the nearest ``count`` different ones among candidates and present neighbours, and how many are new."""
    num_points = len(cloud)
    if near is not None:
        candidates = torch.cat([near, candidates], dim=1)
    ids = candidates.sort(dim=1).values
    unfit = ids == torch.arange(num_points, device=cloud.device).unsqueeze(1)
    unfit[:, 1:] |= ids[:, 1:] == ids[:, :-1]
    distances = distances_to(cloud, ids).masked_fill_(unfit, torch.inf)
    found = ids.gather(1, distances.topk(count, largest=False).indices)
    if near is None:
        return found, found.numel()
    kept = (found.unsqueeze(2) == near.unsqueeze(1)).any(dim=2)
    return found, int((~kept).sum())

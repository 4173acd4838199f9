"""Approximate nearest neighbours: the neighbours of neighbours are likely neighbours."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels import nearest_candidates
from weft.transforms.nearest import brute_force

_MOST_ROUNDS = 20
_STOP_SHARE = 0.001
"""Share of all neighbours that changed in a round, below which the search ends."""
_SMALL = 512
"""Clouds up to this size are searched exactly, which takes less time than the first rounds."""


def nn_descent(points: Tensor, count: int) -> Tensor:
    """Return probable nearest neighbours; arguments and result as `weft.transforms.nearest` says.

    Each point starts with random neighbours. In a round it looks at the neighbours of half of its neighbours, where
    those to which it is a neighbour count too, and at a few points at random; it keeps the nearest. Rounds end when
    fewer than 0.1 % of the neighbours change, or after 20. A round takes ``O(N count^2 D)`` time, so that with hundreds
    of thousands of points all take far less than an exact search's ``O(N^2 D)``. Random numbers come from PyTorch's
    default generator. Clouds of up to 512 points, or ``8 count``, are searched exactly.

    Source: Dong, Moses and Li 2011, "Efficient k-nearest neighbor graph construction for generic similarity measures".
    """
    if points.shape[1] <= max(_SMALL, 8 * count):
        return brute_force(points, count)
    return torch.stack([_descend(cloud, count) for cloud in points])


def _descend(cloud: Tensor, count: int) -> Tensor:
    num_points = len(cloud)
    near = nearest_candidates(cloud, _random_others(num_points, count, cloud.device), count)
    is_new = torch.ones_like(near, dtype=torch.bool)
    for _ in range(_MOST_ROUNDS):
        candidates = torch.cat([near, _candidates(near, is_new)], dim=1)
        closer = nearest_candidates(cloud, candidates, count)
        is_new = ~(closer.unsqueeze(2) == near.unsqueeze(1)).any(dim=2)
        near = closer
        if int(is_new.sum()) < _STOP_SHARE * near.numel():
            break
    return near


def _candidates(near: Tensor, is_new: Tensor) -> Tensor:
    """Return ``(N, C)`` points to look at: neighbours of neighbours, where either step is new since the last round.

    What is not new was looked at before; the point itself stands in its place, which costs nothing.
    """
    num_points, count = near.shape
    own = torch.arange(num_points, device=near.device).unsqueeze(1)
    back, back_is_new = _reverse(near, is_new)
    pool, pool_is_new = torch.cat([near, back], dim=1), torch.cat([is_new, back_is_new], dim=1)
    steps = torch.randint(pool.shape[1], (num_points, count), device=near.device)
    chosen, chosen_is_new = pool.gather(1, steps), pool_is_new.gather(1, steps)
    beyond = pool[chosen].where(pool_is_new[chosen] | chosen_is_new.unsqueeze(2), own.unsqueeze(2))
    return torch.cat([beyond.flatten(1), back, _random_others(num_points, 2, near.device)], dim=1)


def _random_others(num_points: int, count: int, device: torch.device) -> Tensor:
    """Return ``(N, count)`` points, none of them the row's own: ``count`` steps round the circle of points."""
    own = torch.arange(num_points, device=device).unsqueeze(1)
    steps = torch.randint(1, num_points, (num_points, 1), device=device)
    stride = torch.arange(count, device=device) * (num_points // (count + 1))
    return (own + 1 + (steps - 1 + stride) % (num_points - 1)) % num_points


def _reverse(near: Tensor, is_new: Tensor) -> tuple[Tensor, Tensor]:
    """Return ``(N, count)``: some of the points that have each as neighbour, and the point itself in spare places.

    Also whether each came to be in the last round.
    """
    num_points, count = near.shape
    order = torch.randperm(near.numel(), device=near.device)
    targets, by_target = near.flatten()[order].sort(stable=True)
    entries = order[by_target]
    starts = torch.searchsorted(targets, torch.arange(num_points, device=near.device))
    ranks = torch.arange(len(targets), device=near.device) - starts[targets]
    kept = ranks < count
    places = (targets[kept], ranks[kept])
    found = torch.arange(num_points, device=near.device).unsqueeze(1).repeat(1, count)
    found[places] = entries[kept] // count
    found_is_new = torch.zeros_like(found, dtype=torch.bool)
    found_is_new[places] = is_new.flatten()[entries[kept]]
    return found, found_is_new

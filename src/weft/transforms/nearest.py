"""Nearest neighbours among points: three searches with one meaning, and what they share.

A search takes clouds of points ``(C, N, D)``, float32 or float64, and ``count < N``. It returns ``(C, N, count)``
int64: for each point the others of its cloud that are nearest, nearest first, the lower number first where distances
are equal. Never the point itself, also where another lies in the same place.
"""

from __future__ import annotations

import torch
from torch import Tensor

DISTANCES_AT_ONCE = 2**22
"""Numbers of a block of distances; 16 MiB in float32."""


def by_matrix_product(points: Tensor, count: int) -> Tensor:
    """Return what `brute_force` returns, from ``|x|^2 + |y|^2 - 2 x y``.

    Faster in many dimensions. The points are moved to their mean first, against cancellation, and those found are put
    in order by their true distances; which of several equally distant points is the last one is left to rounding.
    """
    centred = points - points.mean(dim=1, keepdim=True)
    return _by_all_distances(points, centred, count, "use_mm_for_euclid_dist")


def brute_force(points: Tensor, count: int) -> Tensor:
    """Return nearest neighbours from all distances, in blocks of rows; exact, ties included."""
    return _by_all_distances(points, points, count, "donot_use_mm_for_euclid_dist")


def kd_tree(points: Tensor, count: int) -> Tensor:
    """Return nearest neighbours from SciPy's k-d tree, on as many threads as PyTorch has; for up to 20 dimensions.

    Which of several equally distant points is the last one is left to the tree.
    """
    from scipy.spatial import cKDTree

    found = []
    for cloud in points:
        places = cloud.double().numpy()
        _, ids = cKDTree(places).query(places, k=count + 1, workers=torch.get_num_threads())
        near = torch.from_numpy(ids).long()
        is_self = near == torch.arange(len(near)).unsqueeze(1)
        is_self[~is_self.any(dim=1), -1] = True  # many in one place: the last goes instead
        found.append(in_order(cloud, near[~is_self].view(-1, count)))
    return torch.stack(found)


def in_order(cloud: Tensor, near: Tensor, first: int = 0) -> Tensor:
    """Return neighbours by distance and, where equal, by number.

    Args:
        cloud: ``(N, D)`` points.
        near: ``(R, count)`` numbers of points, neighbours of points ``first`` to ``first + R - 1``.
        first: number of the first point that they are neighbours of.
    """
    near = near.sort(dim=1).values
    order = distances_to(cloud, near, first).sort(dim=1, stable=True).indices
    return near.gather(1, order)


def distances_to(cloud: Tensor, near: Tensor, first: int = 0) -> Tensor:
    """Return the squared distances ``(R, count)`` of points to others; arguments as `in_order` has them."""
    rows_at_once = max(1, DISTANCES_AT_ONCE // max(1, near.shape[1] * cloud.shape[1]))
    parts = []
    for start in range(0, len(near), rows_at_once):
        ids = near[start : start + rows_at_once]
        own = cloud[first + start : first + start + len(ids)]
        parts.append((cloud[ids] - own.unsqueeze(1)).square().sum(dim=2))
    return torch.cat(parts) if parts else cloud.new_zeros(near.shape)


def _by_all_distances(points: Tensor, compared: Tensor, count: int, mode: str) -> Tensor:
    num_clouds, num_points, _ = points.shape
    rows_at_once = min(max(1, DISTANCES_AT_ONCE // num_points), num_points)
    clouds_at_once = max(1, DISTANCES_AT_ONCE // (num_points * rows_at_once))
    found = points.new_empty(num_clouds, num_points, count, dtype=torch.int64)
    for start in range(0, num_clouds, clouds_at_once):
        clouds = compared[start : start + clouds_at_once]
        for first in range(0, num_points, rows_at_once):
            queries = clouds[:, first : first + rows_at_once]
            distances = torch.cdist(queries, clouds, compute_mode=mode)
            rows = torch.arange(queries.shape[1], device=points.device)
            distances[:, rows, first + rows] = torch.inf
            found[start : start + len(clouds), first : first + len(rows)] = _lowest(distances, count)
    # Clouds side by side, so that many small ones are put in order at once.
    offsets = torch.arange(0, num_clouds * num_points, num_points, device=points.device).view(-1, 1, 1)
    near = in_order(points.flatten(0, 1), (found + offsets).flatten(0, 1))
    return near.view_as(found) - offsets


def _lowest(distances: Tensor, count: int) -> Tensor:
    """Return the positions of the ``count`` lowest of each row in any order; among equals, the first ones."""
    width = distances.shape[-1]
    values, ids = distances.topk(min(count + 1, width), largest=False)
    ids = ids[..., :count]
    if count == width:
        return ids
    cut = values[..., count - 1]
    crowded = values[..., count] == cut
    if bool(crowded.any()):
        rows, cut = distances[crowded], cut[crowded].unsqueeze(1)
        below, tied = rows < cut, rows == cut
        room = count - below.sum(dim=1, keepdim=True)
        kept = below | (tied & (tied.cumsum(dim=1) <= room))
        ids[crowded] = kept.nonzero()[:, 1].view(-1, count)
    return ids

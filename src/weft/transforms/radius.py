"""Graphs of points that lie close to each other."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from weft import checks
from weft.errors import InputError
from weft.graph.construction import graph
from weft.graph.graph import Graph
from weft.transforms.knn import checked_coordinates
from weft.transforms.nearest import DISTANCES_AT_ONCE

_COMPUTE_MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


def radius_graph(
    x: Float[Tensor, "points dim"],
    r: float,
    p: float = 2,
    self_loop: bool = False,
    compute_mode: str = "donot_use_mm_for_euclid_dist",
    get_distances: bool = False,
) -> Graph | tuple[Graph, Float[Tensor, "edges 1"]]:
    """Return the graph in which two points are joined, both ways, when their distance is at most ``r``.

    Args:
        x: points.
        r: radius, above 0; a point at that very distance is joined.
        p: which norm measures distances: 2 Euclidean, 1 Manhattan, ``inf`` the largest coordinate, 0 the number of
            coordinates that differ.
        self_loop: join each point to itself too.
        compute_mode: of ``torch.cdist``, which finds the edges: ``'donot_use_mm_for_euclid_dist'``,
            ``'use_mm_for_euclid_dist'`` (a matrix product: faster in many dimensions, and off by rounding near the
            radius) or ``'use_mm_for_euclid_dist_if_necessary'`` (that, past 25 points).
        get_distances: return the distances too.

    Returns:
        A graph of int64 IDs on the device of ``x``, its edges in the order of sources, then destinations. With
        ``get_distances`` also ``(E, 1)``, the distance along each edge, in the dtype of ``x``; gradients flow to ``x``.
        Memory: a block of distances of 16 MiB, never all of them.

    Raises:
        ShapeError: ``x`` has not two dimensions.
        DtypeError: ``x`` is not floating point.
        InputError: no points, a NaN or infinite coordinate, ``r`` not above 0, ``p`` below 0, an unknown mode.

    Source: DGL's ``dgl.radius_graph``.

    >>> import weft
    >>> g, distances = radius_graph(torch.tensor([[0.0], [1.0], [3.0]]), 1.5, get_distances=True)
    >>> g.edges(), distances
    ((tensor([0, 1]), tensor([1, 0])), tensor([[1.],
            [1.]]))
    """
    points = checked_coordinates("radius_graph", x, (2,))
    if not r > 0:
        raise InputError(f"radius_graph: r is {r}; expected a radius above 0.")
    if not p >= 0:
        raise InputError(f"radius_graph: p is {p}; expected a norm from 0 to {math.inf}.")
    checks.choice("radius_graph", "compute_mode", compute_mode, _COMPUTE_MODES)
    rows_at_once = max(1, DISTANCES_AT_ONCE // len(points))
    found = []
    for first in range(0, len(points), rows_at_once):
        distances = torch.cdist(points[first : first + rows_at_once], points, p, compute_mode)
        src, dst = (distances <= r).nonzero(as_tuple=True)
        found.append(torch.stack([src + first, dst]))
    src, dst = torch.cat(found, dim=1)
    if self_loop:
        src, dst = _with_loops(src, dst, len(points))
    else:
        src, dst = src[src != dst], dst[src != dst]
    close = graph((src, dst), num_nodes=len(points), row_sorted=True)
    if not get_distances:
        return close
    return close, torch.linalg.vector_norm(x[src] - x[dst], ord=p, dim=1, keepdim=True)


def _with_loops(src: Tensor, dst: Tensor, num_points: int) -> tuple[Tensor, Tensor]:
    """Return edges in order with the loop of each point, which rounding in a matrix product may have left out."""
    own = torch.arange(num_points, device=src.device)
    keys = torch.cat([src * num_points + dst, own * num_points + own]).unique()
    return keys // num_points, keys % num_points

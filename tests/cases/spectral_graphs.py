"""Small graphs with known structure, and dense matrices of any graph."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

import weft


def path(num_nodes: int) -> weft.Graph:
    """Return the path ``0 - 1 - ...``, both directions."""
    ids = torch.arange(num_nodes - 1)
    return weft.graph((torch.cat([ids, ids + 1]), torch.cat([ids + 1, ids])), num_nodes=num_nodes)


def tangled() -> weft.Graph:
    """Return five nodes with two edges from 3 to 0, a loop at 3 and nothing at 4; edge ``e`` has ``w = e + 1``."""
    g = weft.graph(([0, 1, 1, 2, 3, 3, 3], [1, 2, 3, 3, 0, 0, 3]), num_nodes=5)
    g.edata["w"] = torch.arange(7.0) + 1
    return g


def random_graph(seed: int, num_nodes: int, num_edges: int, *, both_ways: bool = False) -> weft.Graph:
    """Return a random multigraph with loops; with ``both_ways`` each edge has its reverse."""
    random = np.random.RandomState(seed)
    src, dst = random.randint(0, num_nodes, (2, num_edges))
    if both_ways:
        src, dst = np.concatenate([src, dst]), np.concatenate([dst, src])
    return weft.graph((src.astype(np.int64), dst.astype(np.int64)), num_nodes=num_nodes)


def dense(g: weft.Graph, weights: Tensor | None = None) -> Tensor:
    """Return the float64 adjacency, sources as rows; parallel edges add up."""
    src, dst = (ids.long() for ids in g.edges())
    values = torch.ones(g.num_edges(), dtype=torch.float64) if weights is None else weights.double()
    matrix = torch.zeros(g.num_nodes(), g.num_nodes(), dtype=torch.float64)
    return matrix.index_put((src, dst), values, accumulate=True)


def dense_laplacian(g: weft.Graph) -> Tensor:
    """Return ``I - D^-1/2 A D^-1/2`` with in-degrees, at least 1."""
    scale = torch.diag(dense(g).sum(0).clamp(min=1).rsqrt())
    return torch.eye(g.num_nodes(), dtype=torch.float64) - scale @ dense(g) @ scale

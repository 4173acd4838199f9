"""Two small graphs with features, on which the parts of a graph are worked out by hand."""

from __future__ import annotations

import torch

import weft


def eight_edges(idtype: torch.dtype = torch.int64) -> weft.Graph:
    """Return five nodes, the last isolated, and eight edges with a loop and parallel edges."""
    g = weft.graph(([3, 0, 1, 1, 3, 3, 0, 2], [2, 1, 2, 0, 3, 2, 1, 0]), num_nodes=5, idtype=idtype)
    g.ndata["x"] = torch.arange(5) * 10
    g.edata["w"] = torch.arange(8) * 100
    return g


def shop() -> weft.Graph:
    """Return users who buy and follow, shops that sell, and items; user 3 has no edge."""
    g = weft.heterograph(
        {
            ("user", "buys", "item"): ([2, 1, 1, 0], [0, 0, 1, 2]),
            ("shop", "sells", "item"): ([0, 1], [1, 0]),
            ("user", "follows", "user"): ([0, 1, 2, 2], [1, 1, 0, 0]),
        },
        {"user": 4, "item": 3, "shop": 2},
    )
    g.nodes["user"].data["x"] = torch.arange(4) * 10
    g.nodes["item"].data["y"] = torch.arange(3) * 7
    g.edges["follows"].data["w"] = torch.arange(4) * 100
    return g


def edges_of(graph: weft.Graph, etype: str | None = None) -> list[tuple[int, int]]:
    """Return the edges of a type as pairs, in edge-ID order."""
    src, dst = graph.edges(etype=etype)
    return list(zip(src.tolist(), dst.tolist(), strict=True))

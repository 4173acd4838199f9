"""Graphs with random edges."""

from __future__ import annotations

import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError
from weft.graph.construction import graph, one_way
from weft.graph.graph import Graph


def rand_graph(
    num_nodes: int,
    num_edges: int,
    idtype: torch.dtype = torch.int64,
    device: torch.device | str = "cpu",
) -> Graph:
    """Return a graph with edges chosen at random, without two between the same nodes; self-loops occur.

    Args:
        num_nodes: number of nodes.
        num_edges: number of edges, at most ``num_nodes ** 2``.
        idtype: ``torch.int32`` or ``torch.int64``.
        device: where the graph lies; the edges are drawn on the CPU, so they are the same on any device.

    Returns:
        A homogeneous graph. Drawn with PyTorch's generator: ``torch.manual_seed`` repeats it.

    Raises:
        InputError: a negative number, or more edges than pairs of nodes.

    Source: DGL's ``dgl.rand_graph``.

    >>> import weft
    >>> weft.rand_graph(5, 7)
    Graph(num_nodes=5, num_edges=7)
    """
    checks.idtype("rand_graph", idtype)
    src, dst = _pairs("rand_graph", num_nodes, num_nodes, num_edges)
    return graph((src, dst), num_nodes=num_nodes, idtype=idtype, device=device)


def rand_bipartite(
    utype: str,
    etype: str,
    vtype: str,
    num_src_nodes: int,
    num_dst_nodes: int,
    num_edges: int,
    idtype: torch.dtype = torch.int64,
    device: torch.device | str = "cpu",
) -> Graph:
    """Return a one-way bipartite graph with edges chosen at random, without two between the same nodes.

    Args:
        utype: name for the source type.
        etype: name for the edge type.
        vtype: name for the destination type, another.
        num_src_nodes: number of sources.
        num_dst_nodes: number of destinations.
        num_edges: number of edges, at most ``num_src_nodes * num_dst_nodes``.
        idtype: as in ``rand_graph``.
        device: as in ``rand_graph``.

    Raises:
        InputError: one name for both sides, a negative number, or more edges than pairs of nodes.

    Source: DGL's ``dgl.rand_bipartite``.
    """
    where = "rand_bipartite"
    checks.idtype(where, idtype)
    if utype == vtype:
        raise InputError(f"{where}: got {utype!r} for both utype and vtype; the two sides are different types.")
    ends = _pairs(where, num_src_nodes, num_dst_nodes, num_edges)
    return one_way(where, (utype, etype, vtype), ends, num_src_nodes, num_dst_nodes, idtype, device)


def _pairs(where: str, num_src: int, num_dst: int, num_edges: int) -> tuple[Tensor, Tensor]:
    """Return the ends of different pairs in random order, every set of pairs as likely as any other."""
    num_src, num_dst, num_edges = (
        checks.whole_number(where, name, number, meaning="a number")
        for name, number in (("num_nodes", num_src), ("num_nodes", num_dst), ("num_edges", num_edges))
    )
    num_pairs = num_src * num_dst
    if num_edges > num_pairs:
        raise InputError(
            f"{where}: got num_edges={num_edges}, but there are {num_pairs} pairs of nodes, and no two edges join the "
            "same pair. For parallel edges, draw both ends with torch.randint and use weft.graph."
        )
    if num_pairs > torch.iinfo(torch.int64).max:
        raise InputError(f"{where}: {num_src} by {num_dst} nodes have more pairs than int64 can count.")
    chosen = _distinct(num_pairs, num_edges)
    return torch.div(chosen, max(num_dst, 1), rounding_mode="floor"), chosen % max(num_dst, 1)


def _distinct(limit: int, count: int) -> Tensor:
    """Return ``count`` different numbers below ``limit``, in random order."""
    if limit <= 4 * count:
        return torch.randperm(limit)[:count]
    drawn = torch.empty(0, dtype=torch.int64)
    while len(drawn) < count:
        # At most a quarter of what is drawn is drawn again, so few rounds are needed.
        drawn = torch.cat([drawn, torch.randint(limit, (count - len(drawn) + count // 4 + 1,))]).unique()
    return drawn[torch.randperm(len(drawn))[:count]]

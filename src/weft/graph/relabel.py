"""Numbering anew only the nodes that edges touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from weft.graph.schema import Schema
from weft.kernels import first_seen


class Ends(NamedTuple):
    """Ends of edges, ``(n,)`` each, of one dtype."""

    src: Tensor
    dst: Tensor


def relabel(
    schema: Schema, counts: Sequence[int], edges: Sequence[Sequence[Ends]], known: Sequence[Tensor]
) -> tuple[list[Tensor], list[list[Ends]]]:
    """Return the nodes that edges touch, as they first appear, and the edges between their new numbers.

    Nodes appear relation after relation, and in one relation sources before destinations.

    Args:
        schema: types of all graphs.
        counts: number of nodes of each space.
        edges: for each graph, the edges of each relation; the graphs share their nodes.
        known: for each space, distinct nodes that come first whether or not an edge touches them.

    Returns:
        For each space the old IDs of its nodes; for each graph the edges of each relation.
    """
    touching: list[list[Tensor]] = [[] for _ in counts]
    for graph_edges in edges:
        for ends, src, dst in zip(graph_edges, schema.src_spaces, schema.dst_spaces, strict=True):
            touching[src].append(ends.src)
            touching[dst].append(ends.dst)
    nodes: list[Tensor] = []
    places: list[list[Tensor]] = []
    for space, count in enumerate(counts):
        parts = touching[space] or [known[space][:0]]
        kept, inverse = first_seen(torch.cat(parts) if len(parts) > 1 else parts[0], count, known[space])
        nodes.append(kept)
        places.append(list(inverse.split([len(part) for part in parts])))
    taken = [iter(parts) for parts in places]
    return nodes, [
        [
            Ends(next(taken[src]), next(taken[dst]))
            for src, dst in zip(schema.src_spaces, schema.dst_spaces, strict=True)
        ]
        for _ in edges
    ]


def distinct(parts: Sequence[Tensor], count: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Return the distinct IDs of several lists, ascending: by marks over all IDs, or by a sort where it costs less.

    Args:
        parts: ``(n,)`` each, IDs below ``count``.
        count: number of IDs.
        dtype: of the result.
        device: of the parts.
    """
    total = sum(len(part) for part in parts)
    if total == 0:
        return torch.empty(0, dtype=dtype, device=device)
    if count // 16 > total:
        return torch.unique(torch.cat(list(parts))).to(dtype)
    marked = torch.zeros(count, dtype=torch.bool, device=device)
    for part in parts:
        marked.index_fill_(0, part.long(), True)
    return marked.nonzero().squeeze(1).to(dtype)

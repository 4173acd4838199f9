"""The part of a graph within some hops of chosen nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.graph.parts import G, GraphParts
from weft.graph.relabel import distinct
from weft.graph.selection import chosen_nodes, refuse_block
from weft.graph.subgraph import edges_at, node_subgraph


def khop_in_subgraph(
    graph: G, nodes: Any, k: int, *, relabel_nodes: bool = True, store_ids: bool = True, output_device: Any = None
) -> Any:
    """Return the graph between all nodes from which chosen nodes are reached in ``k`` edges or fewer.

    Nodes ascend in the result. All edges between them are there, also those that lead away from the chosen nodes.

    Args:
        graph: no block.
        nodes: node IDs or a boolean mask; with several node types a dict from type to these.
        k: number of hops, 0 or more.
        relabel_nodes: number the nodes from 0; else keep all nodes.
        store_ids: as in ``weft.node_subgraph``.
        output_device: as in ``weft.node_subgraph``.

    Returns:
        The graph and, when nodes are numbered anew, where the chosen nodes are in it: ``(n,)`` int64, or a
        dict from type to that when ``nodes`` is a dict. Only the graph with ``relabel_nodes=False``.

    Raises:
        InputError: ``k`` is negative or no integer.
        GraphError, IdError, ShapeError, TypeNameError: as ``weft.in_subgraph``.

    Source: DGL's ``dgl.khop_in_subgraph``.

    >>> import weft
    >>> part, where = weft.khop_in_subgraph(weft.graph(([0, 1, 2, 3], [1, 2, 3, 3])), 2, k=1)
    >>> part.ndata[weft.NID], where
    (tensor([1, 2]), tensor([1]))
    """
    return _khop("khop_in_subgraph", graph, nodes, k, relabel_nodes, store_ids, output_device, inward=True)


def khop_out_subgraph(
    graph: G, nodes: Any, k: int, *, relabel_nodes: bool = True, store_ids: bool = True, output_device: Any = None
) -> Any:
    """Return the graph between all nodes that are reached from chosen nodes in ``k`` edges or fewer.

    Arguments, results and errors as in :func:`khop_in_subgraph`. Source: DGL's ``dgl.khop_out_subgraph``.
    """
    return _khop("khop_out_subgraph", graph, nodes, k, relabel_nodes, store_ids, output_device, inward=False)


def _khop(
    where: str, graph: G, nodes: Any, k: int, relabel_nodes: bool, store_ids: bool, output_device: Any, *, inward: bool
) -> Any:
    refuse_block(where, graph)
    k = checks.whole_number(where, "k", k, meaning="a number of hops")
    seeds = chosen_nodes(where, graph, nodes)
    reached = _reach(graph, seeds, k, inward=inward)
    named = dict(zip(graph.schema.ntypes, reached, strict=True))
    part = node_subgraph(graph, named, relabel_nodes=relabel_nodes, store_ids=store_ids, output_device=output_device)
    if not relabel_nodes:
        return part
    places = [torch.searchsorted(found, ids).to(part.device) for found, ids in zip(reached, seeds, strict=True)]
    if not isinstance(nodes, Mapping):
        return part, places[0]
    return part, {ntype: places[graph.schema.space(where, ntype)] for ntype in nodes}


def _reach(graph: GraphParts, seeds: list[Tensor], k: int, *, inward: bool) -> list[Tensor]:
    """Return the nodes of each space within ``k`` hops, ascending; every node's edges are looked at once."""
    near_spaces, far_spaces = graph.schema.src_spaces, graph.schema.dst_spaces
    if inward:
        near_spaces, far_spaces = far_spaces, near_spaces
    reached = fresh = [torch.unique(ids) for ids in seeds]
    for _ in range(k):
        met: list[list[Tensor]] = [[] for _ in reached]
        for relation, near, far in zip(graph.relations, near_spaces, far_spaces, strict=True):
            met[far].append(edges_at(relation, fresh[near], inward=inward)[1])
        counts = [frame.num_rows for frame in graph.node_frames]
        grown = [
            distinct([old, *parts], count, graph.idtype, graph.device)
            for old, parts, count in zip(reached, met, counts, strict=True)
        ]
        fresh = [_without(new, old) for new, old in zip(grown, reached, strict=True)]
        reached = grown
        if not any(len(ids) for ids in fresh):
            break
    return reached


def _without(ids: Tensor, gone: Tensor) -> Tensor:
    """Return those of ``ids`` that are not in ``gone``; both ascend."""
    if len(gone) in (0, len(ids)):
        return ids[len(gone) :]
    places = torch.searchsorted(gone, ids).clamp_(max=len(gone) - 1)
    return ids[gone.index_select(0, places) != ids]

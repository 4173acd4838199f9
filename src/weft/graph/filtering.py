"""Nodes and edges that a predicate picks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from weft.errors import InputError, ShapeError
from weft.graph.passage import along, whole
from weft.graph.schema import Etype
from weft.graph.structure import edge_rows, node_rows
from weft.graph.udf import EdgeBatch, NodeBatch
from weft.graph.views import FrameData
from weft.ops.target import is_all

if TYPE_CHECKING:
    from weft.graph.parts import GraphParts


def filter_nodes(graph: GraphParts, predicate: Callable[[NodeBatch], Tensor], nodes: Any, ntype: str | None) -> Tensor:
    """Return the IDs of the nodes for which a predicate is true.

    Args:
        graph: whose nodes.
        predicate: takes a ``NodeBatch`` and returns ``(n,)`` booleans, or numbers, of which 0 is false.
        nodes: IDs of the candidates; the result keeps their order.
        ntype: node type; may be left out when there is one.

    Returns:
        ``(k,)`` IDs, of the graph's ID type.

    Raises:
        InputError, ShapeError: the predicate returned something else.

    Source: DGL's ``DGLGraph.filter_nodes``.
    """
    where = "filter_nodes"
    space = graph.schema.space(where, ntype)
    frame, name = graph.node_frames[space], graph.schema.ntypes[space]
    if is_all(nodes):
        ids = torch.arange(frame.num_rows, dtype=graph.idtype, device=graph.device)
        return ids[_mask(where, predicate, NodeBatch(ids, name, FrameData("nodes.data", frame.copy(), name)))]
    rows = node_rows(where, graph, nodes, space)
    ids = rows.to(graph.idtype)
    return ids[_mask(where, predicate, NodeBatch(ids, name, FrameData("nodes.data", frame.select(rows), name)))]


def filter_edges(
    graph: GraphParts, predicate: Callable[[EdgeBatch], Tensor], edges: Any, etype: Etype | None
) -> Tensor:
    """Return the IDs of the edges for which a predicate is true.

    Args:
        graph: whose edges.
        predicate: takes an ``EdgeBatch`` and returns ``(n,)`` booleans, or numbers, of which 0 is false.
        edges: the candidates, IDs or a tuple of sources and destinations; the result keeps their order.
        etype: edge type; may be left out when there is one.

    Returns:
        ``(k,)`` IDs, of the graph's ID type.

    Raises:
        InputError, ShapeError: the predicate returned something else.

    Source: DGL's ``DGLGraph.filter_edges``, which returns int64 for a whole graph of int32 IDs.
    """
    where = "filter_edges"
    index = graph.schema.relation(where, etype)
    passage = (
        whole(graph, index) if is_all(edges) else along(graph, index, edge_rows(where, graph, edges, index, pairs=True))
    )
    batch = EdgeBatch(passage)
    ids = batch.edges()[2]
    return ids[_mask(where, predicate, batch)]


def _mask(where: str, predicate: Callable[[Any], Tensor], batch: Any) -> Tensor:
    if not callable(predicate):
        raise InputError(f"{where}: got {predicate!r} as predicate; expected a callable.")
    mask = predicate(batch)
    if not isinstance(mask, Tensor):
        raise InputError(f"{where}: the predicate returned a {type(mask).__name__}; expected a tensor of booleans.")
    if mask.shape != (len(batch),):
        raise ShapeError(
            f"{where}: the predicate returned shape {tuple(mask.shape)} for {len(batch)} candidates; expected one "
            "boolean each: squeeze the feature's last dimension, or reduce it with .any(1) or .all(1)."
        )
    return mask.bool()

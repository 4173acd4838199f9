"""Edges from nodes to themselves: added, and removed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, InputError
from weft.graph import Graph
from weft.graph.schema import Etype
from weft.ops import gspmm
from weft.relation import Relation
from weft.transforms.edit import appended, refuse_block, remove_edges, with_edges

AGGREGATIONS = ("sum", "mean", "max", "min")


def add_self_loop(
    g: Graph,
    edge_feat_names: Sequence[str] | None = None,
    fill_data: float | str = 1.0,
    etype: Etype | None = None,
) -> Graph:
    """Return the graph with one more edge from each node to itself, also where there is one already.

    A batch of graphs becomes one graph; ``set_batch_num_nodes`` and ``set_batch_num_edges`` say anew which is whose.

    Args:
        g: not a block.
        edge_feat_names: edge features that get ``fill_data`` at the new edges; all by default. Others get initial
            values (0).
        fill_data: a number, or ``sum``, ``mean``, ``max`` or ``min`` of the feature over the node's incoming edges
            (0 without any), for floating features.
        etype: edge type, from a node type to itself; may be left out when there is one.

    Raises:
        DtypeError: an aggregation of a feature that is not floating point.
        FieldError: a feature is not set.
        GraphError: a block, or a relation between two node types.
        InputError: another ``fill_data``.

    Source: DGL's ``dgl.add_self_loop``.

    >>> import weft
    >>> [ids.tolist() for ids in weft.add_self_loop(weft.graph(([0], [1]))).edges()]
    [[0, 0, 1], [1, 0, 1]]
    """
    where = "add_self_loop"
    index, relation = _looping(where, g, etype)
    if isinstance(fill_data, str):
        checks.choice(where, "fill_data", fill_data, AGGREGATIONS)
    elif isinstance(fill_data, bool) or not isinstance(fill_data, int | float):
        raise InputError(
            f"{where}: got fill_data={fill_data!r}; expected a number, or one of {', '.join(AGGREGATIONS)}."
        )
    frame = g.edge_frames[index]
    names = list(frame.columns) if edge_feat_names is None else list(edge_feat_names)
    filled = {name: _filled(where, relation, name, frame.get(where, name), fill_data) for name in names}
    nodes = torch.arange(relation.num_src, dtype=relation.idtype, device=relation.device)
    edges = frame.extended(where, relation.num_src, filled)
    return with_edges(g, index, *appended(relation, nodes, nodes), edges)


def remove_self_loop(g: Graph, etype: Etype | None = None) -> Graph:
    """Return the graph without the edges of a type from a node to itself; the others keep their order.

    A batch stays one.

    Args:
        g: not a block.
        etype: edge type, from a node type to itself; may be left out when there is one.

    Raises:
        GraphError: a block, or a relation between two node types.

    Source: DGL's ``dgl.remove_self_loop``.
    """
    index, relation = _looping("remove_self_loop", g, etype)
    src, dst = relation.coo()
    return remove_edges(g, (src == dst).nonzero().squeeze(1), g.schema.canonical_etypes[index])


def _looping(where: str, g: Graph, etype: Etype | None) -> tuple[int, Relation]:
    """Return the number of a relation whose two sides are one node type, and the relation."""
    refuse_block(where, g)
    index = g.schema.relation(where, etype)
    src, name, dst = g.schema.canonical_etypes[index]
    if src != dst:
        raise GraphError(
            f"{where}: edges of {(src, name, dst)} start and end at different node types, so none is a self-loop; "
            "choose an edge type within one node type."
        )
    return index, g.relations[index]


def _filled(where: str, relation: Relation, name: str, feature: Tensor, fill_data: float | str) -> Tensor:
    """Return the rows of an edge feature at the new self-loops, ``(num_nodes, *trailing)``."""
    if not isinstance(fill_data, str):
        return feature.new_full((relation.num_dst, *feature.shape[1:]), fill_data)
    checks.floating(where, f"edge feature {name!r}, to be aggregated,", feature)
    if fill_data == "sum" or relation.num_edges > 0:
        return gspmm(relation, "copy_rhs", fill_data, None, feature)
    return feature.new_zeros((relation.num_dst, *feature.shape[1:]))

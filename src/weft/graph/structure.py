"""Questions about a graph's types, nodes and edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, ShapeError
from weft.graph.parts import GraphParts
from weft.graph.schema import CanonicalEtype, Etype, Schema
from weft.kernels import gather_rows
from weft.ops.target import is_all
from weft.ops.typed_softmax import TypedRelation
from weft.relation import Relation, all_between, by_src_and_dst, first_between

if TYPE_CHECKING:
    import networkx


def metagraph(schema: Schema) -> networkx.MultiDiGraph:
    """Return the graph of types as NetworkX has it."""
    import networkx

    types = networkx.MultiDiGraph()
    types.add_nodes_from(schema.ntypes)
    types.add_edges_from((src, dst, etype) for src, etype, dst in schema.canonical_etypes)
    return types


def single_relation(graph: GraphParts) -> Relation:
    """Return the only relation of a graph.

    Raises:
        GraphError: there are several.
    """
    if len(graph.relations) != 1:
        triples = ", ".join(map(str, graph.schema.canonical_etypes))
        raise GraphError(f"this graph has {len(graph.relations)} edge types: {triples}. Choose one: g[etype].")
    return graph.relations[0]


def typed_relation(graph: GraphParts, etype: Etype) -> tuple[CanonicalEtype, TypedRelation]:
    """Return the triple of an edge type, and its relation with the node spaces that it joins."""
    schema = graph.schema
    index = schema.relation("typed_relation", etype)
    typed = TypedRelation(graph.relations[index], schema.src_spaces[index], schema.dst_spaces[index])
    return schema.canonical_etypes[index], typed


def typed_relations(graph: GraphParts) -> list[TypedRelation]:
    """Return the relations in the order of the edge types, with the node spaces that they join."""
    schema = graph.schema
    return list(map(TypedRelation, graph.relations, schema.src_spaces, schema.dst_spaces))


def node_rows(where: str, graph: GraphParts, selected: Any, space: int) -> Tensor:
    """Return selected node IDs of a space, checked, as ``(n,)`` int64."""
    frame = graph.node_frames[space]
    rows = checks.ids(where, "node IDs", selected, device=graph.device)
    checks.id_range(where, "node IDs", rows, frame.num_rows, lambda: f"the {frame.num_rows} nodes of {frame.owner}")
    return rows.to(torch.int64)


def edge_rows(where: str, graph: GraphParts, selected: Any, index: int, *, pairs: bool = False) -> Tensor:
    """Return selected edges of a relation, checked, as ``(n,)`` int64 IDs.

    Args:
        where: function named in messages.
        graph: whose edges.
        selected: edge IDs.
        index: number of the relation.
        pairs: a tuple of two stands for source IDs and destination IDs.
    """
    if pairs and isinstance(selected, tuple) and len(selected) == 2:
        src, dst, _ = _pairs(where, graph, *selected, index)
        return _lowest_ids(where, graph, src, dst, index)
    frame = graph.edge_frames[index]
    rows = checks.ids(where, "edge IDs", selected, device=graph.device)
    checks.id_range(where, "edge IDs", rows, frame.num_rows, lambda: f"the {frame.num_rows} edges of {frame.owner}")
    return rows.to(torch.int64)


def has_nodes(graph: GraphParts, vid: Any, ntype: str | None) -> bool | Tensor:
    """Return whether each ID is that of a node; a bool for an int."""
    count = graph.node_frames[graph.schema.space("has_nodes", ntype)].num_rows
    ids = checks.ids("has_nodes", "node IDs", vid, device=graph.device)
    checks.id_span("has_nodes", "node IDs", ids)
    found = ids < count
    return bool(found) if _is_one(vid) else found


def degrees(where: str, graph: GraphParts, nodes: Any, etype: Etype | None, *, inward: bool) -> int | Tensor:
    """Return the number of edges that end (``inward``) or start at nodes; an int for an int."""
    index = graph.schema.relation(where, etype)
    relation = graph.relations[index]
    counts = relation.in_degrees() if inward else relation.out_degrees()
    if is_all(nodes):
        return counts.to(graph.idtype, copy=True)  # the relation keeps its own
    space = (graph.schema.dst_spaces if inward else graph.schema.src_spaces)[index]
    chosen = counts.index_select(0, node_rows(where, graph, nodes, space)).to(graph.idtype)
    return int(chosen) if _is_one(nodes) else chosen


def all_edges(graph: GraphParts, form: str, order: str | None, etype: Etype | None) -> Any:
    """Return all edges of a type in a form and an order."""
    checks.choice("edges", "form", form, ("uv", "eid", "all"))
    if order is not None:
        checks.choice("edges", "order", order, ("eid", "srcdst"))
    relation = graph.relations[graph.schema.relation("edges", etype)]
    if order == "srcdst":
        return _in_form(form, *by_src_and_dst(relation))
    src, dst = (
        relation.coo() if form == "eid" else (ids.clone() for ids in relation.coo())
    )  # the relation keeps its own
    return _in_form(form, src, dst, torch.arange(relation.num_edges, dtype=graph.idtype, device=graph.device))


def incident_edges(where: str, graph: GraphParts, nodes: Any, form: str, etype: Etype | None, *, inward: bool) -> Any:
    """Return the edges that end (``inward``) or start at nodes, node after node, IDs ascending."""
    checks.choice(where, "form", form, ("uv", "eid", "all"))
    index = graph.schema.relation(where, etype)
    relation = graph.relations[index]
    space = (graph.schema.dst_spaces if inward else graph.schema.src_spaces)[index]
    rows = node_rows(where, graph, nodes, space)
    rows = rows.to(graph.idtype)
    which, far, eids = gather_rows(relation.csc() if inward else relation.csr(), rows)
    near = rows.index_select(0, which)
    return _in_form(form, far, near, eids) if inward else _in_form(form, near, far, eids)


def find_edges(graph: GraphParts, eid: Any, etype: Etype | None) -> tuple[Tensor, Tensor]:
    """Return the source and destination of each edge ID."""
    index = graph.schema.relation("find_edges", etype)
    rows = edge_rows("find_edges", graph, eid, index)
    src, dst = graph.relations[index].coo()
    return src.index_select(0, rows), dst.index_select(0, rows)


def edge_ids(graph: GraphParts, u: Any, v: Any, return_uv: bool, etype: Etype | None) -> Any:
    """Return the IDs of edges between pairs of nodes."""
    index = graph.schema.relation("edge_ids", etype)
    src, dst, single = _pairs("edge_ids", graph, u, v, index)
    if return_uv:
        counts, eids = all_between(graph.relations[index], src, dst)
        src, dst = torch.repeat_interleave(src, counts), torch.repeat_interleave(dst, counts)
        return src.to(graph.idtype), dst.to(graph.idtype), eids.to(graph.idtype)
    eids = _lowest_ids("edge_ids", graph, src, dst, index)
    return int(eids) if single else eids.to(graph.idtype)


def has_edges_between(graph: GraphParts, u: Any, v: Any, etype: Etype | None) -> bool | Tensor:
    """Return whether there is an edge between each pair of nodes; a bool for two ints."""
    index = graph.schema.relation("has_edges_between", etype)
    src, dst, single = _pairs("has_edges_between", graph, u, v, index)
    found = first_between(graph.relations[index], src, dst) >= 0
    return bool(found) if single else found


def _pairs(where: str, graph: GraphParts, u: Any, v: Any, index: int) -> tuple[Tensor, Tensor, bool]:
    """Return checked sources and destinations of one length, int64, and whether both were single integers."""
    schema = graph.schema
    src = node_rows(where, graph, u, schema.src_spaces[index])
    dst = node_rows(where, graph, v, schema.dst_spaces[index])
    if len(src) != len(dst):
        if len(src) != 1 and len(dst) != 1:
            raise ShapeError(f"{where}: got {len(src)} source IDs and {len(dst)} destination IDs; expected as many.")
        src, dst = torch.broadcast_tensors(src, dst)
    return src, dst, _is_one(u) and _is_one(v)


def _lowest_ids(where: str, graph: GraphParts, src: Tensor, dst: Tensor, index: int) -> Tensor:
    eids = first_between(graph.relations[index], src, dst)
    missing = eids < 0
    if bool(missing.any()):
        first = int(missing.nonzero()[0])
        raise GraphError(
            f"{where}: {graph.edge_frames[index].owner} has no edge from {int(src[first])} to {int(dst[first])}; "
            "has_edges_between tells which pairs have one."
        )
    return eids


def _is_one(ids: Any) -> bool:
    return isinstance(ids, int | np.integer)


def _in_form(form: str, src: Tensor, dst: Tensor, eids: Tensor) -> Any:
    return {"uv": (src, dst), "eid": eids, "all": (src, dst, eids)}[form]

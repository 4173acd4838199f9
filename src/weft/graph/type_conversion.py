"""From several types to one and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, InputError, TypeNameError, did_you_mean, name_choices
from weft.graph.frame import Frame, edge_frame, node_frame
from weft.graph.graph import Graph
from weft.graph.joined_types import join_columns, join_relations, positions_in_types, types_of_rows
from weft.graph.names import DEFAULT_ETYPE, DEFAULT_NTYPE, EID, ETYPE, NID, NTYPE
from weft.graph.schema import CanonicalEtype, Schema
from weft.relation import Relation


def to_homogeneous(
    G: Graph,  # noqa: N803
    ndata: Sequence[str] | None = None,
    edata: Sequence[str] | None = None,
    store_type: bool = True,
    return_count: bool = False,
) -> Any:
    """Return a graph with one node type and one edge type that has all nodes and edges.

    Nodes come type after type in the order of ``G.ntypes``, edges in that of ``G.canonical_etypes``. Each has its old
    ID as ``weft.NID`` or ``weft.EID``.

    Args:
        G: any graph; of a block, sources come before destinations.
        ndata: node features to take along; every node type has them, with rows of one shape and dtype.
        edata: edge features, likewise.
        store_type: keep the number of each node's and edge's type as ``weft.NTYPE`` and ``weft.ETYPE`` (int64).
        return_count: return the numbers of nodes and edges of each type as well.

    Returns:
        The graph; with ``return_count``, ``(graph, nodes of each type, edges of each type)``, two lists of ints.

    Raises:
        FieldError: a feature that a type does not have.
        ShapeError: a feature whose rows differ between types.

    Source: DGL's ``dgl.to_homogeneous``, which cannot do it for a graph without edges.

    >>> import weft
    >>> g = weft.to_homogeneous(weft.heterograph({("user", "buys", "item"): ([0, 1], [0, 0])}))
    >>> g.edges(), g.ndata[weft.NTYPE]
    ((tensor([1, 2]), tensor([0, 0])), tensor([0, 1, 1]))
    """
    where = "to_homogeneous"
    spaces, indices = range(len(G.node_frames)), range(len(G.relations))
    nodes = node_frame(DEFAULT_NTYPE, sum(frame.num_rows for frame in G.node_frames), G.device)
    triple = (DEFAULT_NTYPE, DEFAULT_ETYPE, DEFAULT_NTYPE)
    edges = edge_frame(triple, G.num_edges(), G.device)
    for frames, joined, names, id_name, type_name in (
        (G.node_frames, nodes, ndata, NID, NTYPE),
        (G.edge_frames, edges, edata, EID, ETYPE),
    ):
        join_columns(where, frames, names or (), joined)
        joined.set(where, id_name, positions_in_types(frames, G.idtype))
        if store_type:
            joined.set(where, type_name, types_of_rows(frames, range(len(frames)), torch.int64))
    relation = join_relations(G, indices, spaces, spaces)
    flat = G.derive([relation], [nodes], [edges], Schema([DEFAULT_NTYPE], [triple]))
    if not return_count:
        return flat
    return flat, [frame.num_rows for frame in G.node_frames], [frame.num_rows for frame in G.edge_frames]


class _Typed(NamedTuple):
    """Rows sorted out by type."""

    rows: list[Tensor]
    """For each type, ``(n,)`` int64 rows, ascending."""
    type_ids: Tensor
    """``(rows,)`` int64: the type of each row."""
    places: Tensor
    """``(rows,)`` int64: the place of each row in its type."""


def to_heterogeneous(
    G: Graph,  # noqa: N803
    ntypes: Sequence[str],
    etypes: Sequence[str],
    ntype_field: str = NTYPE,
    etype_field: str = ETYPE,
    metagraph: Any = None,
) -> Graph:
    """Return a graph with several types from one whose features say the type of each node and edge.

    Nodes and edges keep their order in each type, and their features; ``weft.NID`` and ``weft.EID`` (int64) are their
    IDs in ``G``. An edge's triple follows from the types of its ends.

    Args:
        G: a graph with one node type and one edge type.
        ntypes: names of the node types, by number.
        etypes: names of the edge types, by number; two numbers may have one name.
        ntype_field: node feature with the number of each node's type.
        etype_field: edge feature likewise.
        metagraph: the triples that the result has, as ``g.metagraph()`` gives them (a NetworkX multigraph whose edges
            have edge types as keys); also those without an edge. By default those that edges have.

    Raises:
        GraphError: ``G`` has several types; an edge's triple is not in ``metagraph``; no edge and no ``metagraph``.
        FieldError: there is no such feature.
        TypeNameError: ``metagraph`` has a type that is not among the names.
        IdError: a type's number is negative or past the end of the names.
        DtypeError, ShapeError: type numbers are not one integer a row.

    Source: DGL's ``dgl.to_heterogeneous``, which loses edges where two numbers have one name.
    """
    where = "to_heterogeneous"
    if not G.is_homogeneous:
        raise GraphError(
            f"{where}: this graph has node types {G.ntypes} and edge types {G.canonical_etypes}; expected one of each: "
            "weft.to_homogeneous makes such a graph."
        )
    node_names, edge_names = _names(where, "ntypes", ntypes), _names(where, "etypes", etypes)
    nodes = _sort_out(where, G.node_frames[0], ntype_field, ntypes, node_names)
    edge_types = _type_ids(where, G.edge_frames[0], etype_field, etypes, edge_names)
    src, dst = G.relations[0].coo()
    end_types = nodes.type_ids.index_select(0, src), nodes.type_ids.index_select(0, dst)
    rows_of = _triples_of_edges(node_names, edge_names, end_types, edge_types)
    triples = _wanted_triples(where, rows_of, metagraph, node_names, edge_names)
    schema = Schema(node_names, triples)
    relations, edge_frames = [], []
    for triple, start, end in zip(triples, schema.src_spaces, schema.dst_spaces, strict=True):
        eids = rows_of.get(triple, torch.empty(0, dtype=torch.int64, device=G.device))
        starts, ends = (nodes.places.index_select(0, side.index_select(0, eids)).to(G.idtype) for side in (src, dst))
        num_src, num_dst = len(nodes.rows[start]), len(nodes.rows[end])
        relations.append(Relation.from_coo(starts, ends, num_src, num_dst, in_range=True))
        edge_frames.append(_part(G.edge_frames[0], eids, etype_field, EID, f"relation {triple}"))
    node_frames = [
        _part(G.node_frames[0], rows, ntype_field, NID, f"node type {ntype!r}")
        for ntype, rows in zip(node_names, nodes.rows, strict=True)
    ]
    return G.derive(relations, node_frames, edge_frames, schema)


def _names(where: str, name: str, given: Sequence[str]) -> list[str]:
    """Return the distinct names, sorted."""
    if isinstance(given, str) or not all(isinstance(one, str) for one in given):
        raise InputError(f"{where}: got {name}={given!r}; expected a list of type names.")
    return sorted(set(given))


def _type_ids(where: str, frame: Frame, field: str, given: Sequence[str], names: Sequence[str]) -> Tensor:
    """Return ``(rows,)`` int64: the place in ``names`` of each row's type."""
    numbers = checks.ids(where, f"{frame.kind} feature {field!r}", frame.get(where, field))
    checks.id_range(where, f"{frame.kind} feature {field!r}", numbers, len(given), f"the {len(given)} names {given}")
    places = torch.tensor([names.index(one) for one in given], dtype=torch.int64, device=frame.device)
    return places.index_select(0, numbers) if len(given) else numbers.long()


def _sort_out(where: str, frame: Frame, field: str, given: Sequence[str], names: Sequence[str]) -> _Typed:
    type_ids = _type_ids(where, frame, field, given, names)
    order = torch.sort(type_ids, stable=True).indices
    rows = list(order.split(torch.bincount(type_ids, minlength=len(names)).tolist()))
    places = torch.empty_like(order)
    for own in rows:
        places[own] = torch.arange(len(own), device=own.device)
    return _Typed(rows, type_ids, places)


def _triples_of_edges(
    node_names: Sequence[str], edge_names: Sequence[str], ends: tuple[Tensor, Tensor], edge_types: Tensor
) -> dict[CanonicalEtype, Tensor]:
    """Return the edges of each triple, ``(n,)`` int64 ascending; triples in order."""
    keys = (ends[0] * len(edge_names) + edge_types) * len(node_names) + ends[1]
    present, which = torch.unique(keys, return_inverse=True)
    order = torch.sort(which, stable=True).indices
    groups = order.split(torch.bincount(which, minlength=len(present)).tolist())
    triples = []
    for key in present.tolist():
        rest, end = divmod(key, len(node_names))
        start, etype = divmod(rest, len(edge_names))
        triples.append((node_names[start], edge_names[etype], node_names[end]))
    return dict(zip(triples, groups, strict=True))


def _wanted_triples(
    where: str, found: dict[CanonicalEtype, Tensor], metagraph: Any, nodes: Sequence[str], edges: Sequence[str]
) -> list[CanonicalEtype]:
    if metagraph is None:
        if not found:
            raise GraphError(f"{where}: this graph has no edge to tell its edge types; give metagraph.")
        return list(found)
    triples = sorted((src, etype, dst) for src, dst, etype in metagraph.edges(keys=True))
    for triple in triples:
        for name, kind, known in zip(triple, ("node", "edge", "node"), (nodes, edges, nodes), strict=True):
            if name not in known:
                raise TypeNameError(
                    f"{where}: metagraph has {triple}, whose {kind} type {name!r} is not in {kind[0]}types: "
                    f"{name_choices(known)}.{did_you_mean(str(name), known)}"
                )
    for triple, eids in found.items():
        if triple not in triples:
            raise GraphError(
                f"{where}: edge {int(eids[0])} and {len(eids) - 1} more are of {triple}, which is not in metagraph: "
                f"{', '.join(map(str, triples))}."
            )
    return triples


def _part(frame: Frame, rows: Tensor, field: str, id_name: str, owner: str) -> Frame:
    """Return the frame of a type's rows without the column of types, with their old IDs."""
    part = frame.select(rows)
    part.owner = owner
    del part.columns[field]
    part.set("to_heterogeneous", id_name, rows)
    return part

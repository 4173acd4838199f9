"""The graph of one edge type, or of several edge types taken for one: ``g[...]``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from weft.errors import InputError, ShapeError, TypeNameError, did_you_mean
from weft.graph.columns import Columns, Scheme
from weft.graph.frame import Frame, edge_frame, node_frame
from weft.graph.joined_types import join_relations, positions_in_types, types_of_rows
from weft.graph.names import EID, ETYPE, NID, NTYPE
from weft.graph.parts import G, GraphParts
from weft.graph.schema import CanonicalEtype, Schema

_ANY = slice(None)


def slice_relations(graph: G, key: Any) -> G:
    """Return the graph of the edge types that a key stands for.

    Args:
        graph: any.
        key: an edge type's name, or a triple in which ``:`` stands for any type.

    Returns:
        Of one edge type: its graph, on the same frames. Of several: a graph with one edge type, named after all of them
        as ``'buys+views'``, whose source (destination) nodes are those of all their source (destination) types, one
        type after the other; these are one type when they are the same. It has the features that all its types have,
        joined, and besides ``weft.NTYPE`` and ``weft.NID`` of nodes, ``weft.ETYPE`` and ``weft.EID`` of edges: where
        each came from.

    Raises:
        TypeNameError: no edge type matches.
        InputError: not such a key.
        ShapeError: a feature of several types, of different shapes or dtypes.

    Source: DGL's ``DGLGraph.__getitem__``.
    """
    found = _matches(graph.schema, key)
    if len(found) == 1:
        return _one_relation(graph, found[0])
    return _several_relations(graph, found)


def _matches(schema: Schema, key: Any) -> list[int]:
    """Return the numbers of the edge types that a key stands for, ascending."""
    parts = key if isinstance(key, tuple) else (_ANY, key, _ANY)
    if len(parts) != 3 or not all(isinstance(part, str) or part == _ANY for part in parts):
        raise InputError(
            f"Graph[...]: got {key!r}; expected an edge type's name, or a triple of source type, edge type and "
            "destination type, in which : stands for any, as in g['user', :, 'item']."
        )
    found = [
        index
        for index, triple in enumerate(schema.canonical_etypes)
        if all(part in (_ANY, name) for part, name in zip(parts, triple, strict=True))
    ]
    if not found:
        shown = key if isinstance(key, str) else tuple(":" if part == _ANY else part for part in parts)
        listed = ", ".join(map(str, schema.canonical_etypes))
        hint = did_you_mean(key, schema.etypes) if isinstance(key, str) else ""
        raise TypeNameError(f"Graph[...]: edge type {shown!r} is not in this graph, which has {listed}.{hint}")
    return found


def _one_relation(graph: G, index: int) -> G:
    schema = graph.schema
    triple = schema.canonical_etypes[index]
    src, dst = schema.src_spaces[index], schema.dst_spaces[index]
    spaces = [src, dst] if src != dst else [src]
    sliced = _schema(schema, triple)
    frames = [graph.node_frames[space] for space in spaces]
    return graph.derive([graph.relations[index]], frames, [graph.edge_frames[index]], sliced)


def _several_relations(graph: G, found: list[int]) -> G:
    schema = graph.schema
    src_spaces = sorted({schema.src_spaces[index] for index in found})
    dst_spaces = sorted({schema.dst_spaces[index] for index in found})
    triple = (
        _joined_name([schema.ntypes[space] for space in src_spaces]),
        _joined_name([schema.etypes[index] for index in found]),
        _joined_name([schema.ntypes[space] for space in dst_spaces]),
    )
    frames = [_joined_nodes(graph, triple[0], src_spaces)]
    if dst_spaces != src_spaces:
        frames.append(_joined_nodes(graph, triple[2], dst_spaces))
    relation = join_relations(graph, found, src_spaces, dst_spaces)
    edges = edge_frame(triple, relation.num_edges, graph.device)
    parts = [graph.edge_frames[index] for index in found]
    edges.columns = _joined_columns(parts)
    edges.columns[ETYPE] = types_of_rows(parts, found, graph.idtype)
    edges.columns[EID] = positions_in_types(parts, graph.idtype)
    return graph.derive([relation], frames, [edges], _schema(schema, triple))


def _schema(schema: Schema, triple: CanonicalEtype) -> Schema:
    """Return the schema of a graph with one edge type, a block if it comes from one."""
    if schema.is_block:
        return Schema([triple[0]], [triple], [triple[2]])
    return Schema(list(dict.fromkeys([triple[0], triple[2]])), [triple])


def _joined_name(names: Sequence[str]) -> str:
    return "+".join(sorted(names))


def _joined_nodes(graph: GraphParts, ntype: str, spaces: list[int]) -> Frame:
    """Return the frame of the nodes of some spaces, one space after the other."""
    parts = [graph.node_frames[space] for space in spaces]
    joined = node_frame(ntype, sum(part.num_rows for part in parts), graph.device)
    joined.columns = _joined_columns(parts)
    joined.columns[NTYPE] = types_of_rows(parts, spaces, torch.int64)
    joined.columns[NID] = positions_in_types(parts, torch.int64)
    return joined


def _joined_columns(parts: list[Frame]) -> Columns:
    """Return the columns that all frames with rows have, one frame after the other."""
    parts = [part for part in parts if part.num_rows > 0]
    if len(parts) == 1:
        return Columns(parts[0].columns)
    joined = Columns()
    for name in parts[0].columns if parts else ():
        if not all(name in part.columns for part in parts):
            continue
        schemes: dict[Scheme, str] = {part.columns.scheme(name): part.owner for part in parts}
        if len(schemes) > 1:
            shown = ", ".join(f"{scheme.shape} of {scheme.dtype} on {owner}" for scheme, owner in schemes.items())
            raise ShapeError(
                f"Graph[...]: feature {name!r} has rows {shown}, which cannot be joined; rename it on one of them, or "
                "slice fewer edge types."
            )
        joined[name] = torch.cat([part.columns[name] for part in parts])
    return joined

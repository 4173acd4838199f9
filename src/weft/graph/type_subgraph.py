"""The part of a graph that has only some of its types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from weft.errors import GraphError, InputError
from weft.graph.parts import G
from weft.graph.schema import Etype, Schema
from weft.graph.selection import refuse_block


def node_type_subgraph(graph: G, ntypes: Sequence[str], output_device: Any = None) -> G:
    """Return the graph of the edge types between some node types, with their features, which are shared.

    Setting a feature of the result sets it on ``graph``, too, unless ``output_device`` moves the result elsewhere.

    Args:
        graph: no block.
        ntypes: node types; one that no edge type between them touches is left out.
        output_device: where the result goes; by default it stays.

    Raises:
        TypeNameError: an unknown node type.
        GraphError: no edge type is between these node types; a block.

    Source: DGL's ``dgl.node_type_subgraph``.
    """
    where = "node_type_subgraph"
    refuse_block(where, graph)
    schema = graph.schema
    chosen = {schema.space(where, ntype) for ntype in _listed(where, "ntypes", ntypes)}
    spaces = zip(schema.src_spaces, schema.dst_spaces, strict=True)
    kept = [index for index, (src, dst) in enumerate(spaces) if src in chosen and dst in chosen]
    if not kept:
        raise GraphError(
            f"{where}: no edge type joins the node types {list(ntypes)}; this graph has "
            f"{', '.join(map(str, schema.canonical_etypes))}."
        )
    return _with_relations(graph, kept, output_device)


def edge_type_subgraph(graph: G, etypes: Sequence[Etype], output_device: Any = None) -> G:
    """Return the graph of some edge types, in the order given, and of the node types that they join.

    Features are shared as in :func:`node_type_subgraph`.

    Args:
        graph: no block.
        etypes: edge types, by name or triple, each once.
        output_device: where the result goes; by default it stays.

    Raises:
        TypeNameError: an unknown or ambiguous edge type.
        InputError: no edge type, or one twice.
        GraphError: ``graph`` is a block.

    Source: DGL's ``dgl.edge_type_subgraph``.
    """
    where = "edge_type_subgraph"
    refuse_block(where, graph)
    kept = [graph.schema.relation(where, etype) for etype in _listed(where, "etypes", etypes)]
    if len(set(kept)) < len(kept):
        raise InputError(f"{where}: got etypes={list(etypes)}, which name an edge type twice; name each once.")
    return _with_relations(graph, kept, output_device)


def _listed(where: str, name: str, types: Any) -> list[Any]:
    if isinstance(types, str) or not isinstance(types, Iterable):
        hint = f": [{types!r}]" if isinstance(types, str) else ""
        raise InputError(f"{where}: got {name}={types!r}; expected a list of types{hint}.")
    listed = list(types)
    if not listed:
        raise InputError(f"{where}: got no type in {name}; name one or more.")
    return listed


def _with_relations(graph: G, kept: list[int], output_device: Any) -> G:
    """Return the graph of some relations, on the same frames."""
    schema = graph.schema
    spaces = sorted({end for index in kept for end in (schema.src_spaces[index], schema.dst_spaces[index])})
    part = graph.derive(
        [graph.relations[index] for index in kept],
        [graph.node_frames[space] for space in spaces],
        [graph.edge_frames[index] for index in kept],
        Schema([schema.ntypes[space] for space in spaces], [schema.canonical_etypes[index] for index in kept]),
    )
    return part if output_device is None else part.to(output_device)  # type: ignore[attr-defined]

"""The source side and the destination side of a graph's node types."""

from __future__ import annotations

from weft.graph.schema import Schema


def is_unibipartite(schema: Schema) -> bool:
    """Return whether no node type is both a source and a destination."""
    if schema.is_block:
        return True
    return not {src for src, _, _ in schema.canonical_etypes} & {dst for _, _, dst in schema.canonical_etypes}


def side_spaces(schema: Schema) -> tuple[list[int], list[int]]:
    """Return the spaces of the source side and of the destination side (Note [Node spaces]).

    Each is all spaces unless the graph is a block or one-way bipartite; node types without edges are sources there.
    """
    if schema.is_block or not is_unibipartite(schema):
        return list(schema.all_src_spaces()), list(schema.all_dst_spaces())
    destinations = set(schema.dst_spaces)
    everything = range(len(schema.ntypes))
    return [space for space in everything if space not in destinations], sorted(destinations)


def side_types(schema: Schema) -> tuple[list[str], list[str]]:
    """Return the node types of the source side and of the destination side."""
    src, dst = side_spaces(schema)
    return [schema.ntypes[space] for space in src], [schema.ntypes[space] for space in dst]

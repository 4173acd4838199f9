"""What ``repr`` shows of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weft.graph.parts import GraphParts


def describe(graph: GraphParts) -> str:
    """Return what ``repr`` shows: counts and features of each type."""
    schema = graph.schema
    name = "Block" if schema.is_block else "Graph"
    if len(schema.etypes) == 1 and len(set(schema.ntypes)) == 1:
        nodes = f"num_nodes={graph.num_nodes()}"
        if schema.is_block:
            nodes = f"num_src_nodes={graph.num_src_nodes()}, num_dst_nodes={graph.num_dst_nodes()}"
        return f"{name}({nodes}, num_edges={graph.num_edges()}{_features(graph)})"
    edges = dict(zip(schema.canonical_etypes, (relation.num_edges for relation in graph.relations), strict=True))
    if schema.is_block:
        sources = {ntype: graph.num_src_nodes(ntype) for ntype in schema.src_ntypes}
        destinations = {ntype: graph.num_dst_nodes(ntype) for ntype in schema.dst_ntypes}
        return f"{name}(num_src_nodes={sources}, num_dst_nodes={destinations}, num_edges={edges})"
    return f"{name}(num_nodes={ ({ntype: graph.num_nodes(ntype) for ntype in schema.ntypes}) }, num_edges={edges})"


def _features(graph: GraphParts) -> str:
    parts = []
    for kind, frames in (("ndata", graph.node_frames[:1]), ("edata", graph.edge_frames)):
        shapes = {name: scheme.shape for frame in frames for name, scheme in frame.schemes().items()}
        if shapes:
            parts.append(f", {kind}={shapes}")
    return "".join(parts)

"""Blocks: the edges of one layer of a sample, with sources and destinations numbered apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from weft.errors import GraphError
from weft.graph.columns import Columns
from weft.graph.frame import Frame, edge_frame
from weft.graph.graph import Graph
from weft.graph.names import EID, NID
from weft.graph.relabel import Ends, distinct
from weft.graph.schema import Schema
from weft.graph.selection import chosen_nodes, refuse_block
from weft.graph.subgraph import between
from weft.kernels import first_seen


def to_block(g: Graph, dst_nodes: Any = None, include_dst_in_src: bool = True, src_nodes: Any = None) -> Graph:
    """Return a graph's edges as a block, whose sources and destinations are numbered apart and hold no other node.

    Old IDs are in ``srcdata[weft.NID]``, ``dstdata[weft.NID]`` and ``edata[weft.EID]``; features come along, selected
    when they are read. Edges keep their order.

    Args:
        g: no block.
        dst_nodes: distinct IDs of the destinations, in their order in the block; with several node types a dict from
            type to IDs. All nodes that an edge ends at must be among them. By default just those, ascending.
        include_dst_in_src: begin the sources of each type with its destinations, so that a layer can read a
            destination's own feature at its place; the others follow as they first appear among the edges.
        src_nodes: likewise the sources, which must hold all nodes that an edge starts at, and begin with the
            destinations when ``include_dst_in_src``. By default as said there.

    Raises:
        GraphError: ``g`` is a block; an edge starts or ends at a node that is not among those given; ``src_nodes`` do
            not begin with the destinations.
        InputError, IdError, TypeNameError: nodes that cannot be, or that repeat.

    Source: DGL's ``dgl.to_block``, which numbers nodes that are missing from ``dst_nodes`` or ``src_nodes`` wrongly.

    >>> import weft
    >>> block = weft.to_block(weft.graph(([3, 5, 5], [5, 3, 8])))
    >>> block
    Block(num_src_nodes=3, num_dst_nodes=3, num_edges=3, ndata={'_ID': ()}, edata={'_ID': ()})
    >>> block.srcdata[weft.NID], block.edges()
    (tensor([3, 5, 8]), (tensor([0, 1, 1]), tensor([1, 0, 2])))
    """
    where = "to_block"
    refuse_block(where, g)
    edges = [Ends(*relation.coo()) for relation in g.relations]
    counts = [frame.num_rows for frame in g.node_frames]
    ends = _by_space(g, [one.dst for one in edges], g.schema.dst_spaces)
    if dst_nodes is None:
        dst = [distinct(parts, count, g.idtype, g.device) for parts, count in zip(ends, counts, strict=True)]
    else:
        dst = chosen_nodes(where, g, dst_nodes, distinct=True)
    starts = _by_space(g, [one.src for one in edges], g.schema.src_spaces)
    if src_nodes is None:
        src = dst if include_dst_in_src else [ids[:0] for ids in dst]
    else:
        src = chosen_nodes(where, g, src_nodes, distinct=True)
        if include_dst_in_src:
            _check_prefix(g, src, dst)
    dst_places, _ = _place(g, ends, dst, "ends", "dst_nodes")
    src_places, src = _place(g, starts, src, "starts", None if src_nodes is None else "src_nodes")
    return _block(g, src, dst, src_places, dst_places)


def _by_space(graph: Graph, parts: Sequence[Tensor], spaces: Sequence[int]) -> list[list[Tensor]]:
    """Return the parts that belong to each space, in order."""
    sorted_out: list[list[Tensor]] = [[] for _ in graph.schema.ntypes]
    for part, space in zip(parts, spaces, strict=True):
        sorted_out[space].append(part)
    return sorted_out


def _check_prefix(graph: Graph, src: Sequence[Tensor], dst: Sequence[Tensor]) -> None:
    for ntype, sources, destinations in zip(graph.schema.ntypes, src, dst, strict=True):
        if not torch.equal(sources[: len(destinations)], destinations):
            raise GraphError(
                f"to_block: src_nodes of node type {ntype!r} do not begin with its {len(destinations)} destinations, "
                "as include_dst_in_src=True asks; put dst_nodes first, or pass include_dst_in_src=False."
            )


def _place(
    graph: Graph, parts: Sequence[Sequence[Tensor]], known: Sequence[Tensor], verb: str, given: str | None
) -> tuple[list[list[Tensor]], list[Tensor]]:
    """Return the places of edges' ends and, for each space, its nodes.

    Args:
        graph: whose edges.
        parts: for each space, the ends of each relation there.
        known: for each space, the nodes that come first.
        verb: how a message says what an edge does at such a node.
        given: argument that names all nodes there may be; None when nodes may join those that are known.
    """
    places, nodes = [], []
    for space, ends in enumerate(parts):
        frame = graph.node_frames[space]
        joined = torch.cat(list(ends)) if len(ends) > 1 else ends[0] if ends else known[space][:0]
        found, inverse = first_seen(joined, frame.num_rows, known[space])
        if given is not None and len(found) > len(known[space]):
            missing = int(found[len(known[space])])
            raise GraphError(
                f"to_block: an edge {verb} at node {missing} of {frame.owner}, which is not among {given}; add it, or "
                f"leave {given} out to take all."
            )
        places.append(list(inverse.split([len(part) for part in ends])))
        nodes.append(found)
    return places, nodes


def _block(
    graph: Graph,
    src: Sequence[Tensor],
    dst: Sequence[Tensor],
    src_places: Sequence[Sequence[Tensor]],
    dst_places: Sequence[Sequence[Tensor]],
) -> Graph:
    old = graph.schema
    schema = Schema(old.ntypes, old.canonical_etypes, old.ntypes)
    src_parts, dst_parts = [iter(parts) for parts in src_places], [iter(parts) for parts in dst_places]
    edges = [
        Ends(next(src_parts[start]), next(dst_parts[end]))
        for start, end in zip(old.src_spaces, old.dst_spaces, strict=True)
    ]
    node_frames = []
    for ids, frame in zip([*src, *dst], [*graph.node_frames, *graph.node_frames], strict=True):
        selected = frame.select(ids.long())
        selected.set("to_block", NID, ids.clone())
        node_frames.append(selected)
    edge_frames = []
    for frame in graph.edge_frames:
        kept = frame.copy()
        kept.set("to_block", EID, torch.arange(frame.num_rows, dtype=graph.idtype, device=graph.device))
        edge_frames.append(kept)
    relations = between(schema, [frame.num_rows for frame in node_frames], edges)
    return graph.derive(relations, node_frames, edge_frames, schema)


def block_to_graph(block: Graph) -> Graph:
    """Return a block as an ordinary graph: sources of type ``t`` become type ``t_src``, destinations ``t_dst``.

    Features and edges are those of the block.

    Raises:
        GraphError: not a block.

    Source: DGL's ``dgl.block_to_graph``.
    """
    old = block.schema
    if not old.is_block:
        raise GraphError("block_to_graph: got a graph that is no block; weft.to_block makes one of it.")
    ntypes = [f"{ntype}_src" for ntype in old.src_ntypes] + [f"{ntype}_dst" for ntype in old.dst_ntypes]
    schema = Schema(ntypes, [(f"{src}_src", etype, f"{dst}_dst") for src, etype, dst in old.canonical_etypes])
    node_frames = [
        Frame(frame.num_rows, "node", f"node type {ntype!r}", frame.device, Columns(frame.columns))
        for ntype, frame in zip(ntypes, block.node_frames, strict=True)
    ]
    edge_frames = []
    for etype, frame in zip(schema.canonical_etypes, block.edge_frames, strict=True):
        renamed = edge_frame(etype, frame.num_rows, frame.device)
        renamed.columns = Columns(frame.columns)
        edge_frames.append(renamed)
    return block.derive(block.relations, node_frames, edge_frames, schema)

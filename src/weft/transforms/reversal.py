"""Edges turned round, or joined by their reverses."""

from __future__ import annotations

import torch

from weft.errors import GraphError
from weft.graph import Graph
from weft.graph.frame import edge_frame
from weft.graph.names import EID
from weft.graph.schema import Schema
from weft.relation import Relation, pairs_both_ways
from weft.transforms.edit import appended, refuse_block


def reverse(g: Graph, copy_ndata: bool = True, copy_edata: bool = False) -> Graph:
    """Return the graph with every edge turned round; edge IDs stay. Shares the structure's storage.

    A relation ``(u, e, v)`` becomes ``(v, e, u)``; edge types keep their order.

    A batch of graphs becomes one graph; ``set_batch_num_nodes`` and ``set_batch_num_edges`` say anew which is whose.

    Args:
        g: not a block.
        copy_ndata: keep node features.
        copy_edata: keep edge features.

    Raises:
        GraphError: a block.

    Source: DGL's ``dgl.reverse``.

    >>> import weft
    >>> [ids.tolist() for ids in weft.reverse(weft.graph(([0, 1], [1, 2]))).edges()]
    [[1, 2], [0, 1]]
    """
    refuse_block("reverse", g)
    triples = [(dst, etype, src) for src, etype, dst in g.canonical_etypes]
    edges = []
    for triple, frame in zip(triples, g.edge_frames, strict=True):
        empty = edge_frame(triple, frame.num_rows, g.device)
        edges.append(empty.sharing(frame) if copy_edata else empty)
    nodes = [frame.copy() if copy_ndata else frame.emptied(frame.num_rows) for frame in g.node_frames]
    relations = [relation.reverse() for relation in g.relations]
    return g.derive(relations, nodes, edges, Schema(g.schema.src_ntypes, triples))


def add_reverse_edges(
    g: Graph,
    copy_ndata: bool = True,
    copy_edata: bool = False,
    ignore_bipartite: bool = False,
    exclude_self: bool = True,
) -> Graph:
    """Return the graph with the reverse of each edge after the edges that are there.

    A batch of graphs becomes one graph; ``set_batch_num_nodes`` and ``set_batch_num_edges`` say anew which is whose.

    Args:
        g: not a block.
        copy_ndata: keep node features.
        copy_edata: keep edge features; a reverse edge has those of its edge, and ``edata[weft.EID]`` (int64) names that
            edge.
        ignore_bipartite: leave relations between two node types as they are, instead of refusing them.
        exclude_self: add no reverse of a self-loop.

    Raises:
        GraphError: a block, or a relation between two node types.

    Source: DGL's ``dgl.add_reverse_edges``.

    >>> import weft
    >>> [ids.tolist() for ids in weft.add_reverse_edges(weft.graph(([0, 1], [1, 1]))).edges()]
    [[0, 1, 1], [1, 1, 0]]
    """
    where = "add_reverse_edges"
    refuse_block(where, g)
    if not ignore_bipartite:
        _refuse_bipartite(where, g, "ignore_bipartite=True leaves it as it is; AddReverse makes a relation of its own")
    relations, edge_frames = [], []
    for (src_type, _, dst_type), relation, frame in zip(g.canonical_etypes, g.relations, g.edge_frames, strict=True):
        rows = torch.arange(relation.num_edges, device=g.device)
        if src_type == dst_type:
            src, dst = relation.coo()
            again = (src != dst).nonzero().squeeze(1) if exclude_self else rows
            both = appended(relation, dst.index_select(0, again), src.index_select(0, again))
            relation = Relation.from_coo(*both, relation.num_src, relation.num_dst, in_range=True)
            rows = torch.cat([rows, again])
        relations.append(relation)
        edge_frames.append(frame.select(rows) if copy_edata else frame.emptied(relation.num_edges))
        if copy_edata:
            edge_frames[-1].set(where, EID, rows)
    nodes = [frame.copy() if copy_ndata else frame.emptied(frame.num_rows) for frame in g.node_frames]
    return g.derive(relations, nodes, edge_frames)


def to_bidirected(g: Graph, copy_ndata: bool = False) -> Graph:
    """Return the graph that has an edge each way, once, between nodes that an edge joins; without edge features.

    A batch of graphs becomes one graph; ``set_batch_num_nodes`` and ``set_batch_num_edges`` say anew which is whose.

    Args:
        g: all its relations within one node type.
        copy_ndata: keep node features.

    Returns:
        Edges ascending by source and then destination. A self-loop stays one edge.

    Raises:
        GraphError: a block, or a relation between two node types.

    Source: DGL's ``dgl.to_bidirected``.

    >>> import weft
    >>> [ids.tolist() for ids in weft.to_bidirected(weft.graph(([0, 0], [1, 1]))).edges()]
    [[0, 1], [1, 0]]
    """
    where = "to_bidirected"
    refuse_block(where, g)
    _refuse_bipartite(where, g, "no edge between two types has a reverse of its own type")
    relations = []
    for relation in g.relations:
        relations.append(
            Relation.from_coo(
                *pairs_both_ways(relation), relation.num_src, relation.num_dst, in_range=True, row_sorted=True
            )
        )
    nodes = [frame.copy() if copy_ndata else frame.emptied(frame.num_rows) for frame in g.node_frames]
    edges = [frame.emptied(rel.num_edges) for frame, rel in zip(g.edge_frames, relations, strict=True)]
    return g.derive(relations, nodes, edges)


def _refuse_bipartite(where: str, g: Graph, advice: str) -> None:
    for triple in g.canonical_etypes:
        if triple[0] != triple[2]:
            raise GraphError(f"{where}: {triple} joins two node types; {advice}.")

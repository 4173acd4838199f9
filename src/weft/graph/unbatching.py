"""The graphs of a batch, all of them or one."""

from __future__ import annotations

import sys
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, IdError, ShapeError
from weft.graph.batch_counts import edge_counts, node_counts, offsets, split_by_type
from weft.graph.columns import Columns
from weft.graph.frame import Frame
from weft.graph.graph import Graph
from weft.graph.names import EID, NID
from weft.relation import FORMATS, Relation


def unbatch(g: Graph, node_split: Any = None, edge_split: Any = None) -> list[Graph]:
    """Return the graphs of a batch: the inverse of ``weft.batch``.

    Args:
        g: a batch, or a graph to cut into consecutive parts.
        node_split: ``(n,)`` numbers of nodes of each part; with several node types, a dict from type to these. What
            ``batch_num_nodes`` says by default.
        edge_split: numbers of edges, likewise; the dict is from edge type.

    Returns:
        Graphs with the features of ``g``, whose tensors are views into those of ``g``.

    Raises:
        ShapeError: the numbers do not add up, or not all have one length.
        TypeNameError: a dict lacks a type.
        GraphError: an edge joins two parts.

    Source: DGL's ``dgl.unbatch``.

    >>> import weft
    >>> weft.unbatch(weft.batch([weft.graph(([0], [1])), weft.graph(([2], [0]))]))
    [Graph(num_nodes=2, num_edges=1), Graph(num_nodes=3, num_edges=1)]
    """
    where, schema = "unbatch", g.schema
    spaces, numbers = range(len(g.node_frames)), range(len(g.relations))
    nodes = [node_counts(g, space) for space in spaces]
    if node_split is not None:
        nodes = split_by_type(where, "node_split", g, node_split, g.node_frames)
    edges = [edge_counts(g, number) for number in numbers]
    if edge_split is not None:
        edges = split_by_type(where, "edge_split", g, edge_split, g.edge_frames)
    if len({len(counts) for counts in nodes + edges}) != 1:
        raise ShapeError(
            f"{where}: got {[len(counts) for counts in nodes]} parts by nodes and {[len(counts) for counts in edges]} "
            "by edges; expected the same number. Give both node_split and edge_split."
        )
    relations = [
        _cut(g, number, nodes[schema.src_spaces[number]], nodes[schema.dst_spaces[number]], edges[number])
        for number in numbers
    ]
    node_frames = [_cut_frame(g.node_frames[space], nodes[space].tolist()) for space in spaces]
    edge_frames = [_cut_frame(g.edge_frames[number], edges[number].tolist()) for number in numbers]
    return [
        g.derive(
            [cut[part] for cut in relations], [cut[part] for cut in node_frames], [cut[part] for cut in edge_frames]
        )
        for part in range(len(nodes[0]))
    ]


def slice_batch(g: Graph, gid: int, store_ids: bool = False) -> Graph:
    """Return one graph of a batch.

    Args:
        g: a batch.
        gid: number of the graph in it.
        store_ids: add the features ``weft.NID`` and ``weft.EID``: IDs in ``g``, of its ID type.

    Raises:
        InputError: ``gid`` is no whole number.
        IdError: it is negative or past the end.
        GraphError: an edge joins the graph with another.

    Source: DGL's ``dgl.slice_batch``.

    >>> import weft
    >>> weft.slice_batch(weft.batch([weft.graph(([0], [1])), weft.graph(([2], [0]))]), 1)
    Graph(num_nodes=3, num_edges=1)
    """
    where = "slice_batch"
    gid = checks.whole_number(where, "gid", gid, least=-sys.maxsize, meaning="the number of a graph")
    nodes = [node_counts(g, space) for space in range(len(g.node_frames))]
    edges = [edge_counts(g, number) for number in range(len(g.relations))]
    sizes = min(len(counts) for counts in nodes + edges)
    if not 0 <= gid < sizes:
        raise IdError(f"{where}: got gid={gid}, but the batch has {sizes} graphs, numbered from 0.")
    node_ranges = [_part_range(counts, gid) for counts in nodes]
    relations, edge_frames = [], []
    for number, counts in enumerate(edges):
        first, last = _part_range(counts, gid)
        src, dst = (ids[first:last] for ids in g.relations[number].coo())
        src_range, dst_range = node_ranges[g.schema.src_spaces[number]], node_ranges[g.schema.dst_spaces[number]]
        src, dst = src - src_range[0], dst - dst_range[0]
        num_src, num_dst = src_range[1] - src_range[0], dst_range[1] - dst_range[0]
        _check_inside(where, g, number, first, (src < 0) | (dst < 0) | (src >= num_src) | (dst >= num_dst))
        relations.append(_held_as(Relation.from_coo(src, dst, num_src, num_dst, in_range=True), g.relations[number]))
        edge_frames.append(_part_frame(g, g.edge_frames[number], first, last, EID if store_ids else None))
    node_frames = [
        _part_frame(g, frame, *node_ranges[space], NID if store_ids else None)
        for space, frame in enumerate(g.node_frames)
    ]
    return g.derive(relations, node_frames, edge_frames)


def _cut(g: Graph, number: int, src_counts: Tensor, dst_counts: Tensor, counts: Tensor) -> list[Relation]:
    """Return a relation's consecutive parts, each part's nodes numbered from 0."""
    relation = g.relations[number]
    src, dst = relation.coo()
    owner = torch.repeat_interleave(torch.arange(len(counts), device=g.device), counts, output_size=relation.num_edges)
    src = src - offsets(src_counts)[owner].to(src.dtype)
    dst = dst - offsets(dst_counts)[owner].to(dst.dtype)
    outside = (src < 0) | (dst < 0) | (src >= src_counts[owner]) | (dst >= dst_counts[owner])
    _check_inside("unbatch", g, number, 0, outside)
    sizes = counts.tolist()
    parts = zip(src.split(sizes), dst.split(sizes), src_counts.tolist(), dst_counts.tolist(), strict=True)
    return [_held_as(Relation.from_coo(*part, in_range=True), relation) for part in parts]


def _held_as(part: Relation, whole: Relation) -> Relation:
    return part if whole.kept == FORMATS else part.restrict(whole.kept)


def _check_inside(where: str, g: Graph, number: int, first: int, outside: Tensor) -> None:
    """Raise GraphError when an edge, counted from ``first``, has an end outside the part that it belongs to."""
    if bool(outside.any()):
        edge = first + int(outside.nonzero()[0])
        src, dst = (int(ids[edge]) for ids in g.relations[number].coo())
        raise GraphError(
            f"{where}: edge {edge} of {g.schema.canonical_etypes[number]}, from {src} to {dst}, leaves the part that "
            "it belongs to. A part is consecutive nodes and consecutive edges: see batch_num_nodes, batch_num_edges."
        )


def _cut_frame(frame: Frame, sizes: list[int]) -> list[Frame]:
    cut = {name: column.split(sizes) for name, column in frame.columns.items()}
    frames = [frame.emptied(size) for size in sizes]
    for part, held in enumerate(frames):
        held.columns = Columns({name: views[part] for name, views in cut.items()})
    return frames


def _part_range(counts: Tensor, part: int) -> tuple[int, int]:
    first = int(counts[:part].sum())
    return first, first + int(counts[part])


def _part_frame(g: Graph, frame: Frame, first: int, last: int, id_name: str | None) -> Frame:
    rows = torch.arange(first, last, device=g.device)
    part = frame.select(rows)
    if id_name is not None:
        part.columns[id_name] = rows.to(g.idtype)
    return part

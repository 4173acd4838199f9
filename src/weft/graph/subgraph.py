"""Parts of a graph: between chosen nodes, of chosen edges, into and out of chosen nodes.

Features of a part are selected when they are read (Note [Lazy rows]). Nothing here works on a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from weft.graph.names import EID, NID
from weft.graph.parts import G
from weft.graph.relabel import Ends, relabel
from weft.graph.schema import Schema
from weft.graph.selection import chosen_edges, chosen_nodes, refuse_block
from weft.kernels import gather_rows
from weft.relation import Relation, induced


def node_subgraph(
    graph: G, nodes: Any, *, relabel_nodes: bool = True, store_ids: bool = True, output_device: Any = None
) -> G:
    """Return the graph of chosen nodes and of all edges between them.

    Edges come source after source in the order of ``nodes``, and in edge-ID order inside of a source.

    Args:
        graph: no block.
        nodes: distinct node IDs, or a boolean mask ``(num_nodes,)``; with several node types a dict from type to
            these, where a type left out has no node chosen.
        relabel_nodes: number the nodes from 0 in the order given; else keep all nodes, and only drop edges.
        store_ids: keep the IDs of nodes (when they are numbered anew) and edges as ``ndata[weft.NID]`` and
            ``edata[weft.EID]``.
        output_device: where the result goes; by default it stays.

    Raises:
        IdError, InputError, ShapeError, TypeNameError: a choice that cannot be; an ID that repeats.
        GraphError: ``graph`` is a block.

    Source: DGL's ``dgl.node_subgraph``, which takes an ID twice and then returns edges of the wrong nodes.

    >>> import weft
    >>> part = weft.node_subgraph(weft.graph(([0, 1, 2, 3], [1, 2, 3, 1])), [3, 1])
    >>> part.edges(), part.ndata[weft.NID], part.edata[weft.EID]
    ((tensor([0]), tensor([1])), tensor([3, 1]), tensor([3]))
    """
    refuse_block("node_subgraph", graph)
    chosen = chosen_nodes("node_subgraph", graph, nodes, distinct=True)
    relations, eids = [], []
    spaces = zip(graph.schema.src_spaces, graph.schema.dst_spaces, strict=True)
    for relation, (src, dst) in zip(graph.relations, spaces, strict=True):
        part, found = induced(relation, chosen[src], chosen[dst])
        relations.append(part if relabel_nodes else relation.edge_part(found))
        eids.append(found)
    return _build(graph, chosen if relabel_nodes else None, relations, eids, store_ids, output_device)


def edge_subgraph(
    graph: G, edges: Any, *, relabel_nodes: bool = True, store_ids: bool = True, output_device: Any = None
) -> G:
    """Return the graph of chosen edges, in the order given, and of the nodes that they touch.

    Nodes are numbered as they first appear: relation after relation, sources before destinations.

    Args:
        graph: a block only with ``relabel_nodes=False``.
        edges: edge IDs, repeats allowed, or a boolean mask ``(num_edges,)``; with several edge types a dict from type
            to these.
        relabel_nodes: keep only nodes that the edges touch; else keep all nodes.
        store_ids: as in :func:`node_subgraph`.
        output_device: as in :func:`node_subgraph`.

    Raises:
        As :func:`node_subgraph`.

    Source: DGL's ``dgl.edge_subgraph``.
    """
    if relabel_nodes:
        refuse_block("edge_subgraph", graph)
    eids = chosen_edges("edge_subgraph", graph, edges)
    kept = []
    for relation, ids in zip(graph.relations, eids, strict=True):
        src, dst = relation.coo()
        kept.append(Ends(src.index_select(0, ids), dst.index_select(0, ids)))
    return _touched(graph, kept, eids, relabel_nodes, store_ids, output_device)


def in_subgraph(
    graph: G, nodes: Any, *, relabel_nodes: bool = False, store_ids: bool = True, output_device: Any = None
) -> G:
    """Return the graph of all edges that end at chosen nodes, node after node, IDs ascending.

    Args:
        graph: no block.
        nodes: node IDs (an ID given twice gives its edges twice) or a boolean mask; with several node types a dict
            from type to these.
        relabel_nodes: keep only nodes that the edges touch, as in :func:`edge_subgraph`; else keep all nodes.
        store_ids: as in :func:`node_subgraph`.
        output_device: as in :func:`node_subgraph`.

    Raises:
        As :func:`node_subgraph`.

    Source: DGL's ``dgl.in_subgraph``.
    """
    return _incident("in_subgraph", graph, nodes, relabel_nodes, store_ids, output_device, inward=True)


def out_subgraph(
    graph: G, nodes: Any, *, relabel_nodes: bool = False, store_ids: bool = True, output_device: Any = None
) -> G:
    """Return the graph of all edges that start at chosen nodes, node after node, IDs ascending.

    Arguments and errors as in :func:`in_subgraph`. Source: DGL's ``dgl.out_subgraph``.
    """
    return _incident("out_subgraph", graph, nodes, relabel_nodes, store_ids, output_device, inward=False)


def _incident(
    where: str, graph: G, nodes: Any, relabel_nodes: bool, store_ids: bool, output_device: Any, *, inward: bool
) -> G:
    refuse_block(where, graph)
    chosen = chosen_nodes(where, graph, nodes)
    edges, eids = [], []
    near_spaces = graph.schema.dst_spaces if inward else graph.schema.src_spaces
    for relation, space in zip(graph.relations, near_spaces, strict=True):
        near, far, found = edges_at(relation, chosen[space], inward=inward)
        edges.append(Ends(far, near) if inward else Ends(near, far))
        eids.append(found)
    return _touched(graph, edges, eids, relabel_nodes, store_ids, output_device)


def edges_at(relation: Relation, nodes: Tensor, *, inward: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return the edges that end (``inward``) or start at nodes: ``(near, far, eids)``, each ``(k,)`` of ``idtype``."""
    if len(nodes) == 0:
        return nodes, nodes, nodes
    which, far, eids = gather_rows(relation.csc() if inward else relation.csr(), nodes)
    return nodes.index_select(0, which), far, eids


def _touched(
    graph: G, edges: list[Ends], eids: list[Tensor], relabel_nodes: bool, store_ids: bool, output_device: Any
) -> G:
    """Return the graph of some edges, on the nodes that they touch or on all."""
    nodes = None
    if relabel_nodes:
        counts = [frame.num_rows for frame in graph.node_frames]
        nothing = [torch.empty(0, dtype=graph.idtype, device=graph.device) for _ in counts]
        nodes, (edges,) = relabel(graph.schema, counts, [edges], nothing)
    counts = [frame.num_rows for frame in graph.node_frames] if nodes is None else [len(ids) for ids in nodes]
    relations = between(graph.schema, counts, edges)
    return _build(graph, nodes, relations, eids, store_ids, output_device)


def _build(
    graph: G,
    nodes: Sequence[Tensor] | None,
    relations: Sequence[Relation],
    eids: Sequence[Tensor],
    store_ids: bool,
    output_device: Any,
) -> G:
    """Return the graph of chosen nodes (None for all) and edges, with their features."""
    node_frames = [frame.copy() for frame in graph.node_frames]
    if nodes is not None:
        node_frames = [frame.select(ids.long()) for frame, ids in zip(graph.node_frames, nodes, strict=True)]
        if store_ids:
            for frame, ids in zip(node_frames, nodes, strict=True):
                frame.set("subgraph", NID, ids.clone())
    edge_frames = [frame.select(ids.long()) for frame, ids in zip(graph.edge_frames, eids, strict=True)]
    if store_ids:
        for frame, ids in zip(edge_frames, eids, strict=True):
            frame.set("subgraph", EID, ids)
    part = graph.derive(relations, node_frames, edge_frames)
    return part if output_device is None else part.to(output_device)  # type: ignore[attr-defined]


def between(schema: Schema, counts: Sequence[int], edges: Sequence[Ends]) -> list[Relation]:
    """Return the relations of edges whose ends are known to be in range, given the number of nodes of each space."""
    spaces = zip(schema.src_spaces, schema.dst_spaces, strict=True)
    return [
        Relation.from_coo(ends.src, ends.dst, counts[src], counts[dst], in_range=True)
        for ends, (src, dst) in zip(edges, spaces, strict=True)
    ]

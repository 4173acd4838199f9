"""Graphs without the nodes that none of their edges touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import GraphError, InputError, name_choices
from weft.graph.graph import Graph
from weft.graph.names import NID
from weft.graph.relabel import Ends, relabel
from weft.graph.selection import refuse_block
from weft.graph.subgraph import between
from weft.kernels import first_seen


def compact_graphs(
    graphs: Graph | Sequence[Graph],
    always_preserve: Any = None,
    copy_ndata: bool = True,
    copy_edata: bool = True,
) -> Any:
    """Return graphs without the nodes that no edge of any of them touches.

    The graphs have the same nodes before and after. What is left is numbered as it first appears: preserved nodes, then
    graph after graph, relation after relation, sources before destinations. Edges keep their IDs.

    Args:
        graphs: one graph, or several of the same types and numbers of nodes; no blocks.
        always_preserve: IDs of nodes to keep in any case; with several node types a dict from type to IDs.
        copy_ndata: select node features, and keep the old IDs as ``ndata[weft.NID]``.
        copy_edata: keep edge features.

    Returns:
        A graph for a graph, else a list.

    Raises:
        GraphError: a block, or graphs of different types or numbers of nodes.
        IdError, InputError, TypeNameError: ``always_preserve`` cannot be.

    Source: DGL's ``dgl.compact_graphs``, which takes different numbers of nodes and reads past the end of features.

    >>> import weft
    >>> small = weft.compact_graphs(weft.graph(([7, 3], [5, 7]), num_nodes=9))
    >>> small.edges(), small.ndata[weft.NID]
    ((tensor([0, 1]), tensor([2, 0])), tensor([7, 3, 5]))
    """
    where = "compact_graphs"
    if not isinstance(graphs, (Graph, Sequence)):
        raise InputError(f"{where}: got a {type(graphs).__name__}; expected a Graph or a list of them.")
    listed = [graphs] if isinstance(graphs, Graph) else list(graphs)
    if not listed:
        return []
    _check_alike(where, listed)
    first = listed[0]
    counts = [frame.num_rows for frame in first.node_frames]
    edges = [[Ends(*relation.coo()) for relation in graph.relations] for graph in listed]
    known = _preserved(where, first, always_preserve, counts)
    nodes, compacted = relabel(first.schema, counts, edges, known)
    results = []
    for graph, ends in zip(listed, compacted, strict=True):
        relations = between(graph.schema, [len(ids) for ids in nodes], ends)
        node_frames = [frame.emptied(len(ids)) for frame, ids in zip(graph.node_frames, nodes, strict=True)]
        if copy_ndata:
            node_frames = [frame.select(ids.long()) for frame, ids in zip(graph.node_frames, nodes, strict=True)]
            for frame, ids in zip(node_frames, nodes, strict=True):
                frame.set(where, NID, ids)
        edge_frames = [frame.copy() if copy_edata else frame.emptied(frame.num_rows) for frame in graph.edge_frames]
        results.append(graph.derive(relations, node_frames, edge_frames))
    return results[0] if isinstance(graphs, Graph) else results


def _check_alike(where: str, graphs: Sequence[Graph]) -> None:
    first = graphs[0]
    for number, graph in enumerate(graphs):
        refuse_block(where, graph)
        if graph.schema.ntypes != first.schema.ntypes or graph.canonical_etypes != first.canonical_etypes:
            raise GraphError(
                f"{where}: graph {number} has node types {graph.ntypes} and edge types {graph.canonical_etypes}, the "
                f"first {first.ntypes} and {first.canonical_etypes}; graphs of the same nodes have the same types."
            )
        for frame, other in zip(graph.node_frames, first.node_frames, strict=True):
            if frame.num_rows != other.num_rows:
                raise GraphError(
                    f"{where}: graph {number} has {frame.num_rows} nodes of {frame.owner}, the first {other.num_rows}; "
                    "graphs of the same nodes have as many."
                )
        if graph.idtype != first.idtype or graph.device != first.device:
            raise GraphError(
                f"{where}: graph {number} has {graph.idtype} IDs on {graph.device}, the first {first.idtype} on "
                f"{first.device}; convert one with astype() or to()."
            )


def _preserved(where: str, graph: Graph, always_preserve: Any, counts: Sequence[int]) -> list[Tensor]:
    """Return the distinct nodes of each space to keep, in the order given."""
    schema = graph.schema
    kept = [torch.empty(0, dtype=graph.idtype, device=graph.device) for _ in counts]
    if always_preserve is None:
        return kept
    if not isinstance(always_preserve, Mapping):
        if len(schema.ntypes) > 1:
            raise InputError(
                f"{where}: always_preserve is a {type(always_preserve).__name__}, but the graphs have node types "
                f"{name_choices(schema.ntypes)}; give a dict from node type to IDs."
            )
        always_preserve = {schema.ntypes[0]: always_preserve}
    for ntype, selected in always_preserve.items():
        space = schema.space(where, ntype)
        name = f"always_preserve of node type {ntype!r}"
        ids = checks.ids(where, name, selected, device=graph.device)
        checks.id_range(where, name, ids, counts[space], f"{counts[space]} nodes")
        kept[space] = first_seen(ids.to(graph.idtype), counts[space])[0]
    return kept

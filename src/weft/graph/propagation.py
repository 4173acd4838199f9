"""Message passing along one frontier of nodes or edges after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from weft.graph.message_passing import pull, send_and_recv
from weft.graph.parts import GraphParts
from weft.graph.phases import Message, Reducer
from weft.graph.schema import Etype
from weft.graph.traversal import bfs_nodes_generator, dfs_labeled_edges_generator, topological_nodes_generator
from weft.graph.udf import NodeFunction


def prop_nodes(
    graph: GraphParts,
    nodes_generator: Iterable[Any],
    message_func: Message,
    reduce_func: Reducer,
    apply_node_func: NodeFunction | None = None,
    etype: Etype | None = None,
) -> None:
    """Run ``pull`` on each frontier of nodes in turn.

    Args:
        graph: whose nodes get the features.
        nodes_generator: frontiers, each node IDs; ``bfs_nodes_generator`` and ``topological_nodes_generator`` make
            some.
        message_func: as in ``update_all``.
        reduce_func: likewise.
        apply_node_func: likewise, on the frontier.
        etype: edge type; may be left out when there is one.

    Raises:
        IdError: no such node. Else as ``update_all``.

    Source: DGL's ``dgl.prop_nodes`` and ``DGLGraph.prop_nodes``.
    """
    for nodes in nodes_generator:
        pull(graph, nodes, message_func, reduce_func, apply_node_func, etype)


def prop_edges(
    graph: GraphParts,
    edges_generator: Iterable[Any],
    message_func: Message,
    reduce_func: Reducer,
    apply_node_func: NodeFunction | None = None,
    etype: Etype | None = None,
) -> None:
    """Run ``send_and_recv`` on each frontier of edges in turn.

    Args:
        graph: whose nodes get the features.
        edges_generator: frontiers, each edge IDs or a pair of sources and destinations; ``bfs_edges_generator`` and
            ``dfs_edges_generator`` make some.
        message_func: as in ``update_all``.
        reduce_func: likewise.
        apply_node_func: likewise, on the destinations of the frontier.
        etype: edge type; may be left out when there is one.

    Raises:
        IdError, GraphError: no such edge. Else as ``update_all``.

    Source: DGL's ``dgl.prop_edges`` and ``DGLGraph.prop_edges``.
    """
    for edges in edges_generator:
        send_and_recv(graph, edges, message_func, reduce_func, apply_node_func, etype)


def prop_nodes_bfs(
    graph: GraphParts,
    source: Any,
    message_func: Message,
    reduce_func: Reducer,
    reverse: bool = False,
    apply_node_func: NodeFunction | None = None,
) -> None:
    """Run ``pull`` on the frontiers of a breadth-first search, the sources first.

    Args:
        graph: with one node type and one edge type.
        source: node IDs.
        message_func: as in ``update_all``.
        reduce_func: likewise.
        reverse: search against the direction of edges; messages follow it all the same.
        apply_node_func: as in ``update_all``, on the frontier.

    Raises:
        GraphError: several types.
        IdError: no such node.

    Source: DGL's ``dgl.prop_nodes_bfs``.
    """
    prop_nodes(graph, bfs_nodes_generator(graph, source, reverse), message_func, reduce_func, apply_node_func)


def prop_nodes_topo(
    graph: GraphParts,
    message_func: Message,
    reduce_func: Reducer,
    reverse: bool = False,
    apply_node_func: NodeFunction | None = None,
) -> None:
    """Run ``pull`` on the levels of a graph without cycles: each node after all nodes that send it messages.

    Args:
        graph: with one node type and one edge type, and no cycle.
        message_func: as in ``update_all``.
        reduce_func: likewise.
        reverse: take the levels of the reversed graph; messages follow the edges all the same.
        apply_node_func: as in ``update_all``, on the level.

    Raises:
        GraphError: several types, or a cycle.

    Source: DGL's ``dgl.prop_nodes_topo``.

    >>> import torch, weft
    >>> g = weft.graph(([0, 0, 1, 2], [1, 2, 3, 3]))
    >>> g.ndata["paths"] = torch.tensor([1.0, 0.0, 0.0, 0.0])
    >>> copy, total = weft.function.copy_u("paths", "m"), weft.function.sum("m", "new")
    >>> def add(nodes):
    ...     return {"paths": nodes.data["paths"] + nodes.data["new"]}
    >>> prop_nodes_topo(g, copy, total, apply_node_func=add)
    >>> g.ndata["paths"]
    tensor([1., 1., 1., 2.])
    """
    prop_nodes(graph, topological_nodes_generator(graph, reverse), message_func, reduce_func, apply_node_func)


def prop_edges_dfs(
    graph: GraphParts,
    source: Any,
    message_func: Message,
    reduce_func: Reducer,
    reverse: bool = False,
    has_reverse_edge: bool = False,
    has_nontree_edge: bool = False,
    apply_node_func: NodeFunction | None = None,
) -> None:
    """Run ``send_and_recv`` on the edges that a depth-first search walks, one after the other.

    Args:
        graph: with one node type and one edge type.
        source: node IDs; the edges of their searches go side by side.
        message_func: as in ``update_all``.
        reduce_func: likewise.
        reverse: search against the direction of edges; messages follow it all the same.
        has_reverse_edge: as in ``dfs_labeled_edges_generator``.
        has_nontree_edge: likewise.
        apply_node_func: as in ``update_all``, on the destinations.

    Raises:
        GraphError: several types.
        IdError: no such node.

    Source: DGL's ``dgl.prop_edges_dfs``.
    """
    edges = dfs_labeled_edges_generator(graph, source, reverse, has_reverse_edge, has_nontree_edge, return_labels=False)
    prop_edges(graph, edges, message_func, reduce_func, apply_node_func)

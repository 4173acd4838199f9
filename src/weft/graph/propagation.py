"""Message passing along one frontier of nodes or edges after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from weft.graph.message_passing import pull, send_and_recv
from weft.graph.parts import GraphParts
from weft.graph.phases import Message, Reducer
from weft.graph.schema import Etype
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

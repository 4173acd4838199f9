"""Messages along edges of one type, reduced at nodes: ``update_all`` and its kin.

Note [What is written]: a reducer's result is written to the destinations; when there is a node function, what that
returns is written instead. Everything is computed and checked before the first feature is set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from weft.graph import cross_types
from weft.graph.passage import along, between, whole
from weft.graph.phases import Message, Reducer, check_message, check_pair, message_values, pass_messages
from weft.graph.schema import Etype
from weft.graph.structure import edge_rows, node_rows
from weft.graph.udf import NodeFunction
from weft.graph.user_functions import call_on_nodes
from weft.kernels import gather_rows
from weft.ops.target import is_all

if TYPE_CHECKING:
    from weft.graph.parts import GraphParts


def update_all(
    graph: GraphParts,
    message_func: Message,
    reduce_func: Reducer,
    apply_node_func: NodeFunction | None = None,
    etype: Etype | None = None,
) -> None:
    """Send messages along all edges and write what each destination reduces them to.

    One kernel runs, and messages are not stored, when message and reducer are built in and the message copies a
    feature or joins source and edge; other messages are computed edge by edge first.

    Args:
        graph: whose destination nodes get the features.
        message_func: ``weft.function.copy_u``, ``u_mul_e`` ..., or a callable from an ``EdgeBatch`` to messages.
        reduce_func: ``weft.function.sum``, ``mean``, ``max`` or ``min``, or a callable from a ``NodeBatch`` with a
            mailbox to features, run once for each in-degree (Note [Degree buckets]). A node without incoming edges
            gets 0; with a callable, what its frame's initializer gives (0 unless set).
        apply_node_func: run on all destination nodes; sees the reduced feature and the old ones (Note [What is
            written]).
        etype: edge type. None in a graph with several: all of them, and messages of all types that meet at a node are
            reduced together, which takes built-in functions.

    Raises:
        InputError: not a function of either kind, or the reducer reads another message.
        FieldError: a feature or message that is read is not set.
        GraphError: a mean, or a function of the user's own, across edge types.

    Source: DGL's ``DGLGraph.update_all``.
    """
    where = "update_all"
    check_pair(where, message_func, reduce_func)
    if etype is None and len(graph.relations) > 1:
        cross_types.update_all_types(where, graph, message_func, reduce_func, apply_node_func)
        return
    index = graph.schema.relation(where, etype)
    passage = whole(graph, index)
    passage.dst.write(where, pass_messages(where, passage, message_func, reduce_func, apply_node_func))


def send_and_recv(
    graph: GraphParts,
    edges: Any,
    message_func: Message,
    reduce_func: Reducer,
    apply_node_func: NodeFunction | None = None,
    etype: Etype | None = None,
) -> None:
    """Send messages along some edges and write what their destinations reduce them to.

    Args:
        graph: whose nodes get the features.
        edges: edge IDs, or a tuple of sources and destinations. A mailbox holds its messages in this order; an edge
            that comes twice sends twice. Without edges nothing is done.
        message_func: as in ``update_all``.
        reduce_func: likewise.
        apply_node_func: likewise, on the destinations of these edges.
        etype: edge type; may be left out when there is one.

    Only those destinations are written, ascending; the other nodes keep their value, or get the initializer's.

    Raises:
        IdError, GraphError: no such edge. Else as ``update_all``.

    Source: DGL's ``DGLGraph.send_and_recv``.
    """
    where = "send_and_recv"
    check_pair(where, message_func, reduce_func)
    index = graph.schema.relation(where, etype)
    rows = edge_rows(where, graph, edges, index, pairs=True)
    src, dst = graph.relations[index].coo()
    _pass_some(
        where, graph, index, src[rows].long(), dst[rows].long(), rows, message_func, reduce_func, apply_node_func
    )


def pull(
    graph: GraphParts,
    v: Any,
    message_func: Message,
    reduce_func: Reducer,
    apply_node_func: NodeFunction | None = None,
    etype: Etype | None = None,
) -> None:
    """Reduce, at some nodes, the messages of all their incoming edges.

    Args:
        graph: whose nodes get the features.
        v: node IDs. All of them are written, also those without incoming edges: 0, or the initializer's value with a
            reducer of the user's own; but such a reducer does not run, and nothing is written for it, when no node has
            any. The edges of a node that comes twice send twice.
        message_func: as in ``update_all``.
        reduce_func: likewise.
        apply_node_func: likewise, on these nodes, each once, ascending.
        etype: edge type; may be left out when there is one.

    Raises:
        IdError: no such node. Else as ``update_all``.

    Source: DGL's ``DGLGraph.pull``, but for the maximum and minimum of nothing, where it leaves infinities.
    """
    where = "pull"
    check_pair(where, message_func, reduce_func)
    index = graph.schema.relation(where, etype)
    nodes = node_rows(where, graph, v, graph.schema.dst_spaces[index])
    if len(nodes) == 0:
        return
    which, src, rows = gather_rows(graph.relations[index].csc(), nodes)
    _pass_some(where, graph, index, src, nodes[which], rows, message_func, reduce_func, apply_node_func, nodes)


def push(
    graph: GraphParts,
    u: Any,
    message_func: Message,
    reduce_func: Reducer,
    apply_node_func: NodeFunction | None = None,
    etype: Etype | None = None,
) -> None:
    """Send messages along the outgoing edges of some nodes, as ``send_and_recv`` does.

    Args:
        graph: whose nodes get the features.
        u: node IDs.
        message_func: as in ``update_all``.
        reduce_func: likewise.
        apply_node_func: likewise, on the destinations of these edges.
        etype: edge type; may be left out when there is one.

    Raises:
        IdError: no such node. Else as ``update_all``.

    Source: DGL's ``DGLGraph.push``.
    """
    where = "push"
    check_pair(where, message_func, reduce_func)
    index = graph.schema.relation(where, etype)
    nodes = node_rows(where, graph, u, graph.schema.src_spaces[index])
    which, dst, rows = gather_rows(graph.relations[index].csr(), nodes)
    _pass_some(where, graph, index, nodes[which], dst, rows, message_func, reduce_func, apply_node_func)


def _pass_some(
    where: str,
    graph: GraphParts,
    index: int,
    src: Tensor,
    dst: Tensor,
    rows: Tensor,
    message_func: Message,
    reduce_func: Reducer,
    apply_node_func: NodeFunction | None,
    receivers: Tensor | None = None,
) -> None:
    """Pass messages along the edges ``rows`` and write the results to their destinations, or to the receivers."""
    if len(rows) == 0 and receivers is None:
        return
    passage = between(graph, index, src, dst, rows, receivers)
    written = pass_messages(where, passage, message_func, reduce_func, apply_node_func)
    graph.node_frames[graph.schema.dst_spaces[index]].write(where, written, passage.dst_ids)


def apply_edges(graph: GraphParts, func: Message, edges: Any, etype: Etype | None) -> None:
    """Write messages to the edges as features.

    Args:
        graph: whose edges.
        func: ``weft.function.u_add_v``, ``copy_u`` ..., or a callable from an ``EdgeBatch`` to features.
        edges: edge IDs, or a tuple of sources and destinations; the other edges keep their value, or get 0.
        etype: edge type. None in a graph with several: all of them, which takes a built-in message.

    Raises:
        InputError: not a message.
        FieldError: a feature that is read is not set.
        GraphError: a callable across edge types.

    Source: DGL's ``DGLGraph.apply_edges``.
    """
    where = "apply_edges"
    check_message(where, func)
    if etype is None and len(graph.relations) > 1 and is_all(edges):
        cross_types.check_built_in(where, func)
        values = [message_values(where, whole(graph, index), func) for index in range(len(graph.relations))]
        for frame, written in zip(graph.edge_frames, values, strict=True):
            frame.write(where, written)
        return
    index = graph.schema.relation(where, etype)
    if is_all(edges):
        graph.edge_frames[index].write(where, message_values(where, whole(graph, index), func))
        return
    rows = edge_rows(where, graph, edges, index, pairs=True)
    graph.edge_frames[index].write(where, message_values(where, along(graph, index, rows), func), rows)


def apply_nodes(graph: GraphParts, func: NodeFunction, v: Any, ntype: str | None) -> None:
    """Write what a function makes of nodes' features.

    Args:
        graph: whose nodes.
        func: takes a ``NodeBatch`` and returns features by name, with a row for each node of the batch.
        v: node IDs; the others keep their value, or get 0.
        ntype: node type; may be left out when there is one.

    Source: DGL's ``DGLGraph.apply_nodes``.
    """
    where = "apply_nodes"
    space = graph.schema.space(where, ntype)
    frame = graph.node_frames[space]
    if is_all(v):
        nodes = torch.arange(frame.num_rows, dtype=graph.idtype, device=graph.device)
        frame.write(where, call_on_nodes(where, func, nodes, graph.schema.ntypes[space], frame))
        return
    rows = node_rows(where, graph, v, space)
    ids = rows.to(graph.idtype)
    frame.write(where, call_on_nodes(where, func, ids, graph.schema.ntypes[space], frame.select(rows)), rows)

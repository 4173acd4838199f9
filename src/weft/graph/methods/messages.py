"""Methods of Graph that pass messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from torch import Tensor

from weft.graph import cross_types, filtering, message_passing, propagation
from weft.graph.parts import GraphParts
from weft.graph.phases import Message, Reducer
from weft.graph.schema import Etype
from weft.graph.udf import EdgeBatch, NodeBatch, NodeFunction
from weft.ops.target import ALL


class MessageMethods(GraphParts):
    """Messages along edges, and functions of nodes and edges."""

    def update_all(
        self,
        message_func: Message,
        reduce_func: Reducer,
        apply_node_func: NodeFunction | None = None,
        etype: Etype | None = None,
    ) -> None:
        """Send messages along all edges of a type and write what each destination reduces them to.

        See ``weft.graph.message_passing.update_all``.

        >>> import torch, weft
        >>> g = weft.graph(([0, 0, 1], [1, 2, 2]))
        >>> g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0])
        >>> g.update_all(lambda edges: {"m": edges.src["h"]}, lambda nodes: {"s": nodes.mailbox["m"].sum(1)})
        >>> g.ndata["s"]
        tensor([0., 1., 3.])
        """
        message_passing.update_all(self, message_func, reduce_func, apply_node_func, etype)

    def multi_update_all(
        self,
        etype_dict: Mapping[Etype, Sequence[Any]],
        cross_reducer: str | Callable[[list[Tensor]], Tensor],
        apply_node_func: NodeFunction | None = None,
    ) -> None:
        """Run ``update_all`` for several edge types and combine what meets at a node type.

        See ``weft.graph.cross_types.multi_update_all``.
        """
        cross_types.multi_update_all(self, etype_dict, cross_reducer, apply_node_func)

    def send_and_recv(
        self,
        edges: Any,
        message_func: Message,
        reduce_func: Reducer,
        apply_node_func: NodeFunction | None = None,
        etype: Etype | None = None,
    ) -> None:
        """Send messages along some edges and write what their destinations reduce them to.

        See ``weft.graph.message_passing.send_and_recv``.

        >>> import torch, weft
        >>> g = weft.graph(([0, 0, 1], [1, 2, 2]))
        >>> g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0])
        >>> g.send_and_recv([2], weft.function.copy_u("h", "m"), weft.function.sum("m", "h"))
        >>> g.ndata["h"]
        tensor([1., 2., 2.])
        """
        message_passing.send_and_recv(self, edges, message_func, reduce_func, apply_node_func, etype)

    def pull(
        self,
        v: Any,
        message_func: Message,
        reduce_func: Reducer,
        apply_node_func: NodeFunction | None = None,
        etype: Etype | None = None,
    ) -> None:
        """Reduce, at some nodes, the messages of all their incoming edges; see ``weft.graph.message_passing.pull``."""
        message_passing.pull(self, v, message_func, reduce_func, apply_node_func, etype)

    def push(
        self,
        u: Any,
        message_func: Message,
        reduce_func: Reducer,
        apply_node_func: NodeFunction | None = None,
        etype: Etype | None = None,
    ) -> None:
        """Send messages along the outgoing edges of some nodes; see ``weft.graph.message_passing.push``."""
        message_passing.push(self, u, message_func, reduce_func, apply_node_func, etype)

    def prop_nodes(
        self,
        nodes_generator: Iterable[Any],
        message_func: Message,
        reduce_func: Reducer,
        apply_node_func: NodeFunction | None = None,
        etype: Etype | None = None,
    ) -> None:
        """Run ``pull`` on one frontier of nodes after the other; see ``weft.graph.propagation.prop_nodes``."""
        propagation.prop_nodes(self, nodes_generator, message_func, reduce_func, apply_node_func, etype)

    def prop_edges(
        self,
        edges_generator: Iterable[Any],
        message_func: Message,
        reduce_func: Reducer,
        apply_node_func: NodeFunction | None = None,
        etype: Etype | None = None,
    ) -> None:
        """Run ``send_and_recv`` on one frontier of edges after the other; see ``weft.graph.propagation.prop_edges``."""
        propagation.prop_edges(self, edges_generator, message_func, reduce_func, apply_node_func, etype)

    def apply_edges(self, func: Message, edges: Any = ALL, etype: Etype | None = None) -> None:
        """Write a message to the edges themselves; see ``weft.graph.message_passing.apply_edges``."""
        message_passing.apply_edges(self, func, edges, etype)

    def apply_nodes(self, func: NodeFunction, v: Any = ALL, ntype: str | None = None) -> None:
        """Write what a function makes of nodes' features; see ``weft.graph.message_passing.apply_nodes``."""
        message_passing.apply_nodes(self, func, v, ntype)

    def filter_nodes(
        self, predicate: Callable[[NodeBatch], Tensor], nodes: Any = ALL, ntype: str | None = None
    ) -> Tensor:
        """Return the IDs of the nodes for which a predicate is true; see ``weft.graph.filtering.filter_nodes``.

        >>> import torch, weft
        >>> g = weft.graph(([0, 0, 1], [1, 2, 2]))
        >>> g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0])
        >>> g.filter_nodes(lambda nodes: nodes.data["h"] > 1.5)
        tensor([1, 2])
        """
        return filtering.filter_nodes(self, predicate, nodes, ntype)

    def filter_edges(
        self, predicate: Callable[[EdgeBatch], Tensor], edges: Any = ALL, etype: Etype | None = None
    ) -> Tensor:
        """Return the IDs of the edges for which a predicate is true; see ``weft.graph.filtering.filter_edges``.

        >>> import torch, weft
        >>> g = weft.graph(([0, 0, 1], [1, 2, 2]))
        >>> g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0])
        >>> g.filter_edges(lambda edges: edges.src["h"] < edges.dst["h"] - 1)
        tensor([1])
        """
        return filtering.filter_edges(self, predicate, edges, etype)

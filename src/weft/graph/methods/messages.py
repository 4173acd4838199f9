"""Methods of Graph that pass messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weft.function import MessageFunction, ReduceFunction
from weft.graph import message_passing
from weft.graph.node_batch import NodeFunction
from weft.graph.parts import GraphParts
from weft.graph.schema import Etype
from weft.ops.target import ALL


class MessageMethods(GraphParts):
    """Messages along edges, and functions of nodes."""

    def update_all(
        self,
        message_func: MessageFunction,
        reduce_func: ReduceFunction,
        apply_node_func: NodeFunction | None = None,
        etype: Etype | None = None,
    ) -> None:
        """Send messages along all edges of a type and write what each destination reduces them to.

        See ``weft.graph.message_passing.update_all``.
        """
        message_passing.update_all(self, message_func, reduce_func, apply_node_func, etype)

    def multi_update_all(
        self,
        etype_dict: Mapping[Etype, tuple[Any, ...]],
        cross_reducer: Any,
        apply_node_func: NodeFunction | None = None,
    ) -> None:
        """Run ``update_all`` for several edge types and combine what meets at a node type.

        See ``weft.graph.message_passing.multi_update_all``.
        """
        message_passing.multi_update_all(self, etype_dict, cross_reducer, apply_node_func)

    def apply_edges(self, func: MessageFunction, edges: Any = ALL, etype: Etype | None = None) -> None:
        """Write a message to the edges themselves; see ``weft.graph.message_passing.apply_edges``."""
        message_passing.apply_edges(self, func, edges, etype)

    def apply_nodes(self, func: NodeFunction, v: Any = ALL, ntype: str | None = None) -> None:
        """Write what a function makes of nodes' features; see ``weft.graph.message_passing.apply_nodes``."""
        message_passing.apply_nodes(self, func, v, ntype)

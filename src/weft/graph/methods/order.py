"""Methods of Graph about the order of its nodes and edges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from weft.graph import reorder
from weft.graph.parts import GraphParts

Ordered = TypeVar("Ordered", bound="OrderMethods")


class OrderMethods(GraphParts):
    """Another numbering."""

    def reorder_graph(
        self: Ordered,
        node_permute_algo: str | None = None,
        edge_permute_algo: str = "src",
        store_ids: bool = True,
        permute_config: Mapping[str, Any] | None = None,
    ) -> Ordered:
        """Return the graph with nodes and edges in another order; see `weft.reorder_graph`."""
        return reorder.reorder_graph(self, node_permute_algo, edge_permute_algo, store_ids, permute_config)

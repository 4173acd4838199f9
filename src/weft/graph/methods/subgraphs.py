"""Methods of Graph that return a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from weft.graph import khop, subgraph, type_subgraph
from weft.graph.parts import G, GraphParts
from weft.graph.schema import Etype


class SubgraphMethods(GraphParts):
    """Parts of the graph."""

    def subgraph(
        self: G, nodes: Any, *, relabel_nodes: bool = True, store_ids: bool = True, output_device: Any = None
    ) -> G:
        """Return the graph of chosen nodes and of all edges between them; see ``weft.node_subgraph``."""
        return subgraph.node_subgraph(
            self, nodes, relabel_nodes=relabel_nodes, store_ids=store_ids, output_device=output_device
        )

    def edge_subgraph(
        self: G, edges: Any, *, relabel_nodes: bool = True, store_ids: bool = True, output_device: Any = None
    ) -> G:
        """Return the graph of chosen edges and of the nodes that they touch; see ``weft.edge_subgraph``."""
        return subgraph.edge_subgraph(
            self, edges, relabel_nodes=relabel_nodes, store_ids=store_ids, output_device=output_device
        )

    def in_subgraph(
        self: G, nodes: Any, *, relabel_nodes: bool = False, store_ids: bool = True, output_device: Any = None
    ) -> G:
        """Return the graph of all edges that end at chosen nodes; see ``weft.in_subgraph``."""
        return subgraph.in_subgraph(
            self, nodes, relabel_nodes=relabel_nodes, store_ids=store_ids, output_device=output_device
        )

    def out_subgraph(
        self: G, nodes: Any, *, relabel_nodes: bool = False, store_ids: bool = True, output_device: Any = None
    ) -> G:
        """Return the graph of all edges that start at chosen nodes; see ``weft.out_subgraph``."""
        return subgraph.out_subgraph(
            self, nodes, relabel_nodes=relabel_nodes, store_ids=store_ids, output_device=output_device
        )

    def khop_in_subgraph(
        self, nodes: Any, k: int, *, relabel_nodes: bool = True, store_ids: bool = True, output_device: Any = None
    ) -> Any:
        """Return the graph within ``k`` edges towards chosen nodes, and their places; see ``weft.khop_in_subgraph``."""
        return khop.khop_in_subgraph(
            self, nodes, k, relabel_nodes=relabel_nodes, store_ids=store_ids, output_device=output_device
        )

    def khop_out_subgraph(
        self, nodes: Any, k: int, *, relabel_nodes: bool = True, store_ids: bool = True, output_device: Any = None
    ) -> Any:
        """Return the graph within ``k`` edges from chosen nodes, and their places; see ``weft.khop_out_subgraph``."""
        return khop.khop_out_subgraph(
            self, nodes, k, relabel_nodes=relabel_nodes, store_ids=store_ids, output_device=output_device
        )

    def node_type_subgraph(self: G, ntypes: Sequence[str], output_device: Any = None) -> G:
        """Return the graph of the edge types between some node types; see ``weft.node_type_subgraph``."""
        return type_subgraph.node_type_subgraph(self, ntypes, output_device)

    def edge_type_subgraph(self: G, etypes: Sequence[Etype], output_device: Any = None) -> G:
        """Return the graph of some edge types; see ``weft.edge_type_subgraph``."""
        return type_subgraph.edge_type_subgraph(self, etypes, output_device)

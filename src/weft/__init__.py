"""Weft: graph neural networks on PyTorch, from tables to served predictions."""

from __future__ import annotations

import importlib
from typing import Any

from weft import function, ops
from weft.errors import WeftError
from weft.graph.construction import create_block, graph, heterograph
from weft.graph.graph import Graph
from weft.graph.names import EID, ETYPE, NID, NTYPE
from weft.ops.target import ALL

__version__ = "0.1.0"
__all__ = [
    "ALL",
    "EID",
    "ETYPE",
    "NID",
    "NTYPE",
    "Graph",
    "WeftError",
    "batch",
    "bfs_edges_generator",
    "bfs_nodes_generator",
    "block_to_graph",
    "broadcast_edges",
    "broadcast_nodes",
    "compact_graphs",
    "create_block",
    "dfs_edges_generator",
    "dfs_labeled_edges_generator",
    "double_radius_node_labeling",
    "edge_subgraph",
    "edge_type_subgraph",
    "function",
    "graph",
    "heterograph",
    "in_subgraph",
    "init",
    "khop_in_subgraph",
    "khop_out_subgraph",
    "knn_graph",
    "lap_pe",
    "laplacian_lambda_max",
    "max_edges",
    "max_nodes",
    "mean_edges",
    "mean_nodes",
    "merge",
    "node_subgraph",
    "node_type_subgraph",
    "ops",
    "out_subgraph",
    "prop_edges",
    "prop_edges_dfs",
    "prop_nodes",
    "prop_nodes_bfs",
    "prop_nodes_topo",
    "radius_graph",
    "random_walk_pe",
    "readout_edges",
    "readout_nodes",
    "segmented_knn_graph",
    "shortest_dist",
    "slice_batch",
    "softmax_edges",
    "softmax_nodes",
    "sum_edges",
    "sum_nodes",
    "svd_pe",
    "to_block",
    "topk_edges",
    "topk_nodes",
    "topological_nodes_generator",
    "udf",
    "unbatch",
]

_ON_FIRST_USE = ("data", "metrics", "nn", "report", "tables", "tasks", "train", "transforms")
_FROM = {
    "batch": "weft.graph.batching",
    "bfs_edges_generator": "weft.graph.traversal",
    "bfs_nodes_generator": "weft.graph.traversal",
    "block_to_graph": "weft.graph.block",
    "broadcast_edges": "weft.graph.readout",
    "broadcast_nodes": "weft.graph.readout",
    "compact_graphs": "weft.graph.compact",
    "dfs_edges_generator": "weft.graph.traversal",
    "dfs_labeled_edges_generator": "weft.graph.traversal",
    "double_radius_node_labeling": "weft.transforms",
    "edge_subgraph": "weft.graph.subgraph",
    "edge_type_subgraph": "weft.graph.type_subgraph",
    "in_subgraph": "weft.graph.subgraph",
    "init": "weft.graph",
    "khop_in_subgraph": "weft.graph.khop",
    "khop_out_subgraph": "weft.graph.khop",
    "knn_graph": "weft.transforms",
    "lap_pe": "weft.transforms",
    "laplacian_lambda_max": "weft.transforms",
    "max_edges": "weft.graph.readout",
    "max_nodes": "weft.graph.readout",
    "mean_edges": "weft.graph.readout",
    "mean_nodes": "weft.graph.readout",
    "merge": "weft.graph.batching",
    "node_subgraph": "weft.graph.subgraph",
    "node_type_subgraph": "weft.graph.type_subgraph",
    "out_subgraph": "weft.graph.subgraph",
    "prop_edges": "weft.graph.propagation",
    "prop_edges_dfs": "weft.graph.propagation",
    "prop_nodes": "weft.graph.propagation",
    "prop_nodes_bfs": "weft.graph.propagation",
    "prop_nodes_topo": "weft.graph.propagation",
    "radius_graph": "weft.transforms",
    "random_walk_pe": "weft.transforms",
    "readout_edges": "weft.graph.readout",
    "readout_nodes": "weft.graph.readout",
    "segmented_knn_graph": "weft.transforms",
    "shortest_dist": "weft.transforms",
    "slice_batch": "weft.graph.unbatching",
    "softmax_edges": "weft.graph.readout",
    "softmax_nodes": "weft.graph.readout",
    "sum_edges": "weft.graph.readout",
    "sum_nodes": "weft.graph.readout",
    "svd_pe": "weft.transforms",
    "to_block": "weft.graph.block",
    "topk_edges": "weft.graph.topk",
    "topk_nodes": "weft.graph.topk",
    "topological_nodes_generator": "weft.graph.traversal",
    "udf": "weft.graph",
    "unbatch": "weft.graph.unbatching",
}
"""Names that live in a subpackage and are imported with it, when they are first named."""


def __getattr__(name: str) -> Any:
    """Import a subpackage, or what lives in one, when it is first named, so that ``import weft`` stays light."""
    if name in _ON_FIRST_USE:
        return importlib.import_module(f"weft.{name}")
    if name in _FROM:
        return getattr(importlib.import_module(_FROM[name]), name)
    raise AttributeError(f"module 'weft' has no attribute {name!r}")

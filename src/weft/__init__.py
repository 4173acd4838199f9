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
    "create_block",
    "double_radius_node_labeling",
    "function",
    "graph",
    "heterograph",
    "knn_graph",
    "lap_pe",
    "laplacian_lambda_max",
    "merge",
    "ops",
    "radius_graph",
    "random_walk_pe",
    "segmented_knn_graph",
    "shortest_dist",
    "slice_batch",
    "svd_pe",
    "unbatch",
]

_ON_FIRST_USE = ("data", "metrics", "nn", "report", "tables", "tasks", "train", "transforms")
_FROM = {
    "batch": "weft.graph.batching",
    "double_radius_node_labeling": "weft.transforms",
    "init": "weft.graph",
    "knn_graph": "weft.transforms",
    "lap_pe": "weft.transforms",
    "laplacian_lambda_max": "weft.transforms",
    "merge": "weft.graph.batching",
    "radius_graph": "weft.transforms",
    "random_walk_pe": "weft.transforms",
    "segmented_knn_graph": "weft.transforms",
    "shortest_dist": "weft.transforms",
    "slice_batch": "weft.graph.unbatching",
    "svd_pe": "weft.transforms",
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

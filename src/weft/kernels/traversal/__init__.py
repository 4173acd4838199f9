"""Walks over a graph: breadth first, topological, depth first."""

from weft.kernels.traversal.definition import breadth_first, depth_first, topological_levels

__all__ = ["breadth_first", "depth_first", "topological_levels"]

"""Edges that join given pairs."""

from weft.kernels.edges_between.definition import edges_between, first_edges, has_parallel_edges

__all__ = ["edges_between", "first_edges", "has_parallel_edges"]

"""Graphs of points, made inside a model."""

from weft.nn.points.neighbour_graphs import KNNGraph, RadiusGraph, SegmentedKNNGraph

__all__ = ["KNNGraph", "RadiusGraph", "SegmentedKNNGraph"]

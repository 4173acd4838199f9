"""Softmax over the edges of each row."""

from weft.kernels.edge_softmax.definition import edge_softmax

__all__ = ["edge_softmax"]

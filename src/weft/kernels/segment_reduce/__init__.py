"""Reductions of runs of rows."""

from weft.kernels.segment_reduce.definition import segment_reduce

__all__ = ["segment_reduce"]

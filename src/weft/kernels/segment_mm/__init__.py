"""Rows times the matrix of their group."""

from weft.kernels.segment_mm.definition import gather_mm, segment_mm

__all__ = ["gather_mm", "segment_mm"]

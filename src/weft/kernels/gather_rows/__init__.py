"""Edges of chosen rows."""

from weft.kernels.gather_rows.definition import gather_rows, position_table, slice_rows

__all__ = ["gather_rows", "position_table", "slice_rows"]

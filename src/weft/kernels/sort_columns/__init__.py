"""Rows with their columns in order."""

from weft.kernels.sort_columns.definition import sort_columns

__all__ = ["sort_columns"]

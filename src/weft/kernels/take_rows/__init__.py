"""Chosen rows of a table."""

from weft.kernels.take_rows.definition import take_rows

__all__ = ["take_rows"]

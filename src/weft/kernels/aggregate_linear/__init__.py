"""Aggregate neighbours and multiply by a weight, in one pass."""

from weft.kernels.aggregate_linear.definition import aggregate_linear

__all__ = ["aggregate_linear"]

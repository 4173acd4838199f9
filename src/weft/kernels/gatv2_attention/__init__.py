"""Attention aggregation of GATv2."""

from weft.kernels.gatv2_attention.definition import gatv2_attention

__all__ = ["gatv2_attention"]

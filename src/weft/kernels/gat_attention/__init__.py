"""Attention aggregation of GAT."""

from weft.kernels.gat_attention.definition import gat_attention

__all__ = ["gat_attention"]

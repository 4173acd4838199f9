"""Attention aggregation of GAT."""

from weft.kernels.gat_attention.aggregate import gat_aggregate
from weft.kernels.gat_attention.definition import gat_attention

__all__ = ["gat_aggregate", "gat_attention"]

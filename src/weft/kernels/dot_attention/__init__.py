"""Scaled dot-product attention over edges."""

from weft.kernels.dot_attention.definition import dot_attention

__all__ = ["dot_attention"]

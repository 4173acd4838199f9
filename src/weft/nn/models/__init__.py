"""Whole models."""

from weft.nn.models.lightgcn import LightGCN

__all__ = ["LightGCN"]

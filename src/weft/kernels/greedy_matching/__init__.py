"""Pairs of nodes along edges, each node in one pair at most."""

from weft.kernels.greedy_matching.definition import greedy_matching

__all__ = ["greedy_matching"]

"""Distinct IDs in order of first appearance."""

from weft.kernels.first_seen.definition import first_seen

__all__ = ["first_seen"]

"""The nearest of some candidates."""

from weft.kernels.nearest_candidates.definition import nearest_candidates

__all__ = ["nearest_candidates"]

"""Points far from each other."""

from weft.kernels.farthest_points.definition import farthest_points

__all__ = ["farthest_points"]

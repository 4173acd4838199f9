"""Points far from each other, and pairs of neighbours, for coarser clouds and graphs."""

from weft.geometry.farthest_point import farthest_point_sampler
from weft.geometry.matching import neighbor_matching

__all__ = ["farthest_point_sampler", "neighbor_matching"]

"""Each pair of nodes that edges join, once."""

from weft.kernels.distinct_pairs.definition import distinct_pairs

__all__ = ["distinct_pairs"]

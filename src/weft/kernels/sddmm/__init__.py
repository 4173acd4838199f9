"""A value for each edge from the features of two of its ends."""

from weft.kernels.sddmm.definition import sddmm

__all__ = ["sddmm"]

"""Message passing in one pass: messages are computed and reduced without being stored."""

from weft.kernels.spmm.definition import spmm, spmm_arg

__all__ = ["spmm", "spmm_arg"]

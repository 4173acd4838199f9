"""Segment reduction for GPUs: the kernels of spmm, whose rows are the segments and whose edges are the values."""

from __future__ import annotations

from torch import Tensor

from weft.kernels.compressed import Compressed
from weft.kernels.spmm import triton as spmm


def segment_reduce(offsets: Tensor, values: Tensor, reduce: str) -> tuple[Tensor, Tensor]:
    """Return ``(S, width)`` results and, for max and min, ``(S, width)`` rows that gave them (else empty)."""
    num_values = values.shape[0]
    # Copies of edge values never look at the other ends: only the number of edges is read of these.
    segments = Compressed(offsets, offsets.new_empty(1).expand(num_values), None, 0)
    if reduce in ("max", "min"):
        return spmm.spmm_arg(segments, None, values, "copy_rhs", reduce)
    return spmm.spmm(segments, None, values, "copy_rhs", reduce), offsets.new_empty(0, values.shape[1])

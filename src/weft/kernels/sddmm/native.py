"""sddmm in native code: csrc/kernels/sddmm.h."""

from __future__ import annotations

import ctypes
from math import prod

from torch import Tensor

from weft.kernels import native
from weft.kernels.broadcast import message_trailing, strides, trailing
from weft.kernels.compressed import Compressed, contiguous
from weft.kernels.spmm.native import sizes_array, threads_for

_OPS = ("copy_lhs", "copy_rhs", "add", "sub", "mul", "div", "dot")
_TARGETS = ("u", "v", "e")
_P, _I, _L = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64
_SDDMM = (_P, _P, _P, _I, _L, _L, _I, _I, _P, _P, _I, _I, _L, _L, _I, _P, _P, _P, _L, _P, _L, _I)


def sddmm(csc: Compressed, lhs: Tensor, rhs: Tensor | None, op: str, lhs_target: str, rhs_target: str) -> Tensor:
    """Return ``(E, *out)`` in edge-ID order; see :func:`weft.kernels.sddmm`."""
    csc = contiguous(csc)
    out_sizes = message_trailing("sddmm", op, lhs, rhs)
    dot_size = 1
    if op == "dot":
        assert rhs is not None
        # The kernel does not broadcast along the dimension it sums.
        dot_size = max(lhs.shape[-1], rhs.shape[-1])
        lhs, rhs = (t.expand(*t.shape[:-1], dot_size) for t in (lhs, rhs))
    lhs, rhs = lhs.contiguous(), None if rhs is None else rhs.contiguous()
    out = lhs.new_empty(csc.num_edges(), *out_sizes)
    if out.numel() == 0:
        return out
    if dot_size == 0:
        return out.zero_()
    lhs_sizes = trailing(lhs)
    rhs_sizes = out_sizes if rhs is None else trailing(rhs)
    walked = out_sizes
    if op == "dot":
        lhs_sizes, rhs_sizes, walked = lhs_sizes[:-1], rhs_sizes[:-1], out_sizes[:-1]
    status = native.function("weft_sddmm", _SDDMM)(
        native.pointer(csc.indptr),
        native.pointer(csc.indices),
        native.pointer(csc.eids),
        native.index_bits(csc.indices, csc.eids),
        csc.num_rows(),
        csc.num_edges(),
        native.DTYPE_CODES[lhs.dtype],
        _OPS.index(op),
        native.pointer(lhs),
        native.pointer(rhs),
        _TARGETS.index(lhs_target),
        _TARGETS.index(rhs_target),
        prod(lhs_sizes) * dot_size,
        prod(rhs_sizes) * dot_size,
        len(walked),
        sizes_array(walked),
        sizes_array(strides(lhs_sizes, walked)),
        sizes_array(strides(rhs_sizes, walked)),
        dot_size,
        native.pointer(out),
        prod(out_sizes),
        threads_for(csc.num_edges() * prod(out_sizes) * dot_size),
    )
    native.check(status, "sddmm")
    return out

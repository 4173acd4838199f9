"""Pairs of nodes along edges, by the native library (csrc/kernels/greedy_matching.h)."""

from __future__ import annotations

import ctypes

from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32
_BAD_ARGUMENT = -5


def greedy_matching(src: Tensor, dst: Tensor, order: Tensor, num_nodes: int) -> Tensor | None:
    """Return ``(num_nodes,)`` partners; None when a number is out of its range."""
    src, dst, order = src.contiguous(), dst.contiguous(), order.contiguous()
    mate = src.new_empty(num_nodes)
    call = native.function("weft_greedy_matching", (_POINTER, _POINTER, _POINTER, _SIZE, _SIZE, _CODE, _POINTER))
    code = call(
        src.data_ptr(),
        dst.data_ptr(),
        order.data_ptr(),
        len(src),
        num_nodes,
        native.index_bits(src, dst),
        mate.data_ptr(),
    )
    if code == _BAD_ARGUMENT:
        return None
    native.check(code, "greedy_matching")
    return mate

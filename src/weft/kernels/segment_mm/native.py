"""Grouped products by the native library (csrc/kernels/segment_mm.h)."""

from __future__ import annotations

import ctypes

from torch import Tensor

from weft.errors import InputError
from weft.kernels import native
from weft.kernels.spmm.native import threads_for

_P, _I, _L = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64
_PRODUCT = (_P, _L, _P, _L, _P, _L, _P, _L, _L, _L, _P, _I, _I, _I)
_OUTER = (_P, _L, _P, _L, _P, _L, _P, _L, _P, _I, _I, _I)
_BAD_ARGUMENT = -5


def segment_mm(a: Tensor, b: Tensor, offsets: Tensor, order: Tensor | None, transposed: bool) -> Tensor:
    """Return ``(N, columns)``; see :func:`weft.kernels.segment_mm`."""
    a, b, offsets, order = a.contiguous(), b.contiguous(), offsets.contiguous(), _contiguous(order)
    (num_rows, depth), (num_segments, first, second) = a.shape, b.shape
    columns = first if transposed else second
    out = a.new_empty(num_rows, columns)
    code = native.function("weft_segment_mm", _PRODUCT)(
        offsets.data_ptr(),
        num_segments,
        native.pointer(order),
        num_rows,
        a.data_ptr(),
        depth,
        b.data_ptr(),
        *((1, second) if transposed else (second, 1)),
        columns,
        out.data_ptr(),
        native.DTYPE_CODES[a.dtype],
        32 if order is None else native.index_bits(order),
        threads_for(num_rows * depth * columns // 16),
    )
    _check(code, "segment_mm", offsets, num_rows)
    return out


def segment_outer(a: Tensor, g: Tensor, offsets: Tensor, order: Tensor | None) -> Tensor:
    """Return ``(S, depth, columns)``; see :func:`weft.kernels.segment_outer`."""
    a, g, offsets, order = a.contiguous(), g.contiguous(), offsets.contiguous(), _contiguous(order)
    (num_rows, depth), columns, num_segments = a.shape, g.shape[1], offsets.shape[0] - 1
    total = a.new_empty(num_segments, depth, columns)
    code = native.function("weft_segment_outer", _OUTER)(
        offsets.data_ptr(),
        num_segments,
        native.pointer(order),
        num_rows,
        a.data_ptr(),
        depth,
        g.data_ptr(),
        columns,
        total.data_ptr(),
        native.DTYPE_CODES[a.dtype],
        32 if order is None else native.index_bits(order),
        threads_for(num_rows * depth * columns // 16 + total.numel()),
    )
    _check(code, "segment_outer", offsets, num_rows)
    return total


def _contiguous(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else tensor.contiguous()


def _check(code: int, where: str, offsets: Tensor, num_rows: int) -> None:
    if code == _BAD_ARGUMENT:
        shown = offsets.tolist() if offsets.shape[0] <= 8 else f"{offsets[:4].tolist()} ... {offsets[-4:].tolist()}"
        raise InputError(
            f"{where}: offsets are {shown}; they must ascend from 0 to the number of rows, {num_rows}. Make them from "
            "lengths by a cumulative sum that starts with 0."
        )
    native.check(code, where)

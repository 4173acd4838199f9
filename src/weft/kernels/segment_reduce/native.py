"""Segment reduction by the native library (csrc/kernels/segment_reduce.h)."""

from __future__ import annotations

import ctypes

from torch import Tensor

from weft.errors import InputError
from weft.kernels import native

REDUCE_CODES = {"sum": 0, "mean": 1, "max": 2, "min": 3}
_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32
_FORWARD = (_POINTER, _SIZE, _POINTER, _SIZE, _SIZE, _CODE, _POINTER, _POINTER, _CODE, _CODE)
_BACKWARD = (_POINTER, _SIZE, _POINTER, _POINTER, _SIZE, _SIZE, _CODE, _POINTER, _CODE, _CODE)
_BAD_ARGUMENT = -5


def segment_reduce(offsets: Tensor, values: Tensor, reduce: str) -> tuple[Tensor, Tensor]:
    """Return ``(S, width)`` results and, for max and min, ``(S, width)`` rows that gave them (else empty)."""
    offsets, values = offsets.contiguous(), values.contiguous()
    num_segments, (num_values, width) = offsets.shape[0] - 1, values.shape
    with_arg = reduce in ("max", "min")
    out = values.new_empty(num_segments, width)
    arg = offsets.new_empty(num_segments if with_arg else 0, width)
    code = native.function("weft_segment_reduce", _FORWARD)(
        offsets.data_ptr(),
        num_segments,
        values.data_ptr(),
        num_values,
        width,
        REDUCE_CODES[reduce],
        out.data_ptr(),
        arg.data_ptr() if with_arg else None,
        native.DTYPE_CODES[values.dtype],
        native.num_threads(),
    )
    _check(code, offsets, num_values)
    return out, arg


def segment_reduce_backward(offsets: Tensor, arg: Tensor, grad: Tensor, num_values: int, reduce: str) -> Tensor:
    """Return ``(n, width)``: the gradient of the values."""
    offsets, arg, grad = offsets.contiguous(), arg.contiguous(), grad.contiguous()
    num_segments, width = grad.shape
    grad_values = grad.new_empty(num_values, width)
    code = native.function("weft_segment_reduce_backward", _BACKWARD)(
        offsets.data_ptr(),
        num_segments,
        grad.data_ptr(),
        arg.data_ptr(),
        num_values,
        width,
        REDUCE_CODES[reduce],
        grad_values.data_ptr(),
        native.DTYPE_CODES[grad.dtype],
        native.num_threads(),
    )
    _check(code, offsets, num_values)
    return grad_values


def _check(code: int, offsets: Tensor, num_values: int) -> None:
    if code == _BAD_ARGUMENT:
        shown = offsets.tolist() if offsets.shape[0] <= 8 else f"{offsets[:4].tolist()} ... {offsets[-4:].tolist()}"
        raise InputError(
            f"segment_reduce: offsets are {shown}; they must ascend from 0 to the number of rows, {num_values}. "
            "Make them from lengths by a cumulative sum that starts with 0."
        )
    native.check(code, "segment_reduce")

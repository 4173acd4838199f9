"""Points far from each other, by the native library (csrc/kernels/farthest_points.h)."""

from __future__ import annotations

import ctypes

from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32


def farthest_points(points: Tensor, starts: Tensor, count: int) -> Tensor:
    """Return ``(C, count)`` numbers of points."""
    points, starts = points.contiguous(), starts.contiguous()
    num_clouds, num_points, dim = points.shape
    found = starts.new_empty(num_clouds, count)
    call = native.function(
        "weft_farthest_points", (_POINTER, _POINTER, _SIZE, _SIZE, _SIZE, _SIZE, _CODE, _POINTER, _CODE)
    )
    code = call(
        points.data_ptr(),
        starts.data_ptr(),
        num_clouds,
        num_points,
        dim,
        count,
        native.DTYPE_CODES[points.dtype],
        found.data_ptr(),
        native.num_threads(),
    )
    native.check(code, "farthest_points")
    return found

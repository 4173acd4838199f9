"""The nearest of some candidates, by the native library (csrc/kernels/nearest_candidates.h)."""

from __future__ import annotations

import ctypes

from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32


def nearest_candidates(points: Tensor, candidates: Tensor, count: int) -> Tensor:
    """Return ``(N, count)`` numbers of points."""
    points, candidates = points.contiguous(), candidates.contiguous()
    found = candidates.new_empty(len(points), count)
    call = native.function(
        "weft_nearest_candidates", (_POINTER, _POINTER, _SIZE, _SIZE, _SIZE, _SIZE, _CODE, _POINTER, _CODE)
    )
    code = call(
        points.data_ptr(),
        candidates.data_ptr(),
        len(points),
        points.shape[1],
        candidates.shape[1],
        count,
        native.DTYPE_CODES[points.dtype],
        found.data_ptr(),
        native.num_threads(),
    )
    native.check(code, "nearest_candidates")
    return found

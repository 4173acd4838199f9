"""Distinct pairs by the native library (csrc/kernels/distinct_pairs.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32


def distinct_pairs(
    indptr: Tensor, indices: Tensor, other_indptr: Tensor | None, other_indices: Tensor | None, idtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor]:
    """Return rows, cols and starts."""
    tensors = [None if part is None else part.contiguous() for part in (indptr, indices, other_indptr, other_indices)]
    num_rows = len(indptr) - 1
    offsets = torch.empty(num_rows + 1, dtype=torch.int64)
    layouts = [native.pointer(part) for part in tensors]
    index_bits = native.index_bits(tensors[1], tensors[3])
    count = native.function("weft_distinct_pairs_offsets", (*(_POINTER,) * 4, _SIZE, _CODE, _POINTER, _CODE))
    code = count(*layouts, num_rows, index_bits, offsets.data_ptr(), native.num_threads())
    native.check(code, "distinct_pairs")
    total = int(offsets[-1])
    rows, cols = (torch.empty(total, dtype=idtype) for _ in range(2))
    starts = torch.empty(total if other_indptr is None else 0, dtype=torch.int64)
    fill = native.function("weft_distinct_pairs", (*(_POINTER,) * 4, _SIZE, _CODE, _CODE, *(_POINTER,) * 4, _CODE))
    code = fill(
        *layouts,
        num_rows,
        index_bits,
        native.index_bits(rows),
        offsets.data_ptr(),
        rows.data_ptr(),
        cols.data_ptr(),
        starts.data_ptr() if other_indptr is None else None,
        native.num_threads(),
    )
    native.check(code, "distinct_pairs")
    return rows, cols, starts

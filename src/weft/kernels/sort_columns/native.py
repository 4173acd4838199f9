"""Rows with their columns in order, by the native library (csrc/kernels/sort_columns.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32


def sort_columns(indptr: Tensor, indices: Tensor, eids: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return indices and eids."""
    indptr, indices = indptr.contiguous(), indices.contiguous()
    eids = None if eids is None else eids.contiguous()
    out_indices, out_eids = torch.empty_like(indices), torch.empty_like(indices)
    call = native.function("weft_sort_columns", (_POINTER, _POINTER, _POINTER, _SIZE, _CODE, _POINTER, _POINTER, _CODE))
    code = call(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        indptr.shape[0] - 1,
        native.index_bits(indices, eids),
        out_indices.data_ptr(),
        out_eids.data_ptr(),
        native.num_threads(),
    )
    native.check(code, "sort_columns")
    return out_indices, out_eids

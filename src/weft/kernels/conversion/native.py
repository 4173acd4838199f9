"""Conversions by the native library (csrc/kernels/conversion.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32
_BAD_ARGUMENT = -5


def coo_to_compressed(
    rows: Tensor, cols: Tensor, num_rows: int, num_cols: int, out_dtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor] | None:
    """Return indptr, indices and eids; None when an ID is out of its range."""
    rows, cols = rows.contiguous(), cols.contiguous()
    indptr = torch.empty(num_rows + 1, dtype=torch.int64)
    indices, eids = torch.empty_like(rows, dtype=out_dtype), torch.empty_like(rows, dtype=out_dtype)
    call = native.function(
        "weft_coo_to_compressed",
        (_POINTER, _POINTER, _SIZE, _SIZE, _SIZE, _CODE, _POINTER, _POINTER, _POINTER, _CODE, _CODE),
    )
    code = call(
        rows.data_ptr(),
        cols.data_ptr(),
        rows.shape[0],
        num_rows,
        num_cols,
        native.index_bits(rows, cols),
        indptr.data_ptr(),
        indices.data_ptr(),
        eids.data_ptr(),
        native.index_bits(indices),
        native.num_threads(),
    )
    if code == _BAD_ARGUMENT:
        return None
    native.check(code, "coo_to_compressed")
    return indptr, indices, eids


def rows_in_order(rows: Tensor) -> bool:
    """Return whether the rows ascend, ties allowed."""
    rows = rows.contiguous()
    call = native.function("weft_rows_in_order", (_POINTER, _SIZE, _CODE, _CODE))
    answer = call(rows.data_ptr(), rows.shape[0], native.index_bits(rows), native.num_threads())
    native.check(min(answer, 0), "coo_to_compressed")
    return answer == 1


def indptr_of_sorted(rows: Tensor, num_rows: int) -> Tensor | None:
    """Return ``(num_rows + 1,)`` offsets; None when the rows do not ascend or are out of their range."""
    rows = rows.contiguous()
    indptr = torch.empty(num_rows + 1, dtype=torch.int64)
    call = native.function("weft_indptr_of_sorted", (_POINTER, _SIZE, _SIZE, _CODE, _POINTER, _CODE))
    code = call(
        rows.data_ptr(), rows.shape[0], num_rows, native.index_bits(rows), indptr.data_ptr(), native.num_threads()
    )
    if code == _BAD_ARGUMENT:
        return None
    native.check(code, "coo_to_compressed")
    return indptr


def compressed_to_coo(indptr: Tensor, indices: Tensor, eids: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return rows and cols in edge-ID order."""
    indptr, indices = indptr.contiguous(), indices.contiguous()
    eids = None if eids is None else eids.contiguous()
    rows, cols = torch.empty_like(indices), torch.empty_like(indices)
    call = native.function(
        "weft_compressed_to_coo", (_POINTER, _POINTER, _POINTER, _SIZE, _CODE, _POINTER, _POINTER, _CODE)
    )
    code = call(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        indptr.shape[0] - 1,
        native.index_bits(indices, eids),
        rows.data_ptr(),
        cols.data_ptr(),
        native.num_threads(),
    )
    native.check(code, "compressed_to_coo")
    return rows, cols

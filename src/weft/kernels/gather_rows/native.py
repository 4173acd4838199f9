"""Edges of chosen rows by the native library (csrc/kernels/gather_rows.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32


def gather_rows(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, table: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return which, cols and eids."""
    indptr, indices, rows = indptr.contiguous(), indices.contiguous(), rows.contiguous()
    eids = None if eids is None else eids.contiguous()
    table = None if table is None else table.contiguous()
    index_bits, id_bits = native.index_bits(indices, eids, table), native.index_bits(rows)
    offsets = torch.empty(len(rows) + 1, dtype=torch.int64)
    count = native.function(
        "weft_gather_rows_offsets", (_POINTER, _POINTER, _POINTER, _SIZE, _POINTER, _CODE, _CODE, _POINTER, _CODE)
    )
    code = count(
        indptr.data_ptr(),
        indices.data_ptr(),
        rows.data_ptr(),
        len(rows),
        native.pointer(table),
        index_bits,
        id_bits,
        offsets.data_ptr(),
        native.num_threads(),
    )
    native.check(code, "gather_rows")
    which, cols, found = (rows.new_empty(int(offsets[-1])) for _ in range(3))
    fill = native.function(
        "weft_gather_rows",
        (*(_POINTER,) * 4, _SIZE, _POINTER, _CODE, _CODE, *(_POINTER,) * 4, _CODE),
    )
    code = fill(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        rows.data_ptr(),
        len(rows),
        native.pointer(table),
        index_bits,
        id_bits,
        offsets.data_ptr(),
        which.data_ptr(),
        cols.data_ptr(),
        found.data_ptr(),
        native.num_threads(),
    )
    native.check(code, "gather_rows")
    return which, cols, found

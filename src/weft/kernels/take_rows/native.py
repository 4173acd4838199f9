"""Chosen rows of a table by the native library (csrc/kernels/take_rows.h)."""

from __future__ import annotations

import ctypes

from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32
_ARGUMENTS = (_POINTER, _SIZE, _SIZE, _POINTER, _SIZE, _POINTER, _CODE, _CODE)


def take_rows(table: Tensor, ids: Tensor) -> Tensor:
    """Return the rows; the IDs are checked by whoever calls."""
    table, ids = table.contiguous(), ids.contiguous()
    out = table.new_empty(ids.shape[0], *table.shape[1:])
    row_bytes = out[:1].numel() * out.element_size()
    if row_bytes == 0:
        return out
    code = native.function("weft_take_rows", _ARGUMENTS)(
        table.data_ptr(),
        table.shape[0],
        row_bytes,
        ids.data_ptr(),
        ids.shape[0],
        out.data_ptr(),
        native.index_bits(ids),
        native.num_threads(),
    )
    native.check(code, "take_rows")
    return out

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
    offsets = _offsets(indptr, indices, rows, table)
    which, cols, found = (rows.new_empty(int(offsets[-1])) for _ in range(3))
    _fill("weft_gather_rows", (indptr, indices, eids, rows, table), offsets, which, cols, found)
    return which, cols, found


def slice_rows(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, table: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return offsets, cols and eids."""
    offsets = _offsets(indptr, indices, rows, table)
    cols, found = indices.new_empty(int(offsets[-1])), rows.new_empty(int(offsets[-1]))
    _fill("weft_slice_rows", (indptr, indices, eids, rows, table), offsets, cols, found)
    return offsets, cols, found


def _offsets(indptr: Tensor, indices: Tensor, rows: Tensor, table: Tensor | None) -> Tensor:
    """Return ``(rows + 1,)``: where the edges of each row go."""
    indptr, indices, rows = indptr.contiguous(), indices.contiguous(), rows.contiguous()
    table = None if table is None else table.contiguous()
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
        native.index_bits(indices, table),
        native.index_bits(rows),
        offsets.data_ptr(),
        native.num_threads(),
    )
    native.check(code, "gather_rows")
    return offsets


def _fill(
    name: str,
    inputs: tuple[Tensor, Tensor, Tensor | None, Tensor, Tensor | None],
    offsets: Tensor,
    *outputs: Tensor,
) -> None:
    indptr, indices, eids, rows, table = (None if part is None else part.contiguous() for part in inputs)
    assert indptr is not None
    assert indices is not None
    assert rows is not None
    call = native.function(
        name, (*(_POINTER,) * 4, _SIZE, _POINTER, _CODE, _CODE, _POINTER, *(_POINTER,) * len(outputs), _CODE)
    )
    code = call(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        rows.data_ptr(),
        len(rows),
        native.pointer(table),
        native.index_bits(indices, eids, table),
        native.index_bits(rows),
        offsets.data_ptr(),
        *(output.data_ptr() for output in outputs),
        native.num_threads(),
    )
    native.check(code, name.removeprefix("weft_"))

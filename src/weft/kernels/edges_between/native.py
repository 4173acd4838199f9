"""Edges that join pairs of nodes, by the native library (csrc/kernels/edges_between.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32


def first_edges(indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, cols: Tensor) -> Tensor:
    """Return the lowest edge ID between each pair, -1 for none."""
    first = torch.empty(len(rows), dtype=torch.int64)
    _search("weft_first_edges", (indptr, indices, eids, rows, cols), first)
    return first


def edges_between(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, cols: Tensor
) -> tuple[Tensor, Tensor]:
    """Return how many edges join each pair, and their IDs."""
    counts = torch.empty(len(rows), dtype=torch.int64)
    _search("weft_count_edges", (indptr, indices, eids, rows, cols), counts)
    offsets = torch.zeros(len(rows) + 1, dtype=torch.int64)
    torch.cumsum(counts, 0, out=offsets[1:])
    found = torch.empty(int(offsets[-1]), dtype=torch.int64)
    _search("weft_every_edge", (indptr, indices, eids, rows, cols), offsets, found)
    return counts, found


def _search(name: str, graph_and_pairs: tuple[Tensor, Tensor, Tensor | None, Tensor, Tensor], *outputs: Tensor) -> None:
    indptr, indices, eids, rows, cols = (None if part is None else part.contiguous() for part in graph_and_pairs)
    assert indptr is not None
    assert indices is not None
    assert rows is not None
    assert cols is not None
    call = native.function(
        name,
        (*(_POINTER,) * 3, _SIZE, _CODE, _POINTER, _POINTER, _SIZE, _CODE, *(_POINTER,) * len(outputs), _CODE),
    )
    code = call(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        indptr.shape[0] - 1,
        native.index_bits(indices, eids),
        rows.data_ptr(),
        cols.data_ptr(),
        len(rows),
        native.index_bits(rows, cols),
        *(output.data_ptr() for output in outputs),
        native.num_threads(),
    )
    native.check(code, name.removeprefix("weft_"))


def has_parallel_edges(indptr: Tensor, indices: Tensor, num_cols: int) -> bool:
    """Return whether a row holds a column twice."""
    indptr, indices = indptr.contiguous(), indices.contiguous()
    call = native.function("weft_has_parallel_edges", (_POINTER, _POINTER, _SIZE, _SIZE, _CODE, _CODE))
    answer = call(
        indptr.data_ptr(),
        indices.data_ptr(),
        indptr.shape[0] - 1,
        num_cols,
        native.index_bits(indices),
        native.num_threads(),
    )
    native.check(min(answer, 0), "has_parallel_edges")
    return answer == 1

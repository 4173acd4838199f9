"""Walks by the native library (csrc/kernels/traversal.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32
_ROWS = (_POINTER, _POINTER, _POINTER, _SIZE, _CODE)


def breadth_first(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, sources: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return nodes, edges and sizes of frontiers."""
    indptr, indices, eids = _contiguous(indptr, indices, eids)
    sources = sources.contiguous()
    num_rows = len(indptr) - 1
    nodes, edges, sizes, counts = _buffers(len(sources) + num_rows, num_rows, 1 + num_rows, 2)
    call = native.function("weft_breadth_first", (*_ROWS, _POINTER, _SIZE, *(_POINTER,) * 4))
    code = call(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        num_rows,
        native.index_bits(indices, eids),
        sources.data_ptr(),
        len(sources),
        nodes.data_ptr(),
        edges.data_ptr(),
        sizes.data_ptr(),
        counts.data_ptr(),
    )
    native.check(code, "breadth_first")
    num_nodes, num_frontiers = counts.tolist()
    return nodes[:num_nodes].clone(), edges[: num_nodes - len(sources)].clone(), sizes[:num_frontiers].clone()


def topological_levels(indptr: Tensor, indices: Tensor) -> tuple[Tensor, Tensor]:
    """Return nodes and sizes of levels."""
    indptr, indices, _ = _contiguous(indptr, indices, None)
    num_rows = len(indptr) - 1
    nodes, sizes, counts = _buffers(num_rows, num_rows, 2)
    call = native.function("weft_topological_levels", (_POINTER, _POINTER, _SIZE, _CODE, *(_POINTER,) * 3))
    code = call(
        indptr.data_ptr(),
        indices.data_ptr(),
        num_rows,
        native.index_bits(indices),
        nodes.data_ptr(),
        sizes.data_ptr(),
        counts.data_ptr(),
    )
    native.check(code, "topological_levels")
    num_nodes, num_levels = counts.tolist()
    return nodes[:num_nodes].clone(), sizes[:num_levels].clone()


def depth_first(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, sources: Tensor, with_reverse: bool, with_nontree: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return edges, labels and the number of edges of each walk."""
    indptr, indices, eids = _contiguous(indptr, indices, eids)
    sources = sources.contiguous()
    num_rows = len(indptr) - 1
    counts = torch.empty_like(sources)
    call = native.function(
        "weft_depth_first", (*_ROWS, _POINTER, _SIZE, _CODE, _CODE, _SIZE, _POINTER, _POINTER, _POINTER)
    )
    # Enough for sources of different components; for others the walks tell how much they need.
    room = (len(indices) if with_nontree else num_rows) + with_reverse * num_rows
    while True:
        edges, labels = _buffers(room, room)
        code = call(
            indptr.data_ptr(),
            indices.data_ptr(),
            native.pointer(eids),
            num_rows,
            native.index_bits(indices, eids),
            sources.data_ptr(),
            len(sources),
            with_reverse,
            with_nontree,
            room,
            edges.data_ptr(),
            labels.data_ptr(),
            counts.data_ptr(),
        )
        native.check(code, "depth_first")
        needed = int(counts.sum())
        if needed <= room:
            return edges[:needed].clone(), labels[:needed].clone(), counts
        room = needed


def _contiguous(indptr: Tensor, indices: Tensor, eids: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
    return indptr.contiguous(), indices.contiguous(), None if eids is None else eids.contiguous()


def _buffers(*sizes: int) -> list[Tensor]:
    return [torch.empty(size, dtype=torch.int64) for size in sizes]

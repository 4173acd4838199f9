"""Edge softmax by the native library (csrc/kernels/edge_softmax.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32
_ARGUMENTS = (_POINTER, _POINTER, _SIZE, _SIZE, _SIZE, _POINTER, _POINTER, _POINTER, _CODE, _CODE, _CODE)


def edge_softmax(indptr: Tensor, eids: Tensor | None, scores: Tensor) -> Tensor:
    """Return ``(E, heads)`` scores normalised over each row."""
    return _run(indptr, eids, scores, None)


def edge_softmax_backward(indptr: Tensor, eids: Tensor | None, out: Tensor, grad: Tensor) -> Tensor:
    """Return ``(E, heads)``: the gradient of the scores."""
    return _run(indptr, eids, out, grad)


def _run(indptr: Tensor, eids: Tensor | None, values: Tensor, grad: Tensor | None) -> Tensor:
    indptr, values = indptr.contiguous(), values.contiguous()
    eids = None if eids is None else eids.contiguous()
    grad = None if grad is None else grad.contiguous()
    out = torch.empty_like(values)
    num_edges, num_heads = values.shape
    if out.numel() == 0:
        return out
    code = native.function("weft_edge_softmax", _ARGUMENTS)(
        indptr.data_ptr(),
        native.pointer(eids),
        indptr.shape[0] - 1,
        num_edges,
        num_heads,
        values.data_ptr(),
        native.pointer(grad),
        out.data_ptr(),
        native.DTYPE_CODES[values.dtype],
        64 if eids is None else native.index_bits(eids),
        native.num_threads(),
    )
    native.check(code, "edge_softmax")
    return out

"""Scaled dot-product attention over edges by the native library (csrc/kernels/dot_attention.h)."""

from __future__ import annotations

import ctypes

from torch import Tensor

from weft.kernels import native
from weft.kernels.dot_attention.reference import Inputs
from weft.kernels.edge_attention import Edges, contiguous_tensors, dropout_arguments
from weft.kernels.edge_softmax.reference import accumulation_dtype

_POINTER, _SIZE, _CODE, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32, ctypes.c_double
_DROPOUT = (_SIZE, _SIZE, _REAL)
_FORWARD = (*[_POINTER] * 3, *[_SIZE] * 5, *[_POINTER] * 5, *_DROPOUT, *[_POINTER] * 2, *[_CODE] * 3)
_BACKWARD = (*[_POINTER] * 6, *[_SIZE] * 6, *[_POINTER] * 8, *_DROPOUT, *[_POINTER] * 5, *[_CODE] * 3)


def dot_attention(edges: Edges, inputs: Inputs, dropout: float, seed: Tensor) -> tuple[Tensor, Tensor]:
    """Return the result and ``(num_rows, 2, H)`` statistics: the largest score, and 1 / sum of exponentials."""
    indptr, indices, eids = contiguous_tensors(*edges)
    inputs = Inputs(*contiguous_tensors(*inputs))
    query, value = inputs.query, inputs.value
    num_rows, num_heads = indptr.shape[0] - 1, query.shape[1]
    out = value.new_empty(num_rows, num_heads, value.shape[2])
    stats = value.new_empty(num_rows, 2, num_heads, dtype=accumulation_dtype(value.dtype))
    if num_heads == 0 or num_rows == 0:
        return out, stats
    code = native.function("weft_dot_attention", _FORWARD)(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        num_rows,
        indices.shape[0],
        num_heads,
        query.shape[2],
        value.shape[2],
        *[native.pointer(tensor) for tensor in inputs],
        *dropout_arguments(dropout, seed),
        out.data_ptr(),
        stats.data_ptr(),
        native.DTYPE_CODES[value.dtype],
        native.index_bits(indices, eids),
        native.num_threads(),
    )
    native.check(code, "dot_attention")
    return out, stats


def dot_attention_backward(
    edges: Edges,
    reverse: Edges,
    inputs: Inputs,
    out: Tensor,
    grad: Tensor,
    stats: Tensor,
    dropout: float,
    seed: Tensor,
    with_bias: bool,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of query, key, value, bias (empty unless asked for) and scale."""
    forward, backward = contiguous_tensors(*edges), contiguous_tensors(*reverse)
    inputs = Inputs(*contiguous_tensors(*inputs))
    out, stats, grad = contiguous_tensors(out, stats, grad)
    query, key, value, _, scale = inputs
    num_heads, num_edges = query.shape[1], forward[1].shape[0]
    grads = [query.new_empty(tensor.shape) for tensor in (query, key, value)]
    grad_bias = query.new_empty(num_edges if with_bias else 0, num_heads)
    grad_scale = scale.new_empty(scale.shape)
    if num_heads > 0:
        code = native.function("weft_dot_attention_backward", _BACKWARD)(
            *[native.pointer(tensor) for tensor in (*forward, *backward)],
            query.shape[0],
            key.shape[0],
            num_edges,
            num_heads,
            query.shape[2],
            value.shape[2],
            *[native.pointer(tensor) for tensor in (*inputs, out, stats, grad)],
            *dropout_arguments(dropout, seed),
            *[tensor.data_ptr() for tensor in grads],
            grad_bias.data_ptr() if with_bias else None,
            grad_scale.data_ptr(),
            native.DTYPE_CODES[value.dtype],
            native.index_bits(forward[1], forward[2], backward[1], backward[2]),
            native.num_threads(),
        )
        native.check(code, "dot_attention")
    return grads[0], grads[1], grads[2], grad_bias, grad_scale

"""Attention aggregation of GATv2 by the native library (csrc/kernels/gatv2_attention.h)."""

from __future__ import annotations

import ctypes

from torch import Tensor

from weft.kernels import native
from weft.kernels.edge_attention import Edges, contiguous_tensors, dropout_arguments
from weft.kernels.edge_softmax.reference import accumulation_dtype
from weft.kernels.gatv2_attention.reference import Inputs, Options

_POINTER, _SIZE, _CODE, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32, ctypes.c_double
_OPTIONS = (_REAL, _SIZE, _SIZE, _REAL)
_FORWARD = (*[_POINTER] * 3, *[_SIZE] * 4, *[_POINTER] * 3, *_OPTIONS, *[_POINTER] * 2, *[_CODE] * 3)
_BACKWARD = (*[_POINTER] * 6, *[_SIZE] * 5, *[_POINTER] * 6, *_OPTIONS, *[_POINTER] * 3, *[_CODE] * 3)


def gatv2_attention(edges: Edges, inputs: Inputs, options: Options) -> tuple[Tensor, Tensor]:
    """Return the result and ``(num_rows, 2, H)`` statistics: the largest score, and 1 / sum of exponentials."""
    indptr, indices, eids = contiguous_tensors(*edges)
    inputs = Inputs(*contiguous_tensors(*inputs))
    feat = inputs.feat_src
    num_rows, (_, num_heads, dim) = indptr.shape[0] - 1, feat.shape
    out = feat.new_empty(num_rows, num_heads, dim)
    stats = feat.new_empty(num_rows, 2, num_heads, dtype=accumulation_dtype(feat.dtype))
    if num_heads == 0 or num_rows == 0:
        return out, stats
    code = native.function("weft_gatv2_attention", _FORWARD)(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        num_rows,
        indices.shape[0],
        num_heads,
        dim,
        *[tensor.data_ptr() for tensor in inputs],
        options.negative_slope,
        *dropout_arguments(options.dropout, options.seed),
        out.data_ptr(),
        stats.data_ptr(),
        native.DTYPE_CODES[feat.dtype],
        native.index_bits(indices, eids),
        native.num_threads(),
    )
    native.check(code, "gatv2_attention")
    return out, stats


def gatv2_attention_backward(
    edges: Edges, reverse: Edges, inputs: Inputs, out: Tensor, grad: Tensor, stats: Tensor, options: Options
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of feat_src, feat_dst and attn."""
    forward, backward = contiguous_tensors(*edges), contiguous_tensors(*reverse)
    inputs = Inputs(*contiguous_tensors(*inputs))
    out, stats, grad = contiguous_tensors(out, stats, grad)
    feat_src, feat_dst, attn = inputs
    grads = [feat_src.new_empty(tensor.shape) for tensor in inputs]
    num_heads, dim = attn.shape
    if num_heads * dim > 0:
        code = native.function("weft_gatv2_attention_backward", _BACKWARD)(
            *[native.pointer(tensor) for tensor in (*forward, *backward)],
            feat_dst.shape[0],
            feat_src.shape[0],
            forward[1].shape[0],
            num_heads,
            dim,
            *[tensor.data_ptr() for tensor in (*inputs, out, stats, grad)],
            options.negative_slope,
            *dropout_arguments(options.dropout, options.seed),
            *[tensor.data_ptr() for tensor in grads],
            native.DTYPE_CODES[attn.dtype],
            native.index_bits(forward[1], forward[2], backward[1], backward[2]),
            native.num_threads(),
        )
        native.check(code, "gatv2_attention")
    return grads[0], grads[1], grads[2]

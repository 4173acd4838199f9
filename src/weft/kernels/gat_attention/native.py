"""Attention aggregation of GAT by the native library (csrc/kernels/gat_attention.h)."""

from __future__ import annotations

import ctypes

from torch import Tensor

from weft.kernels import native
from weft.kernels.edge_attention import Edges, contiguous_tensors, dropout_arguments
from weft.kernels.edge_softmax.reference import accumulation_dtype
from weft.kernels.gat_attention.reference import Options

_POINTER, _SIZE, _CODE, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32, ctypes.c_double
_OPTIONS = (_REAL, _SIZE, _SIZE, _REAL)
_FORWARD = (*[_POINTER] * 3, *[_SIZE] * 4, *[_POINTER] * 3, *_OPTIONS, *[_POINTER] * 3, *[_CODE] * 3)
_BACKWARD = (*[_POINTER] * 3, *[_SIZE] * 5, *[_POINTER] * 7, *_OPTIONS, *[_POINTER] * 3, *[_CODE] * 3)


def gat_attention(
    edges: Edges, feat: Tensor, score_src: Tensor, score_dst: Tensor, options: Options, keep_positive: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the result, statistics and, when asked for, sums over edges of positive score (else empty)."""
    indptr, indices, eids = contiguous_tensors(*edges)
    feat, score_src, score_dst = contiguous_tensors(feat, score_src, score_dst)
    num_rows, (_, num_heads, dim) = indptr.shape[0] - 1, feat.shape
    wide = accumulation_dtype(feat.dtype)
    out = feat.new_empty(num_rows, num_heads, dim)
    stats = feat.new_empty(num_rows, 3, num_heads, dtype=wide)
    positive = feat.new_empty(num_rows if keep_positive else 0, num_heads, dim, dtype=wide)
    if num_heads == 0 or num_rows == 0:
        return out, stats, positive
    code = native.function("weft_gat_attention", _FORWARD)(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        num_rows,
        indices.shape[0],
        num_heads,
        dim,
        feat.data_ptr(),
        score_src.data_ptr(),
        score_dst.data_ptr(),
        options.negative_slope,
        *dropout_arguments(options.dropout, options.seed),
        out.data_ptr(),
        stats.data_ptr(),
        positive.data_ptr() if keep_positive else None,
        native.DTYPE_CODES[feat.dtype],
        native.index_bits(indices, eids),
        native.num_threads(),
    )
    native.check(code, "gat_attention")
    return out, stats, positive


def gat_attention_backward(
    reverse: Edges,
    feat: Tensor,
    score_src: Tensor,
    score_dst: Tensor,
    out: Tensor,
    grad: Tensor,
    stats: Tensor,
    positive: Tensor,
    options: Options,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of feat, score_src and, when ``positive`` was kept, score_dst (else zeros)."""
    indptr, indices, eids = contiguous_tensors(*reverse)
    tensors = contiguous_tensors(feat, score_src, score_dst, out, grad, stats, positive)
    num_dst, (num_src, num_heads, dim) = score_dst.shape[0], feat.shape
    kept = positive.shape[0] == num_dst
    if num_heads * dim == 0:
        return feat.new_empty(feat.shape), feat.new_zeros(score_src.shape), feat.new_zeros(score_dst.shape)
    grad_feat = feat.new_empty(feat.shape)
    grad_score_src = feat.new_empty(score_src.shape)
    grad_score_dst = feat.new_empty(score_dst.shape) if kept else feat.new_zeros(score_dst.shape)
    code = native.function("weft_gat_attention_backward", _BACKWARD)(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        num_src,
        num_dst,
        indices.shape[0],
        num_heads,
        dim,
        *[tensor.data_ptr() for tensor in tensors[:-1]],
        tensors[-1].data_ptr() if kept else None,
        options.negative_slope,
        *dropout_arguments(options.dropout, options.seed),
        grad_feat.data_ptr(),
        grad_score_src.data_ptr(),
        grad_score_dst.data_ptr(),
        native.DTYPE_CODES[feat.dtype],
        native.index_bits(indices, eids),
        native.num_threads(),
    )
    native.check(code, "gat_attention")
    return grad_feat, grad_score_src, grad_score_dst

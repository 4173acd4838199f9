"""Attention aggregation of GAT by the native library (csrc/kernels/gat_attention.h and gat_gradient.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native
from weft.kernels.edge_attention import Edges, contiguous_tensors, dropout_arguments
from weft.kernels.edge_softmax.reference import accumulation_dtype
from weft.kernels.gat_attention.reference import Options, Vectors

_POINTER, _SIZE, _CODE, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32, ctypes.c_double
_OPTIONS = (_REAL, _SIZE, _SIZE, _REAL)
_SCORES = (*[_SIZE] * 4, *[_POINTER] * 5, *[_CODE] * 2)
_FORWARD = (*[_POINTER] * 3, *[_SIZE] * 4, *[_POINTER] * 4, *_OPTIONS, *[_POINTER] * 3, *[_CODE] * 3)
_DESTINATIONS = (*[_SIZE] * 3, *[_POINTER] * 6, _REAL, *[_POINTER] * 3, *[_CODE] * 2)
_SOURCES = (*[_POINTER] * 3, *[_SIZE] * 5, *[_POINTER] * 7, *_OPTIONS, *[_POINTER] * 4, *[_CODE] * 3)


def gat_scores(feat: Tensor, attn_src: Tensor, attn_dst: Tensor, num_dst: int) -> tuple[Tensor, Tensor]:
    """Return the scores of sources and destinations, the first ``num_dst`` of the sources."""
    feat, attn_src, attn_dst = contiguous_tensors(feat, attn_src, attn_dst)
    num_src, num_heads, dim = feat.shape
    wide = accumulation_dtype(feat.dtype)
    score_src, score_dst = (feat.new_empty(count, num_heads, dtype=wide) for count in (num_src, num_dst))
    code = native.function("weft_gat_scores", _SCORES)(
        num_src,
        num_dst,
        num_heads,
        dim,
        *[tensor.data_ptr() for tensor in (feat, attn_src, attn_dst, score_src, score_dst)],
        native.DTYPE_CODES[feat.dtype],
        native.num_threads(),
    )
    native.check(code, "gat_aggregate")
    return score_src, score_dst


def gat_attention(
    edges: Edges,
    feat: Tensor,
    score_src: Tensor,
    score_dst: Tensor,
    bias: Tensor | None,
    options: Options,
    keep_positive: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the result, statistics and, when asked for, sums over edges of positive score (else empty)."""
    indptr, indices, eids = contiguous_tensors(*edges)
    num_rows, (_, num_heads, dim), wide = indptr.shape[0] - 1, feat.shape, accumulation_dtype(feat.dtype)
    feat, score_src, score_dst, bias = contiguous_tensors(feat, score_src.to(wide), score_dst.to(wide), bias)
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
        native.pointer(bias),
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


def gat_backward_destinations(
    score_dst: Tensor,
    out: Tensor,
    grad: Tensor,
    stats: Tensor,
    positive: Tensor,
    bias: Tensor | None,
    negative_slope: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return what an edge needs to know of its destination, and the gradients of score_dst and bias."""
    out, grad, stats, positive, bias = contiguous_tensors(out, grad, stats, positive, bias)
    score_dst = score_dst.to(stats.dtype).contiguous()
    num_rows, num_heads, dim = out.shape
    kept = positive.numel() > 0
    known = stats.new_empty(num_rows, 4, num_heads)
    by_score = torch.empty_like(score_dst) if kept else torch.zeros_like(score_dst)
    by_bias = grad.new_empty(0 if bias is None else num_heads, dim)
    code = native.function("weft_gat_backward_destinations", _DESTINATIONS)(
        num_rows,
        num_heads,
        dim,
        score_dst.data_ptr(),
        out.data_ptr(),
        grad.data_ptr(),
        native.pointer(bias),
        stats.data_ptr(),
        positive.data_ptr() if kept else None,
        negative_slope,
        known.data_ptr(),
        by_score.data_ptr(),
        None if bias is None else by_bias.data_ptr(),
        native.DTYPE_CODES[grad.dtype],
        native.num_threads(),
    )
    native.check(code, "gat_attention")
    return known, by_score, by_bias


def gat_backward_sources(
    reverse: Edges,
    feat: Tensor,
    score_src: Tensor,
    grad: Tensor,
    known: Tensor,
    vectors: Vectors | None,
    options: Options,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of feat, score_src and the attention vectors (empty where there are none)."""
    indptr, indices, eids = contiguous_tensors(*reverse)
    feat, grad, known = contiguous_tensors(feat, grad, known)
    score_src = score_src.to(known.dtype).contiguous()
    given = contiguous_tensors(*vectors) if vectors is not None else [None] * 3
    num_dst, (num_src, num_heads, dim) = grad.shape[0], feat.shape
    by_feat, by_src = feat.new_empty(feat.shape), torch.empty_like(score_src)
    by_attn = [feat.new_empty(0 if vectors is None else num_heads, dim) for _ in range(2)]
    if num_heads * dim == 0:
        return by_feat, by_src.zero_(), by_attn[0], by_attn[1]
    code = native.function("weft_gat_backward_sources", _SOURCES)(
        indptr.data_ptr(),
        indices.data_ptr(),
        native.pointer(eids),
        num_src,
        num_dst,
        indices.shape[0],
        num_heads,
        dim,
        *[tensor.data_ptr() for tensor in (feat, score_src, grad, known)],
        *[native.pointer(tensor) for tensor in given],
        options.negative_slope,
        *dropout_arguments(options.dropout, options.seed),
        by_feat.data_ptr(),
        by_src.data_ptr(),
        *[None if vectors is None else tensor.data_ptr() for tensor in by_attn],
        native.DTYPE_CODES[feat.dtype],
        native.index_bits(indices, eids),
        native.num_threads(),
    )
    native.check(code, "gat_attention")
    return by_feat, by_src, by_attn[0], by_attn[1]

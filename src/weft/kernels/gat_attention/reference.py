"""Attention aggregation of GAT in plain PyTorch; unlike the native version it stores tensors of one row an edge."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu

from weft.kernels.edge_attention import Edges, dropout_factors
from weft.kernels.edge_softmax.reference import accumulation_dtype


class Options(NamedTuple):
    """What is no tensor of features."""

    negative_slope: float
    dropout: float
    seed: Tensor
    """0-dimensional int64."""


class Vectors(NamedTuple):
    """What scores are made of that are inner products of the features."""

    attn_src: Tensor
    """``(H, D)``."""
    attn_dst: Tensor
    """``(H, D)``."""
    grad_score_dst: Tensor
    """``(num_dst, H)``; destinations are the first of the sources."""


def gat_scores(feat: Tensor, attn_src: Tensor, attn_dst: Tensor, num_dst: int) -> tuple[Tensor, Tensor]:
    """Return ``(num_src, H)`` and ``(num_dst, H)`` inner products of features and vectors, in the accumulator type."""
    dtype = accumulation_dtype(feat.dtype)
    wide = feat.to(dtype)
    score_src, score_dst = ((wide * attn.to(dtype)).sum(-1) for attn in (attn_src, attn_dst))
    return score_src, score_dst[:num_dst].contiguous()


def gat_attention(
    edges: Edges, feat: Tensor, score_src: Tensor, score_dst: Tensor, bias: Tensor | None, options: Options
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the result, ``(num_rows, 3, H)`` statistics and ``(num_rows, H, D)`` sums over edges of positive score.

    The statistics are the largest score, 1 / sum of exponentials, and the share of edges with a positive raw score.
    """
    dtype = accumulation_dtype(feat.dtype)
    rows, cols = edges.ends()
    num_rows, num_heads = edges.indptr.shape[0] - 1, feat.shape[1]
    raw = score_src.to(dtype)[cols] + score_dst.to(dtype)[rows]
    scores = leaky_relu(raw, options.negative_slope)
    top = scores.new_full((num_rows, num_heads), -torch.inf)
    top = top.scatter_reduce_(0, rows[:, None].expand_as(scores), scores, "amax")
    top = torch.where((edges.indptr.diff() == 0)[:, None], 0, top)
    exponentials = (scores - top[rows]).exp()
    totals = torch.zeros_like(top).index_add_(0, rows, exponentials)
    inverse = torch.where((edges.indptr.diff() == 0)[:, None], 0, 1 / totals)
    alpha = exponentials * inverse[rows]
    share = torch.zeros_like(top).index_add_(0, rows, alpha * (raw > 0))
    weights = alpha * dropout_factors(options.dropout, options.seed, alpha)
    messages = weights[:, :, None] * feat.to(dtype)[cols]
    out = messages.new_zeros(num_rows, *feat.shape[1:]).index_add_(0, rows, messages)
    positive = torch.zeros_like(out).index_add_(0, rows, messages * (raw > 0)[:, :, None])
    if bias is not None:
        out = out + bias.to(dtype)
    return out.to(feat.dtype), torch.stack([top, inverse, share], 1), positive


def gat_backward_destinations(
    score_dst: Tensor,
    out: Tensor,
    grad: Tensor,
    stats: Tensor,
    positive: Tensor,
    bias: Tensor | None,
    negative_slope: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return what an edge needs to know of its destination, and the gradients of score_dst and bias.

    The first is ``(num_dst, 4, H)``: score, largest score, 1 / sum of exponentials, and ``<grad, out - bias>``. The
    gradient of score_dst, in the type of the statistics, is 0 where ``positive`` was not kept, that of bias empty where
    there is none.
    """
    dtype = stats.dtype
    top, inverse, share = stats.unbind(1)
    wide_grad, sums = grad.to(dtype), out.to(dtype) if bias is None else out.to(dtype) - bias.to(dtype)
    dots = (wide_grad * sums).sum(-1)
    known = torch.stack([score_dst.to(dtype), top, inverse, dots], 1)
    by_bias = grad.new_empty(0, grad.shape[2]) if bias is None else wide_grad.sum(0).to(grad.dtype)
    if positive.shape[0] != out.shape[0]:
        return known, torch.zeros_like(dots), by_bias
    # Attention adds up to one, so the slopes of a row's scores add up to nothing but for the leaky ReLU.
    by_score = (1 - negative_slope) * ((wide_grad * positive).sum(-1) - share * dots)
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
    """Return the gradients of feat, score_src and, where scores are inner products of feat, of the attention vectors.

    By the chain rule an edge at a time. The gradients of the vectors are empty where there are none.
    """
    dtype = known.dtype
    src, dst = reverse.ends()
    score_dst, top, inverse, dots = known.unbind(1)
    wide_grad, wide_feat = grad.to(dtype), feat.to(dtype)
    raw = score_src.to(dtype)[src] + score_dst[dst]
    alpha = (leaky_relu(raw, options.negative_slope) - top[dst]).exp() * inverse[dst]
    factors = dropout_factors(options.dropout, options.seed, alpha)
    by_feat = torch.zeros_like(wide_feat).index_add_(0, src, (alpha * factors)[:, :, None] * wide_grad[dst])
    by_alpha = factors * (wide_feat[src] * wide_grad[dst]).sum(-1)
    by_score = alpha * (by_alpha - dots[dst])
    by_raw = torch.where(raw > 0, by_score, options.negative_slope * by_score)
    by_src = torch.zeros_like(score_src, dtype=dtype).index_add_(0, src, by_raw)
    by_feat, by_attn_src, by_attn_dst = add_scores(by_feat, wide_feat, by_src, vectors)
    return by_feat.to(feat.dtype), by_src, by_attn_src.to(feat.dtype), by_attn_dst.to(feat.dtype)


def add_scores(by_feat: Tensor, feat: Tensor, by_src: Tensor, vectors: Vectors | None) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradient of feat with that of its inner products, and the gradients of the attention vectors."""
    if vectors is None:
        return by_feat, feat.new_empty(0, feat.shape[2]), feat.new_empty(0, feat.shape[2])
    attn_src, attn_dst, by_dst = (one.to(feat.dtype)[..., None] for one in vectors)
    num_dst, by_src = by_dst.shape[0], by_src.to(feat.dtype)[..., None]
    by_feat = by_feat + by_src * attn_src.squeeze(-1)
    by_feat[:num_dst] += by_dst * attn_dst.squeeze(-1)
    return by_feat, (by_src * feat).sum(0), (by_dst * feat[:num_dst]).sum(0)

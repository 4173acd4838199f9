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


def gat_attention(
    edges: Edges, feat: Tensor, score_src: Tensor, score_dst: Tensor, options: Options
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
    nothing = messages.new_zeros(num_rows, *feat.shape[1:])
    out = nothing.index_add(0, rows, messages)
    positive = nothing.index_add(0, rows, messages * (raw > 0)[:, :, None])
    return out.to(feat.dtype), torch.stack([top, inverse, share], 1), positive


def gat_attention_backward(
    reverse: Edges,
    feat: Tensor,
    score_src: Tensor,
    score_dst: Tensor,
    out: Tensor,
    grad: Tensor,
    stats: Tensor,
    options: Options,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of feat, score_src and score_dst, by the chain rule an edge at a time."""
    dtype = accumulation_dtype(feat.dtype)
    src, dst = reverse.ends()
    top, inverse, _ = stats.unbind(1)
    wide_grad, wide_feat = grad.to(dtype), feat.to(dtype)
    raw = score_src.to(dtype)[src] + score_dst.to(dtype)[dst]
    alpha = (leaky_relu(raw, options.negative_slope) - top[dst]).exp() * inverse[dst]
    factors = dropout_factors(options.dropout, options.seed, alpha)
    grad_feat = torch.zeros_like(wide_feat).index_add_(0, src, (alpha * factors)[:, :, None] * wide_grad[dst])
    grad_alpha = factors * (wide_feat[src] * wide_grad[dst]).sum(-1)
    grad_score = alpha * (grad_alpha - (wide_grad * out.to(dtype)).sum(-1)[dst])
    grad_raw = torch.where(raw > 0, grad_score, options.negative_slope * grad_score)
    grad_src = torch.zeros_like(score_src, dtype=dtype).index_add_(0, src, grad_raw)
    grad_dst = torch.zeros_like(score_dst, dtype=dtype).index_add_(0, dst, grad_raw)
    return grad_feat.to(feat.dtype), grad_src.to(feat.dtype), grad_dst.to(feat.dtype)

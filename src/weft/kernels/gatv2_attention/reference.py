"""Attention aggregation of GATv2 in plain PyTorch; unlike the native version it stores a row an edge."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu

from weft.kernels.edge_attention import Edges, attend, attend_backward
from weft.kernels.edge_softmax.reference import accumulation_dtype


class Inputs(NamedTuple):
    """What scores and messages are made of."""

    feat_src: Tensor
    feat_dst: Tensor
    attn: Tensor
    """``(H, D)``."""

    def wide(self) -> Inputs:
        """Return all of them in the accumulator type."""
        return Inputs(*(one.to(accumulation_dtype(one.dtype)) for one in self))


class Options(NamedTuple):
    """What is no tensor of features."""

    negative_slope: float
    dropout: float
    seed: Tensor
    """0-dimensional int64."""


def gatv2_attention(edges: Edges, inputs: Inputs, options: Options) -> tuple[Tensor, Tensor]:
    """Return the result and ``(num_rows, 2, H)`` statistics: the largest score, and 1 / sum of exponentials."""
    rows, cols = edges.ends()
    wide = inputs.wide()
    activated = leaky_relu(wide.feat_src[cols] + wide.feat_dst[rows], options.negative_slope)
    scores = (activated * wide.attn).sum(-1)
    num_rows = edges.indptr.shape[0] - 1
    out, stats = attend(rows, cols, scores, wide.feat_src, num_rows, options.dropout, options.seed)
    return out.to(inputs.feat_src.dtype), stats


def gatv2_attention_backward(
    edges: Edges, inputs: Inputs, out: Tensor, grad: Tensor, stats: Tensor, options: Options
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of feat_src, feat_dst and attn."""
    rows, cols = edges.ends()
    wide, dtype = inputs.wide(), inputs.attn.dtype
    raw = wide.feat_src[cols] + wide.feat_dst[rows]
    activated = leaky_relu(raw, options.negative_slope)
    scores = (activated * wide.attn).sum(-1)
    grad, out = grad.to(scores.dtype), out.to(scores.dtype)
    by_score, by_src = attend_backward(
        rows, cols, scores, wide.feat_src, out, grad, stats, options.dropout, options.seed
    )
    by_attn = (by_score[:, :, None] * activated).sum(0)
    by_activated = by_score[:, :, None] * wide.attn
    by_raw = torch.where(raw > 0, by_activated, options.negative_slope * by_activated)
    by_src = by_src.index_add_(0, cols, by_raw)
    by_dst = torch.zeros_like(wide.feat_dst).index_add_(0, rows, by_raw)
    return by_src.to(dtype), by_dst.to(dtype), by_attn.to(dtype)

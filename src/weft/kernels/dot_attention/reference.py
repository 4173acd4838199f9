"""Scaled dot-product attention over edges in plain PyTorch; unlike the native version it stores a row an edge."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from weft.kernels.edge_attention import Edges, attend, attend_backward
from weft.kernels.edge_softmax.reference import accumulation_dtype


class Inputs(NamedTuple):
    """What scores and messages are made of."""

    query: Tensor
    key: Tensor
    value: Tensor
    bias: Tensor | None
    scale: Tensor
    """``(H,)``, in the accumulator type."""

    def wide(self) -> Inputs:
        """Return all of them in the accumulator type."""
        dtype = accumulation_dtype(self.query.dtype)
        return Inputs(*(None if one is None else one.to(dtype) for one in self))  # type: ignore[arg-type]


def dot_attention(edges: Edges, inputs: Inputs, dropout: float, seed: Tensor) -> tuple[Tensor, Tensor]:
    """Return the result and ``(num_rows, 2, H)`` statistics: the largest score, and 1 / sum of exponentials."""
    rows, cols = edges.ends()
    wide = inputs.wide()
    scores = _scores(rows, cols, wide)
    out, stats = attend(rows, cols, scores, wide.value, edges.indptr.shape[0] - 1, dropout, seed)
    return out.to(inputs.value.dtype), stats


def dot_attention_backward(
    edges: Edges, inputs: Inputs, out: Tensor, grad: Tensor, stats: Tensor, dropout: float, seed: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of query, key, value, bias and scale."""
    rows, cols = edges.ends()
    wide, dtype = inputs.wide(), inputs.query.dtype
    scores = _scores(rows, cols, wide)
    grad, out = grad.to(scores.dtype), out.to(scores.dtype)
    by_score, by_value = attend_backward(rows, cols, scores, wide.value, out, grad, stats, dropout, seed)
    by_product = (by_score * wide.scale)[:, :, None]
    by_query = torch.zeros_like(wide.query).index_add_(0, rows, by_product * wide.key[cols])
    by_key = torch.zeros_like(wide.key).index_add_(0, cols, by_product * wide.query[rows])
    by_scale = (by_score * (wide.query[rows] * wide.key[cols]).sum(-1)).sum(0)
    return by_query.to(dtype), by_key.to(dtype), by_value.to(dtype), by_score.to(dtype), by_scale


def _scores(rows: Tensor, cols: Tensor, wide: Inputs) -> Tensor:
    """Return ``(E, H)`` in edge-ID order."""
    products = (wide.query[rows] * wide.key[cols]).sum(-1) * wide.scale
    return products if wide.bias is None else products + wide.bias

"""Edge softmax for GPUs, in Triton: a program has a row and a block of heads, and reads the row's scores twice.

The first walk keeps a running maximum and rescales the running sum when it grows (Milakov and Gimelshein 2018,
arXiv:1805.02867), the second writes. A row stays whole, in blocks of edges: no sums of other programs are needed, and
results have the same bits in every run. 16-bit floats are computed in float32.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from weft.kernels.spmm.triton import accumulator, feature_block

BLOCK = 1024
"""Scores of a step: edges times heads."""


@triton.jit
def _places(eids, at, here, heads, num_heads, HAS_EIDS: tl.constexpr):
    """Return where the scores of some positions and heads lie."""
    edge = at.to(tl.int64)
    if HAS_EIDS:
        edge = tl.load(eids + at, mask=here, other=0).to(tl.int64)
    return edge[:, None] * num_heads + heads[None, :]


@triton.jit
def _normalise(
    indptr, eids, scores, out, num_heads,
    HAS_EIDS: tl.constexpr, ACC: tl.constexpr, EDGES: tl.constexpr, HEADS: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0).to(tl.int64)
    first = tl.load(indptr + row)
    last = tl.load(indptr + row + 1)
    heads = tl.program_id(1) * HEADS + tl.arange(0, HEADS)
    top = tl.full((HEADS,), float("-inf"), ACC)
    total = tl.zeros((HEADS,), ACC)
    for position in range(first, last, EDGES):
        at = position + tl.arange(0, EDGES)
        here = at < last
        mask = here[:, None] & (heads < num_heads)[None, :]
        places = _places(eids, at, here, heads, num_heads, HAS_EIDS)
        score = tl.load(scores + places, mask=mask, other=float("-inf")).to(ACC)
        higher = tl.maximum(top, tl.max(score, 0))
        # Where all is -inf so far, any finite number in place of the maximum keeps the sums 0.
        base = tl.where(higher == float("-inf"), 0.0, higher)
        total = total * tl.exp(top - base) + tl.sum(tl.exp(score - base[None, :]), 0)
        top = higher
    base = tl.where(top == float("-inf"), 0.0, top)
    for position in range(first, last, EDGES):
        at = position + tl.arange(0, EDGES)
        here = at < last
        mask = here[:, None] & (heads < num_heads)[None, :]
        places = _places(eids, at, here, heads, num_heads, HAS_EIDS)
        score = tl.load(scores + places, mask=mask, other=float("-inf")).to(ACC)
        value = tl.exp(score - base[None, :]) / total[None, :]
        tl.store(out + places, value.to(out.dtype.element_ty), mask=mask)


@triton.jit
def _pull_back(
    indptr, eids, out, grad, result, num_heads,
    HAS_EIDS: tl.constexpr, ACC: tl.constexpr, EDGES: tl.constexpr, HEADS: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0).to(tl.int64)
    first = tl.load(indptr + row)
    last = tl.load(indptr + row + 1)
    heads = tl.program_id(1) * HEADS + tl.arange(0, HEADS)
    total = tl.zeros((HEADS,), ACC)
    for position in range(first, last, EDGES):
        at = position + tl.arange(0, EDGES)
        here = at < last
        mask = here[:, None] & (heads < num_heads)[None, :]
        places = _places(eids, at, here, heads, num_heads, HAS_EIDS)
        weight = tl.load(out + places, mask=mask, other=0.0).to(ACC)
        total += tl.sum(weight * tl.load(grad + places, mask=mask, other=0.0).to(ACC), 0)
    for position in range(first, last, EDGES):
        at = position + tl.arange(0, EDGES)
        here = at < last
        mask = here[:, None] & (heads < num_heads)[None, :]
        places = _places(eids, at, here, heads, num_heads, HAS_EIDS)
        weight = tl.load(out + places, mask=mask, other=0.0).to(ACC)
        slope = weight * (tl.load(grad + places, mask=mask, other=0.0).to(ACC) - total[None, :])
        tl.store(result + places, slope.to(result.dtype.element_ty), mask=mask)


def edge_softmax(indptr: Tensor, eids: Tensor | None, scores: Tensor) -> Tensor:
    """Return ``(E, heads)`` scores normalised over each row."""
    return _run(_normalise, indptr, eids, scores)


def edge_softmax_backward(indptr: Tensor, eids: Tensor | None, out: Tensor, grad: Tensor) -> Tensor:
    """Return ``(E, heads)``: the gradient of the scores."""
    return _run(_pull_back, indptr, eids, out, grad)


def _run(kernel: triton.JITFunction, indptr: Tensor, eids: Tensor | None, *values: Tensor) -> Tensor:
    values = tuple(value.contiguous() for value in values)
    result = torch.empty_like(values[0])
    if result.numel() == 0:
        return result
    indptr, num_heads = indptr.contiguous(), result.shape[1]
    block = feature_block(num_heads)
    kernel[(indptr.shape[0] - 1, triton.cdiv(num_heads, block))](
        indptr, indptr if eids is None else eids.contiguous(), *values, result, num_heads,
        HAS_EIDS=eids is not None, ACC=accumulator(result.dtype), EDGES=BLOCK // block, HEADS=block,
    )  # fmt: skip
    return result

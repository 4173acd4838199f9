"""Attention aggregation of GAT for GPUs, in Triton: a program has a row and a head, and walks the row's edges once.

Forward, the softmax runs along: a running maximum, and sums that are rescaled when it grows (Milakov and Gimelshein
2018, arXiv:1805.02867), so that no value of an edge is stored. Backward, a program has a source and a head and walks
reversed edges; attention is computed again from the row statistics, and the gradient at destinations follows from sums
that the forward pass kept. A row stays whole: no atomic additions, and results have the same bits in every run.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl
from torch import Tensor

from weft.kernels.edge_attention import Edges
from weft.kernels.edge_softmax.reference import accumulation_dtype
from weft.kernels.gat_attention.reference import (
    Options,
    Vectors,
    add_scores,
    gat_backward_destinations,
    gat_scores,
)
from weft.kernels.spmm.triton import accumulator
from weft.random import keep_threshold

__all__ = ["gat_attention", "gat_backward_destinations", "gat_backward_sources", "gat_scores"]
# Scores and the half of the backward pass that looks at each destination alone are a few operations of PyTorch.

BLOCK = 1024
"""Numbers of a step: edges times features."""


@triton.jit
def _mix(bits):
    """Return the finalizer of SplitMix64; see ``weft.random``."""
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB
    return bits ^ (bits >> 31)


@triton.jit
def kept_share(seed, edge, head, threshold, SCALE: tl.constexpr, ACC: tl.constexpr):
    """Return 0 for edges that dropout leaves out, else ``SCALE``; twin of ``weft.random.keep_mask``."""
    golden: tl.constexpr = 0x9E3779B97F4A7C15
    state = _mix(tl.load(seed).to(tl.uint64) + golden)
    state = _mix((state ^ edge.to(tl.uint64)) + golden)
    state = _mix((state ^ head.to(tl.uint64)) + golden)
    return tl.where((state >> 40).to(tl.int64) >= threshold, tl.full((), SCALE, ACC), tl.full((), 0.0, ACC))


@triton.jit
def _attend(
    indptr, indices, eids, feat, score_src, score_dst, bias, out, stats, positive, seed, num_heads, dim, threshold,
    SLOPE: tl.constexpr, SCALE: tl.constexpr, HAS_EIDS: tl.constexpr, DROPS: tl.constexpr,
    POSITIVE: tl.constexpr, HAS_BIAS: tl.constexpr, ACC: tl.constexpr, EDGES: tl.constexpr,
    FEATURES: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0).to(tl.int64)
    head = tl.program_id(1).to(tl.int64)
    first = tl.load(indptr + row)
    last = tl.load(indptr + row + 1)
    own = tl.load(score_dst + row * num_heads + head).to(ACC)
    features = tl.arange(0, FEATURES)
    inside = features < dim
    top = tl.full((1,), float("-inf"), ACC)
    total = tl.zeros((1,), ACC)
    share = tl.zeros((1,), ACC)
    result = tl.zeros((FEATURES,), ACC)
    above = tl.zeros((FEATURES,), ACC)
    for position in range(first, last, EDGES):
        at = position + tl.arange(0, EDGES)
        here = at < last
        node = tl.load(indices + at, mask=here, other=0).to(tl.int64)
        raw = tl.load(score_src + node * num_heads + head, mask=here, other=0.0).to(ACC) + own
        score = tl.where(here, tl.where(raw > 0, raw, raw * SLOPE), float("-inf"))
        higher = tl.maximum(top, tl.max(score, 0))
        base = tl.where(higher == float("-inf"), 0.0, higher)
        shrink = tl.exp(top - base)
        weight = tl.exp(score - base)
        over = tl.where(raw > 0, weight, 0.0)
        total = total * shrink + tl.sum(weight, 0)
        share = share * shrink + tl.sum(over, 0)
        if DROPS:
            edge = at
            if HAS_EIDS:
                edge = tl.load(eids + at, mask=here, other=0).to(tl.int64)
            kept = kept_share(seed, edge, head, threshold, SCALE, ACC)
            weight = weight * kept
            over = over * kept
        mask = here[:, None] & inside[None, :]
        places = (node[:, None] * num_heads + head) * dim + features[None, :]
        value = tl.load(feat + places, mask=mask, other=0.0).to(ACC)
        result = result * shrink + tl.sum(weight[:, None] * value, 0)
        if POSITIVE:
            above = above * shrink + tl.sum(over[:, None] * value, 0)
        top = higher
    if last > first:
        inverse = 1.0 / total
    else:
        inverse = total
        top = total
    place = (row * num_heads + head) * dim + features
    result = result * inverse
    if HAS_BIAS:
        result += tl.load(bias + head * dim + features, mask=inside, other=0.0).to(ACC)
    tl.store(out + place, result.to(out.dtype.element_ty), mask=inside)
    if POSITIVE:
        tl.store(positive + place, above * inverse, mask=inside)
    one = tl.arange(0, 1)
    tl.store(stats + (row * 3 + 0) * num_heads + head + one, top)
    tl.store(stats + (row * 3 + 1) * num_heads + head + one, inverse)
    tl.store(stats + (row * 3 + 2) * num_heads + head + one, share * inverse)


@triton.jit
def _pull_back(
    indptr, indices, eids, feat, score_src, known, grad, grad_feat, grad_src, seed, num_heads, dim, threshold,
    SLOPE: tl.constexpr, SCALE: tl.constexpr, HAS_EIDS: tl.constexpr, DROPS: tl.constexpr,
    ACC: tl.constexpr, EDGES: tl.constexpr, FEATURES: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0).to(tl.int64)
    head = tl.program_id(1).to(tl.int64)
    first = tl.load(indptr + row)
    last = tl.load(indptr + row + 1)
    own = tl.load(score_src + row * num_heads + head).to(ACC)
    features = tl.arange(0, FEATURES)
    inside = features < dim
    place = (row * num_heads + head) * dim + features
    value = tl.load(feat + place, mask=inside, other=0.0).to(ACC)
    to_value = tl.zeros((FEATURES,), ACC)
    to_score = tl.zeros((1,), ACC)
    for position in range(first, last, EDGES):
        at = position + tl.arange(0, EDGES)
        here = at < last
        node = tl.load(indices + at, mask=here, other=0).to(tl.int64)
        of_node = known + node * 4 * num_heads + head
        raw = tl.load(of_node, mask=here, other=0.0) + own
        score = tl.where(raw > 0, raw, raw * SLOPE)
        top = tl.load(of_node + num_heads, mask=here, other=float("inf"))
        inverse = tl.load(of_node + 2 * num_heads, mask=here, other=0.0)
        alpha = tl.where(here, tl.exp(score - top) * inverse, 0.0)
        mask = here[:, None] & inside[None, :]
        places = (node[:, None] * num_heads + head) * dim + features[None, :]
        upstream = tl.load(grad + places, mask=mask, other=0.0).to(ACC)
        to_alpha = tl.sum(upstream * value[None, :], 1)
        weight = alpha
        if DROPS:
            edge = at
            if HAS_EIDS:
                edge = tl.load(eids + at, mask=here, other=0).to(tl.int64)
            kept = kept_share(seed, edge, head, threshold, SCALE, ACC)
            weight = weight * kept
            to_alpha = to_alpha * kept
        to_value += tl.sum(weight[:, None] * upstream, 0)
        slant = alpha * (to_alpha - tl.load(of_node + 3 * num_heads, mask=here, other=0.0))
        to_score += tl.sum(tl.where(raw > 0, slant, slant * SLOPE), 0)
    tl.store(grad_feat + place, to_value.to(grad_feat.dtype.element_ty), mask=inside)
    tl.store(grad_src + row * num_heads + head + tl.arange(0, 1), to_score.to(grad_src.dtype.element_ty))


def gat_attention(
    edges: Edges,
    feat: Tensor,
    score_src: Tensor,
    score_dst: Tensor,
    bias: Tensor | None,
    options: Options,
    keep_positive: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the result, the statistics and, if wanted, the sums over positive scores; as the reference says."""
    num_rows, (_, num_heads, dim) = edges.indptr.shape[0] - 1, feat.shape
    wide = accumulation_dtype(feat.dtype)
    out = feat.new_empty(num_rows, num_heads, dim)
    stats = feat.new_empty(num_rows, 3, num_heads, dtype=wide)
    positive = feat.new_empty(num_rows if keep_positive else 0, num_heads, dim, dtype=wide)
    if num_rows * num_heads:
        _attend[(num_rows, num_heads)](
            *_structure(edges), feat.contiguous(), score_src.contiguous(), score_dst.contiguous(),
            feat if bias is None else bias.contiguous(), out, stats, positive, options.seed.to(feat.device), num_heads,
            dim, keep_threshold(options.dropout), POSITIVE=keep_positive, HAS_BIAS=bias is not None,
            **_constants(edges, feat, options),
        )  # fmt: skip
    return out, stats, positive


def gat_backward_sources(
    reverse: Edges,
    feat: Tensor,
    score_src: Tensor,
    grad: Tensor,
    known: Tensor,
    vectors: Vectors | None,
    options: Options,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the gradients of feat, score_src and the attention vectors, as the reference says."""
    num_rows, num_heads, dim = feat.shape
    by_feat, by_src = torch.empty_like(feat, memory_format=torch.contiguous_format), known.new_empty(feat.shape[:2])
    if num_rows * num_heads:
        _pull_back[(num_rows, num_heads)](
            *_structure(reverse), feat.contiguous(), score_src.contiguous(), known.contiguous(), grad.contiguous(),
            by_feat, by_src, options.seed.to(feat.device), num_heads, dim, keep_threshold(options.dropout),
            **_constants(reverse, feat, options),
        )  # fmt: skip
    dtype = feat.dtype
    by_feat, *by_attn = add_scores(by_feat.to(known.dtype), feat.to(known.dtype), by_src, vectors)
    return by_feat.to(dtype), by_src, by_attn[0].to(dtype), by_attn[1].to(dtype)


def _structure(edges: Edges) -> tuple[Tensor, Tensor, Tensor]:
    eids = edges.indices if edges.eids is None else edges.eids
    return edges.indptr.contiguous(), edges.indices.contiguous(), eids.contiguous()


def _constants(edges: Edges, feat: Tensor, options: Options) -> dict[str, object]:
    features = triton.next_power_of_2(max(feat.shape[2], 1))
    # Constants, because a number that is passed is a float32.
    return {
        "SLOPE": options.negative_slope,
        "SCALE": 1 / (1 - options.dropout) if options.dropout < 1 else 1.0,
        "HAS_EIDS": edges.eids is not None,
        "DROPS": options.dropout > 0,
        "ACC": accumulator(feat.dtype),
        "EDGES": max(BLOCK // features, 1),
        "FEATURES": features,
    }

"""Losses for learning to rank: sampled softmax and Bayesian personalised ranking."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from weft.errors import ShapeError

# Rows of logits worked on at a time: 256 rows of 8,192 candidates are 8 MB, which stay in the cache from the product
# that makes them to the product that uses them.
_CHUNK_ROWS = 256


def sampled_softmax_loss(
    queries: Tensor,
    candidates: Tensor,
    positives: Tensor | tuple[Tensor, Tensor],
    *,
    temperature: float = 1.0,
    log_q: Tensor | None = None,
    weights: Tensor | None = None,
    excluded: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """Return the weighted mean cross-entropy of each positive against the query's negatives, as a scalar.

    The logit of query ``b`` and candidate ``c`` is ``<queries[b], candidates[c]> / temperature - log_q[c]``. A positive
    pair ``(b, p)`` costs ``-log(exp(l[b, p]) / (exp(l[b, p]) + sum(exp(l[b, n]))))`` over the candidates ``n`` that are
    neither positives of ``b`` nor excluded: positives of one query do not compete. In-batch negatives come from making
    the batch's items the candidates; ``log_q`` takes out that popular items are sampled more.

    The logits are never stored whole: loss and both gradients come from one pass over blocks of rows. Memory: a few
    blocks of 256 x ``C`` values. There is no second derivative.

    Args:
        queries: ``(B, D)``.
        candidates: ``(C, D)``.
        positives: ``(B,)`` int64, the row of each query's one positive in ``candidates``; or the pairs
            ``(rows, columns)``, two ``(P,)`` int64 tensors, rows ascending, each pair once.
        temperature: above 0.
        log_q: ``(C,)`` logarithm of each candidate's chance to be sampled; None for no correction.
        weights: ``(P,)`` weight of each pair, not negative; all 1 by default. The loss is divided by their sum.
        excluded: pairs ``(rows, columns)``, rows ascending, that are no negatives although they are no positives here.

    Returns:
        Scalar; 0 for no pair. A query without negatives adds 0.

    Raises:
        ShapeError: the shapes do not fit each other.

    Source: Yi et al. 2019 (RecSys), "Sampling-bias-corrected neural modeling", eq. 3.
    """
    if queries.dim() != 2 or candidates.dim() != 2 or queries.shape[1] != candidates.shape[1]:
        raise ShapeError(
            f"sampled_softmax_loss: queries {tuple(queries.shape)} and candidates {tuple(candidates.shape)} must be "
            "(B, D) and (C, D) with the same D."
        )
    if isinstance(positives, Tensor):
        if positives.shape != queries.shape[:1]:
            raise ShapeError(
                f"sampled_softmax_loss: got {tuple(positives.shape)} positives for {queries.shape[0]} queries; "
                "expected one positive per query, or pairs (rows, columns)."
            )
        positives = (torch.arange(queries.shape[0], device=queries.device), positives)
    if log_q is not None and log_q.shape != candidates.shape[:1]:
        raise ShapeError(
            f"sampled_softmax_loss: log_q is {tuple(log_q.shape)}; expected one value per candidate, "
            f"({candidates.shape[0]},)."
        )
    rows, columns = positives
    if rows.shape != columns.shape or (weights is not None and weights.shape != rows.shape):
        raise ShapeError(
            f"sampled_softmax_loss: rows {tuple(rows.shape)}, columns {tuple(columns.shape)} and weights "
            f"{None if weights is None else tuple(weights.shape)} must have one value per positive pair each."
        )
    if weights is None:
        weights = torch.ones(rows.shape, dtype=queries.dtype, device=queries.device)
    pairs = (rows, columns, weights / weights.sum().clamp(min=torch.finfo(weights.dtype).tiny))
    loss: Tensor = _SampledSoftmax.apply(queries, candidates, pairs, temperature, log_q, excluded)
    return loss


class _SampledSoftmax(torch.autograd.Function):
    """Makes the gradients beside the loss, while a block of logits is in the cache; the backward only scales them."""

    @staticmethod
    def forward(
        ctx: Any,
        queries: Tensor,
        candidates: Tensor,
        positives: tuple[Tensor, Tensor, Tensor],
        temperature: float,
        log_q: Tensor | None,
        excluded: tuple[Tensor, Tensor] | None,
    ) -> Tensor:
        need_queries, need_candidates = ctx.needs_input_grad[:2]
        scaled = queries / temperature
        grad_queries = torch.empty_like(queries) if need_queries else None
        grad_candidates = torch.zeros_like(candidates) if need_candidates else None
        total = torch.zeros((), dtype=torch.float64, device=queries.device)
        masked = _row_blocks(excluded, queries.shape[0]) if excluded is not None else None
        for block, (first, last, pairs) in enumerate(_row_blocks(positives, queries.shape[0])):
            logits = scaled[first:last] @ candidates.T
            if log_q is not None:
                logits -= log_q
            if masked is not None:
                logits[masked[block][2]] = -torch.inf
            total += _softmax_block(logits, *pairs)
            if grad_queries is not None:
                torch.mm(logits, candidates, out=grad_queries[first:last])
            if grad_candidates is not None:
                grad_candidates.addmm_(logits.T, scaled[first:last])
        if grad_queries is not None:
            grad_queries /= temperature
        ctx.save_for_backward(grad_queries, grad_candidates)
        return total.to(queries.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        scaled = (None if saved is None else saved * grad for saved in ctx.saved_tensors)
        return (*scaled, None, None, None, None)


def _row_blocks(pairs: tuple[Tensor, ...], num_rows: int) -> list[tuple[int, int, tuple[Tensor, ...]]]:
    """Return ``(first row, last row, its pairs)`` for each block of rows; rows count from the block's first."""
    starts = list(range(0, num_rows, _CHUNK_ROWS))
    rows = pairs[0].contiguous()
    cuts = torch.searchsorted(rows, torch.tensor([*starts, num_rows], device=rows.device)).tolist()
    blocks = []
    for block, first in enumerate(starts):
        part = slice(cuts[block], cuts[block + 1])
        blocks.append((first, min(first + _CHUNK_ROWS, num_rows), (rows[part] - first, *(t[part] for t in pairs[1:]))))
    return blocks


def _softmax_block(logits: Tensor, rows: Tensor, columns: Tensor, weights: Tensor) -> Tensor:
    """Return the summed loss of a block's positive pairs and overwrite ``logits`` with the gradient to them."""
    own = logits[rows, columns]
    logits[rows, columns] = -torch.inf
    peak = logits.amax(dim=1, keepdim=True).clamp_(min=torch.finfo(logits.dtype).min)
    negatives = logits.sub_(peak).exp_()
    mass = negatives.sum(dim=1)
    lead = mass.log().add_(peak.squeeze(1))[rows] - own
    pull = torch.sigmoid(lead) * weights
    row_pull = torch.zeros_like(mass).index_add_(0, rows, pull)
    negatives.mul_((row_pull / mass.clamp(min=torch.finfo(mass.dtype).tiny)).unsqueeze(1))
    logits[rows, columns] = -pull
    return (functional.softplus(lead) * weights).sum(dtype=torch.float64)


def bpr_loss(positive_scores: Tensor, negative_scores: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the weighted mean of ``-log sigmoid(positive - negative)``, as a scalar; 0 for no pair.

    Args:
        positive_scores: ``(B,)`` or ``(B, 1)``.
        negative_scores: ``(B,)`` or ``(B, K)``, broadcast against the positive scores.
        weights: ``(B,)`` weight of each row, not negative; all 1 by default.

    Raises:
        ShapeError: the scores differ in their number of rows or have other shapes, or ``weights`` is not ``(B,)``.

    Source: Rendle et al. 2009 (arXiv:1205.2618), eq. 5 without its regulariser.
    """
    rows = positive_scores.shape[:1]
    one_each = positive_scores.dim() == 1 or (positive_scores.dim() == 2 and positive_scores.shape[1] == 1)
    if not one_each or negative_scores.dim() not in (1, 2) or negative_scores.shape[:1] != rows:
        raise ShapeError(
            f"bpr_loss: got {tuple(positive_scores.shape)} positive and {tuple(negative_scores.shape)} negative "
            "scores; expected (B,) or (B, 1) and (B,) or (B, K), with the same number of rows."
        )
    if weights is not None and weights.shape != rows:
        raise ShapeError(
            f"bpr_loss: weights is {tuple(weights.shape)}; expected one value per row of the scores, ({rows[0]},)."
        )
    losses = functional.softplus(_as_columns(negative_scores) - _as_columns(positive_scores))
    if weights is None:
        return losses.sum() / max(1, losses.numel())
    total = weights.sum().clamp(min=torch.finfo(weights.dtype).tiny) * max(1, losses.shape[1])
    return (losses * weights.unsqueeze(1)).sum() / total


def _as_columns(scores: Tensor) -> Tensor:
    return scores if scores.dim() == 2 else scores.unsqueeze(1)

"""Losses for learning to rank: sampled softmax and Bayesian personalised ranking."""

from __future__ import annotations

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
    positives: Tensor,
    *,
    temperature: float = 1.0,
    log_q: Tensor | None = None,
    excluded: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """Return the mean cross-entropy of each query's positive among the candidates, as a scalar.

    The logit of query ``b`` and candidate ``c`` is ``<queries[b], candidates[c]> / temperature - log_q[c]``. In-batch
    negatives come from making the batch's items the candidates; ``log_q`` takes out that popular items are sampled
    more.

    The logits are never stored whole: loss and both gradients come from one pass over blocks of rows. Memory: a few
    blocks of 256 x ``C`` values. There is no second derivative.

    Args:
        queries: ``(B, D)``.
        candidates: ``(C, D)``.
        positives: ``(B,)`` int64, the row of each query's positive in ``candidates``.
        temperature: above 0.
        log_q: ``(C,)`` logarithm of each candidate's chance to be sampled; None for no correction.
        excluded: pairs ``(rows, columns)`` of int64 tensors, rows ascending: candidates that are no negatives of that
            query, such as its other known positives. The query's positive must not be among them.

    Returns:
        Scalar; 0 for no query.

    Raises:
        ShapeError: the shapes do not fit each other.

    Source: Yi et al. 2019 (RecSys), "Sampling-bias-corrected neural modeling", eq. 3.
    """
    if queries.dim() != 2 or candidates.dim() != 2 or queries.shape[1] != candidates.shape[1]:
        raise ShapeError(
            f"sampled_softmax_loss: queries {tuple(queries.shape)} and candidates {tuple(candidates.shape)} must be "
            "(B, D) and (C, D) with the same D."
        )
    if positives.shape != queries.shape[:1] or (log_q is not None and log_q.shape != candidates.shape[:1]):
        raise ShapeError(
            f"sampled_softmax_loss: got {tuple(positives.shape)} positives and "
            f"{None if log_q is None else tuple(log_q.shape)} log_q for {queries.shape[0]} queries and "
            f"{candidates.shape[0]} candidates; expected one positive per query and one log_q per candidate."
        )
    rows, columns = excluded if excluded is not None else (None, None)
    loss: Tensor = _SampledSoftmax.apply(queries, candidates, positives, temperature, log_q, rows, columns)
    return loss


class _SampledSoftmax(torch.autograd.Function):
    """Makes the gradients beside the loss, while a block of probabilities is in the cache; the backward scales them."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx,
        queries: Tensor,
        candidates: Tensor,
        positives: Tensor,
        temperature: float,
        log_q: Tensor | None,
        rows: Tensor | None,
        columns: Tensor | None,
    ) -> Tensor:
        num_queries = queries.shape[0]
        scaled = queries / temperature
        need_queries, need_candidates = ctx.needs_input_grad[:2]  # type: ignore[attr-defined]
        grad_queries = torch.empty_like(queries) if need_queries else None
        grad_candidates = torch.zeros_like(candidates) if need_candidates else None
        starts = list(range(0, num_queries, _CHUNK_ROWS))
        cuts = torch.searchsorted(rows, torch.tensor([*starts, num_queries])).tolist() if rows is not None else None
        total = torch.zeros((), dtype=torch.float64)
        for block, first in enumerate(starts):
            last = min(first + _CHUNK_ROWS, num_queries)
            logits = scaled[first:last] @ candidates.T
            if log_q is not None:
                logits -= log_q
            if cuts is not None:
                part = slice(cuts[block], cuts[block + 1])
                logits[rows[part] - first, columns[part]] = -torch.inf  # type: ignore[index]
            own = positives[first:last].unsqueeze(1)
            peak = logits.amax(dim=1, keepdim=True)
            own_logit = logits.gather(1, own) - peak
            weights = logits.sub_(peak).exp_()
            normaliser = weights.sum(dim=1, keepdim=True)
            total += (normaliser.log() - own_logit).sum(dtype=torch.float64)
            weights.div_(normaliser * num_queries)
            weights.scatter_add_(1, own, torch.full_like(own_logit, -1.0 / num_queries))
            if grad_queries is not None:
                torch.mm(weights, candidates, out=grad_queries[first:last])
            if grad_candidates is not None:
                grad_candidates.addmm_(weights.T, scaled[first:last])
        if grad_queries is not None:
            grad_queries /= temperature
        ctx.save_for_backward(grad_queries, grad_candidates)
        return (total / max(1, num_queries)).to(queries.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
        grad_queries, grad_candidates = ctx.saved_tensors  # type: ignore[attr-defined]
        return (
            None if grad_queries is None else grad_queries * grad,
            None if grad_candidates is None else grad_candidates * grad,
            None,
            None,
            None,
            None,
            None,
        )


def bpr_loss(positive_scores: Tensor, negative_scores: Tensor) -> Tensor:
    """Return the mean of ``-log sigmoid(positive - negative)``, as a scalar.

    Args:
        positive_scores: ``(B,)`` or ``(B, 1)``.
        negative_scores: ``(B,)`` or ``(B, K)``, broadcast against the positive scores.

    Raises:
        ShapeError: the two have different numbers of rows.

    Source: Rendle et al. 2009 (arXiv:1205.2618), eq. 5 without its regulariser.
    """
    if positive_scores.shape[:1] != negative_scores.shape[:1]:
        raise ShapeError(
            f"bpr_loss: got {tuple(positive_scores.shape)} positive and {tuple(negative_scores.shape)} negative "
            "scores; expected the same number of rows."
        )
    if positive_scores.dim() < negative_scores.dim():
        positive_scores = positive_scores.unsqueeze(1)
    return functional.softplus(negative_scores - positive_scores).mean()

"""What the attention kernels share: their view of the graph, dropout, and softmax over edges in plain PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from weft.kernels.compressed import Compressed
from weft.kernels.edge_softmax import edge_softmax
from weft.kernels.edge_softmax.reference import owners
from weft.kernels.spmm import spmm
from weft.random import keep_mask, keep_threshold


class Edges(NamedTuple):
    """One direction of the graph, as the operator gets it."""

    indptr: Tensor
    indices: Tensor
    eids: Tensor | None

    def ends(self) -> tuple[Tensor, Tensor]:
        """Return ``(E,)`` int64 rows and columns in edge-ID order."""
        rows = owners(self.indptr, self.eids, self.indices.shape[0])
        if self.eids is None:
            return rows, self.indices.long()
        return rows, torch.empty_like(rows).index_copy_(0, self.eids.long(), self.indices.long())


def contiguous_tensors(*tensors: Tensor | None) -> list[Any]:
    """Return the tensors as native code reads them; None stays None."""
    return [None if tensor is None else tensor.contiguous() for tensor in tensors]


def dropout_arguments(dropout: float, seed: Tensor) -> tuple[int, int, float]:
    """Return what native code takes: seed, threshold of the kept bits, and the factor of what is kept."""
    return int(seed), keep_threshold(dropout), 1 / (1 - dropout) if dropout < 1 else 0.0


def dropout_factors(dropout: float, seed: Tensor, alpha: Tensor) -> Tensor:
    """Return ``(E, H)`` like ``alpha``: 0 where attention is dropped, else ``1 / (1 - dropout)``."""
    if not dropout:
        return torch.ones_like(alpha)
    edges = torch.arange(alpha.shape[0], device=alpha.device)[:, None]
    heads = torch.arange(alpha.shape[1], device=alpha.device)
    kept = keep_mask(dropout, seed, edges, heads).to(alpha.dtype)
    return kept / (1 - dropout) if dropout < 1 else kept


def attend(
    rows: Tensor, cols: Tensor, scores: Tensor, value: Tensor, num_rows: int, dropout: float, seed: Tensor
) -> tuple[Tensor, Tensor]:
    """Return ``(num_rows, H, D)`` weighted sums and ``(num_rows, 2, H)``: the largest score, 1 / sum of exponentials.

    Both are 0 for a row without edges, or with scores of -inf only. ``rows``, ``cols`` and ``scores`` are in edge-ID
    order.
    """
    top = scores.new_full((num_rows, scores.shape[1]), -torch.inf)
    top = top.scatter_reduce_(0, rows[:, None].expand_as(scores), scores, "amax")
    top = torch.where(top == -torch.inf, 0, top)
    totals = torch.zeros_like(top).index_add_(0, rows, (scores - top[rows]).exp())
    stats = torch.stack([top, torch.where(totals == 0, 0, 1 / totals)], 1)
    alpha = _weights(rows, scores, stats)
    messages = (alpha * dropout_factors(dropout, seed, alpha))[:, :, None] * value[cols]
    return messages.new_zeros(num_rows, *value.shape[1:]).index_add_(0, rows, messages), stats


def attend_backward(
    rows: Tensor,
    cols: Tensor,
    scores: Tensor,
    value: Tensor,
    out: Tensor,
    grad: Tensor,
    stats: Tensor,
    dropout: float,
    seed: Tensor,
) -> tuple[Tensor, Tensor]:
    """Return the gradients of scores and value, by the chain rule an edge at a time."""
    alpha = _weights(rows, scores, stats)
    factors = dropout_factors(dropout, seed, alpha)
    grad_value = torch.zeros_like(value).index_add_(0, cols, (alpha * factors)[:, :, None] * grad[rows])
    grad_alpha = factors * (value[cols] * grad[rows]).sum(-1)
    return alpha * (grad_alpha - (grad * out).sum(-1)[rows]), grad_value


def gradients_by_steps(
    function: Callable[..., Tensor], inputs: Sequence[Tensor | None], needs: Sequence[bool], grad: Tensor
) -> list[Tensor | None]:
    """Return gradients that can be differentiated again, None where not needed.

    Note [Second derivatives of attention]: the fused backward passes have none of their own. When autograd is to record
    the gradient (``create_graph=True``), the result is made once more by separate operators, each of which can be
    differentiated any number of times, and theirs is the gradient that is returned. It takes memory of the edges' size.

    Args:
        function: from the inputs to the result.
        inputs: what the operator was given.
        needs: whether the gradient of an input is needed.
        grad: of the result.
    """
    with torch.enable_grad():
        # An input may have been made from another one: without views of their own, its gradient would reach that too.
        views = [None if one is None else one.view_as(one) for one in inputs]
        asked = [one for one, needed in zip(views, needs, strict=True) if needed and one is not None]
        found = iter(torch.autograd.grad(function(*views), asked, grad, create_graph=True, allow_unused=True))
    return [next(found) if needed and one is not None else None for one, needed in zip(views, needs, strict=True)]


def attend_by_steps(
    edges: Edges, scores: Tensor, value: Tensor, dropout: float, seed: Tensor, reverse: Edges
) -> Tensor:
    """Return what :func:`attend` does of ``(E, H)`` scores and ``(num_cols, H, D)`` values, by separate operators."""
    csc = Compressed(*edges, value.shape[0])
    rows = owners(edges.indptr, edges.eids, edges.indices.shape[0])
    top = spmm(csc, None, scores.detach(), "copy_rhs", "max")
    weighs = (top != -torch.inf)[rows]
    alpha = torch.where(weighs, edge_softmax(csc, torch.where(weighs, scores, 0)), 0)
    weights = alpha * dropout_factors(dropout, seed, alpha)
    return spmm(csc, value, weights[:, :, None], "mul", "sum", Compressed(*reverse, edges.indptr.shape[0] - 1))


def _weights(rows: Tensor, scores: Tensor, stats: Tensor) -> Tensor:
    top, inverse = stats.unbind(1)
    return (scores - top[rows]).exp() * inverse[rows]

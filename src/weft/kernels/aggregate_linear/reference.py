"""aggregate_linear in plain PyTorch: the meaning of the operator, and the oracle of its tests."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from weft.kernels.compressed import rows_of_positions
from weft.kernels.edge_softmax.reference import accumulation_dtype


class Edges(NamedTuple):
    """A layout whose rows receive, and the factors of both ends."""

    indptr: Tensor
    indices: Tensor
    src_scale: Tensor | None
    """A factor for each column, in the dtype of sums; None for ones."""
    dst_scale: Tensor | None
    """A factor for each row."""


class Terms(NamedTuple):
    """What is multiplied and added."""

    feat: Tensor
    weight: Tensor
    self_feat: Tensor | None
    """None: the first rows of ``feat``, when there is a ``self_weight``."""
    self_weight: Tensor | None


Needs = list[bool]
"""Whether ``feat``, ``weight``, ``self_feat``, ``self_weight`` and ``bias`` need a gradient."""
Gradients = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


def no_gradient(like: Tensor) -> Tensor:
    """Return what stands for a gradient that is not needed."""
    return like.new_empty(0)


def self_rows(terms: Terms, num_rows: int) -> Tensor:
    """Return ``(num_rows, self_in)``: the features that ``self_weight`` multiplies."""
    return terms.feat[:num_rows] if terms.self_feat is None else terms.self_feat


def scaled(feat: Tensor, scale: Tensor | None) -> Tensor:
    """Return rows times their factors."""
    return feat if scale is None else feat * scale.unsqueeze(-1)


def _sum(edges: Edges, feat: Tensor) -> Tensor:
    wide = scaled(feat.to(accumulation_dtype(feat.dtype)), edges.src_scale)
    rows = rows_of_positions(edges.indptr, edges.indices.shape[0])
    out = wide.new_zeros(edges.indptr.shape[0] - 1, feat.shape[1])
    return scaled(out.index_add(0, rows, wide[edges.indices]), edges.dst_scale)


def aggregate_linear(edges: Edges, terms: Terms, bias: Tensor | None, keep_sum: bool) -> tuple[Tensor, Tensor]:
    """Return the result and, when asked for, the scaled sums over edges (else empty)."""
    summed = _sum(edges, terms.feat)
    out = summed @ terms.weight.to(summed.dtype)
    if terms.self_weight is not None:
        out = out + self_rows(terms, out.shape[0]).to(out.dtype) @ terms.self_weight.to(out.dtype)
    if bias is not None:
        out = out + bias.to(out.dtype)
    return out.to(terms.feat.dtype), summed if keep_sum else summed.new_empty(0, summed.shape[1])


def aggregate_linear_backward(
    reverse: Edges | None, terms: Terms, grad: Tensor, summed: Tensor | None, needs: Needs
) -> Gradients:
    """Return the gradients of what ``needs`` says, and empty tensors; see Note [Gradients without the sum]."""
    dtype, wide = terms.feat.dtype, accumulation_dtype(terms.feat.dtype)
    num_dst, grad = grad.shape[0], grad.to(wide)
    feat, weight = terms.feat.to(wide), terms.weight.to(wide)
    back = None if reverse is None else _sum(reverse, grad)
    grads = [no_gradient(feat) for _ in range(5)]  # results of an operator share no memory
    if needs[0]:
        assert back is not None
        grads[0] = back @ weight.t()
    if needs[1] and back is not None:
        grads[1] = feat.t() @ back
    elif needs[1]:
        assert summed is not None
        grads[1] = summed.t() @ grad
    if terms.self_weight is not None:
        grad_self = grad @ terms.self_weight.to(wide).t()
        if terms.self_feat is None and needs[0]:
            grads[0][:num_dst] += grad_self
        elif needs[2]:
            grads[2] = grad_self
        if needs[3]:
            grads[3] = self_rows(terms, num_dst).to(wide).t() @ grad
    if needs[4]:
        grads[4] = grad.sum(0)
    feat_grad, weight_grad, self_grad, self_weight_grad, bias_grad = (one.to(dtype) for one in grads)
    return feat_grad, weight_grad, self_grad, self_weight_grad, bias_grad

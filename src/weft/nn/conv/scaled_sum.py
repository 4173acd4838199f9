"""Sum over incoming edges with factors for both ends: what a normalised adjacency matrix does."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from weft.kernels.memory import large_empty
from weft.nn.conv.inputs import edge_factor
from weft.ops import copy_u_mean, copy_u_sum, gspmm
from weft.relation import Relation

_SCALES: WeakKeyDictionary[Relation, dict[tuple[str, float, torch.dtype], Tensor]] = WeakKeyDictionary()


def scaled_sum(relation: Relation, feat: Tensor, src_scale: Tensor | None, dst_scale: Tensor | None) -> Tensor:
    """Return ``dst_scale[v] * sum(src_scale[u] * feat[u])`` over the edges ``(u, v)`` of each destination ``v``.

    The factors take no gradient and cost no copy of the result; nothing is kept for the backward pass.

    Args:
        relation: ``S`` sources, ``D`` destinations.
        feat: ``(S, *trailing)``.
        src_scale: ``(S,)`` or None for ones.
        dst_scale: ``(D,)`` or None for ones.

    Returns:
        ``(D, *trailing)``; 0 for a node without incoming edges.
    """
    if torch.compiler.is_compiling():
        # The compiler fuses the factors into its own loops, and cannot trace a Relation as an argument of a Function.
        feat = feat if src_scale is None else feat * column(src_scale, feat)
        out = copy_u_sum(relation, feat)
        return out if dst_scale is None else out * column(dst_scale, out)
    summed: Tensor = _ScaledSum.apply(feat, src_scale, dst_scale, relation)
    return summed


def neighbour_mean(relation: Relation, feat: Tensor) -> Tensor:
    """Return the mean of ``feat[u]`` over the edges ``(u, v)`` of each destination ``v``; 0 for one without edges."""
    if torch.compiler.is_compiling():
        return copy_u_mean(relation, feat)
    mean: Tensor = _Mean.apply(feat, relation)
    return mean


def reduce_neighbours(relation: Relation, feat: Tensor, edge_weight: Tensor | None, reduce: str) -> Tensor:
    """Return the ``sum``, ``mean``, ``max`` or ``min`` of ``feat[u]``, times the edge's weight, of each destination."""
    if edge_weight is None and reduce == "mean":
        return neighbour_mean(relation, feat)
    if edge_weight is None:
        return gspmm(relation, "copy_lhs", reduce, feat, None)
    return gspmm(relation, "mul", reduce, feat, edge_factor(edge_weight, feat))


def degree_scale(relation: Relation, side: str, power: float, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return ``max(degree, 1) ** power`` of each source (``src``, out-degrees) or destination (``dst``, in-degrees).

    float64 for float64 features, else float32. Kept as long as the relation, because it is the same in every layer and
    step.
    """
    dtype = torch.float64 if dtype == torch.float64 else torch.float32
    if torch.compiler.is_compiling():
        return _degree_scale(relation, side, power, dtype)
    kept = _SCALES.setdefault(relation, {})
    if (side, power, dtype) not in kept:
        with torch.inference_mode(False):  # kept for training too
            kept[side, power, dtype] = _degree_scale(relation, side, power, dtype)
    return kept[side, power, dtype]


def _degree_scale(relation: Relation, side: str, power: float, dtype: torch.dtype) -> Tensor:
    degrees = relation.out_degrees() if side == "src" else relation.in_degrees()
    return degrees.clamp(min=1).to(dtype).pow(power)


def column(scale: Tensor, feat: Tensor) -> Tensor:
    """Return factors of rows in the dtype of the features, shaped to multiply them."""
    return scale.to(feat.dtype).view(-1, *(1,) * (feat.dim() - 1))


class _Mean(torch.autograd.Function):
    @staticmethod
    def forward(feat: Tensor, relation: Relation) -> Tensor:
        return copy_u_mean(relation, feat)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.relation = inputs[1]

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        inverse = degree_scale(ctx.relation, "dst", -1.0, grad.dtype)
        return scaled_sum(ctx.relation.reverse(), grad, inverse, None), None


class _ScaledSum(torch.autograd.Function):
    """Its gradient is the same function over the reversed relation, so every derivative exists."""

    @staticmethod
    def forward(feat: Tensor, src_scale: Tensor | None, dst_scale: Tensor | None, relation: Relation) -> Tensor:
        if src_scale is not None:
            feat = torch.mul(feat, column(src_scale, feat), out=large_empty(feat.shape, feat))
        out = copy_u_sum(relation, feat)
        return out if dst_scale is None else out.mul_(column(dst_scale, out))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        _, src_scale, dst_scale, ctx.relation = inputs
        ctx.save_for_backward(src_scale, dst_scale)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
        src_scale, dst_scale = ctx.saved_tensors
        return _ScaledSum.apply(grad, dst_scale, src_scale, ctx.relation.reverse()), None, None, None

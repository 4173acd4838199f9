"""Neighbours aggregated and multiplied by a weight in one pass, where that pays."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft import kernels
from weft.kernels.native import is_available
from weft.nn.dense import Linear
from weft.ops.target import needs_grad
from weft.relation import Relation

_DTYPES = (torch.float32, torch.float64)


def fuses(feat: Tensor, *parameters: Tensor | None) -> bool:
    """Return whether `aggregate_linear` is the quickest way: rows of float32 or float64 on a CPU with native kernels.

    16-bit floats and autocast keep the separate steps, which PyTorch runs in that type; so do transforms of
    ``torch.func``.
    """
    if feat.dim() != 2 or feat.dtype not in _DTYPES or feat.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
        return False
    if not torch.compiler.is_compiling() and (not is_available() or torch._C._functorch.peek_interpreter_stack()):
        return False
    return all(parameter.dtype == feat.dtype for parameter in parameters if parameter is not None)


def is_plain(*layers: nn.Module) -> bool:
    """Return whether layers do what their weights say and nothing else: linear, neither exchanged nor hooked."""
    return all(type(layer) in (Linear, nn.Linear) and not is_hooked(layer) for layer in layers)


def is_hooked(layer: nn.Module) -> bool:
    """Return whether calling a layer calls something else too."""
    hooks = (layer._forward_hooks, layer._forward_pre_hooks, layer._backward_hooks, layer._backward_pre_hooks)
    return any(hooks)


def aggregate_linear(
    relation: Relation,
    feat: Tensor,
    weight: Tensor,
    src_scale: Tensor | None = None,
    dst_scale: Tensor | None = None,
    *,
    self_feat: Tensor | None = None,
    self_weight: Tensor | None = None,
    bias: Tensor | None = None,
) -> Tensor:
    """Return ``dst_scale[v] * sum(src_scale[u] * feat[u]) @ weight + self_feat[v] @ self_weight + bias``.

    Arguments are those of :func:`weft.kernels.aggregate_linear`, over the edges ``(u, v)`` of a relation.
    """
    reverse = relation.csr() if needs_grad(feat) else None
    return kernels.aggregate_linear(
        relation.csc(),
        feat,
        weight,
        src_scale,
        dst_scale,
        self_feat=self_feat,
        self_weight=self_weight,
        bias=bias,
        reverse=reverse,
    )


def gat_aggregate(
    relation: Relation,
    feat: Tensor,
    attn_src: Tensor,
    attn_dst: Tensor,
    bias: Tensor | None,
    negative_slope: float,
    dropout: float,
    seed: int | Tensor,
) -> Tensor:
    """Return the attention-weighted sum of the neighbours' features, whose scores are made of the same features.

    Arguments are those of :func:`weft.kernels.gat_aggregate`, over the edges of a relation whose destinations are the
    first of its sources.
    """
    reverse = relation.csr() if needs_grad(feat, attn_src, attn_dst) else None
    return kernels.gat_aggregate(relation.csc(), feat, attn_src, attn_dst, bias, negative_slope, dropout, seed, reverse)

"""Scores of nodes for additive attention: each head's inner product with its attention vector."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft.kernels.memory import large_empty
from weft.nn.dense import is_large


def attention_scores(
    hidden_src: Tensor, hidden_dst: Tensor, attention_src: Tensor, attention_dst: Tensor
) -> tuple[Tensor, Tensor]:
    """Return ``<hidden_src[u, h], attention_src[h]>`` and the same for destinations.

    Products with block-diagonal matrices: no temporary of the features' size on the way forward. Where both sides have
    the same features, they are read once.

    Args:
        hidden_src: ``(S, *, heads, dim)``.
        hidden_dst: ``(D, *, heads, dim)``; the same object as ``hidden_src`` where sources are destinations.
        attention_src: ``(heads, dim)``.
        attention_dst: ``(heads, dim)``.

    Returns:
        ``(S, *, heads)`` and ``(D, *, heads)``.
    """
    blocks_src, blocks_dst = _blocks(attention_src, hidden_src), _blocks(attention_dst, hidden_dst)
    if hidden_src is hidden_dst and hidden_src.dim() == 3 and is_large(hidden_src, blocks_src, blocks_dst):
        both: tuple[Tensor, Tensor] = _Scores.apply(hidden_src.flatten(1), torch.cat([blocks_src, blocks_dst], 1))
        return both
    return hidden_src.flatten(-2) @ blocks_src, hidden_dst.flatten(-2) @ blocks_dst


def head_scores(hidden: Tensor, attention: Tensor) -> Tensor:
    """Return ``<hidden[i, h], attention[h]>``.

    Args:
        hidden: ``(rows, *, heads, dim)``.
        attention: ``(heads, dim)``.

    Returns:
        ``(rows, *, heads)``.
    """
    return hidden.flatten(-2) @ _blocks(attention, hidden)


def _blocks(attention: Tensor, hidden: Tensor) -> Tensor:
    """Return ``(heads * dim, heads)``: a head's vector in its column, at its rows."""
    return torch.block_diag(*attention.unsqueeze(-1)).to(hidden.dtype)


class _Scores(torch.autograd.Function):
    """Both sides' scores in one product; the gradient of the features is one product too."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, blocks: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(hidden, blocks)
        scores = hidden @ blocks
        heads = blocks.shape[1] // 2
        return scores[:, :heads].contiguous(), scores[:, heads:].contiguous()

    @staticmethod
    def backward(ctx: Any, grad_src: Tensor, grad_dst: Tensor) -> tuple[Tensor | None, Tensor | None]:
        hidden, blocks = ctx.saved_tensors
        grad = torch.cat([grad_src, grad_dst], 1)
        grad_hidden = None
        if ctx.needs_input_grad[0] and torch.is_grad_enabled():
            grad_hidden = grad @ blocks.t()
        elif ctx.needs_input_grad[0]:
            grad_hidden = torch.mm(grad, blocks.t(), out=large_empty(hidden.shape, hidden))
        return grad_hidden, hidden.t() @ grad if ctx.needs_input_grad[1] else None

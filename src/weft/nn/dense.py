"""Linear maps and sums whose large results lie in large pages: see Note [Large pages] in weft/kernels/memory.py."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft.kernels.memory import WORTHWHILE, large_empty


class Linear(nn.Linear):
    """``torch.nn.Linear``, quicker for large results on a CPU; the same parameters, initialisation and state."""

    def forward(self, input: Tensor) -> Tensor:
        """Return ``input @ weight.T + bias``."""
        return linear(input, self.weight, self.bias)


def linear(feat: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return ``feat @ weight.T + bias``: ``torch.nn.functional.linear``, quicker for large results on a CPU.

    Args:
        feat: ``(*, in)``.
        weight: ``(out, in)``.
        bias: ``(out,)``.
    """
    if not _takes(feat, weight, bias):
        return functional.linear(feat, weight, bias)
    flat = feat if feat.dim() == 2 else feat.reshape(-1, feat.shape[-1])
    out: Tensor = _Linear.apply(flat, weight, bias)
    return out if feat.dim() == 2 else out.view(*feat.shape[:-1], weight.shape[0])


def plus_linear(out: Tensor, feat: Tensor, weight: Tensor) -> Tensor:
    """Return ``out + feat @ weight.T``, written over ``out`` where that can be: nobody may need ``out`` any more.

    Args:
        out: ``(*, out)``, contiguous.
        feat: ``(*, in)``.
        weight: ``(out, in)``.
    """
    if torch.is_autocast_enabled(out.device.type) or not out.dtype == feat.dtype == weight.dtype:
        return out + functional.linear(feat, weight)
    if out.dim() == 2:
        return out.addmm_(feat, weight.t())
    out.view(-1, out.shape[-1]).addmm_(feat.reshape(-1, feat.shape[-1]), weight.t())
    return out


def add(feat: Tensor, other: Tensor) -> Tensor:
    """Return ``feat + other`` in the shape of ``feat``, to which ``other`` is broadcast."""
    if not is_large(feat, other):
        return feat + other
    out: Tensor = _Add.apply(feat, other)
    return out


def _takes(feat: Tensor, weight: Tensor, bias: Tensor | None) -> bool:
    """Return whether input or output is large and nothing but PyTorch's ordinary autograd looks on."""
    if torch.compiler.is_compiling():
        return False  # before sizes are compared, which would make them a condition of the compiled program
    rows = feat.numel() // max(1, feat.shape[-1])
    size = rows * max(feat.shape[-1], weight.shape[0]) * feat.element_size()
    return size >= WORTHWHILE and _plain(feat, weight, bias)


def is_large(feat: Tensor, *others: Tensor | None) -> bool:
    """Return whether ``feat`` is large and nothing but PyTorch's ordinary autograd looks on."""
    if torch.compiler.is_compiling():
        return False
    return feat.numel() * feat.element_size() >= WORTHWHILE and _plain(feat, *others)


def _plain(*tensors: Tensor | None) -> bool:
    if torch.is_autocast_enabled("cpu") or torch._C._functorch.peek_interpreter_stack():
        return False
    present = [tensor for tensor in tensors if tensor is not None]
    return all(tensor.device.type == "cpu" and tensor.dtype == present[0].dtype for tensor in present)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, feat: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.save_for_backward(feat, weight)
        out = large_empty((feat.shape[0], weight.shape[0]), feat)
        if bias is None:
            return torch.mm(feat, weight.t(), out=out)
        return torch.addmm(bias, feat, weight.t(), out=out)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        feat, weight = ctx.saved_tensors
        need_feat, need_weight, need_bias = ctx.needs_input_grad
        grad_feat = grad_weight = None
        if need_feat and torch.is_grad_enabled():
            grad_feat = grad @ weight
        elif need_feat:
            grad_feat = torch.mm(grad, weight, out=large_empty(feat.shape, feat))
        if need_weight:
            grad_weight = grad.t() @ feat
        return grad_feat, grad_weight, grad.sum(0) if need_bias else None


class _Add(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, feat: Tensor, other: Tensor) -> Tensor:
        ctx.other_shape = other.shape
        return torch.add(feat, other, out=large_empty(feat.shape, feat))

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        need_feat, need_other = ctx.needs_input_grad
        return grad if need_feat else None, grad.sum_to_size(ctx.other_shape) if need_other else None

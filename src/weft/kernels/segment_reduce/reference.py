"""Segment reduction in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor


def owners(offsets: Tensor, num_values: int) -> Tensor:
    """Return ``(n,)`` int64: the segment of each row."""
    segments = torch.arange(offsets.shape[0] - 1, device=offsets.device)
    return torch.repeat_interleave(segments, offsets.diff(), output_size=num_values)


def segment_reduce(offsets: Tensor, values: Tensor, reduce: str) -> tuple[Tensor, Tensor]:
    """Return ``(S, width)`` results and, for max and min, ``(S, width)`` rows that gave them (else empty)."""
    num_segments = offsets.shape[0] - 1
    segments = owners(offsets, values.shape[0])
    wide = values.float() if values.dtype in (torch.bfloat16, torch.float16) else values
    if reduce in ("sum", "mean"):
        out = wide.new_zeros(num_segments, values.shape[1]).index_add_(0, segments, wide)
        if reduce == "mean":
            out = out / offsets.diff().clamp(min=1)[:, None]
        return out.to(values.dtype), offsets.new_empty(0, values.shape[1])
    index = segments[:, None].expand_as(wide)
    best = wide.new_zeros(num_segments, values.shape[1])
    best = best.scatter_reduce_(0, index, wide, f"a{reduce}", include_self=False)
    is_best = (wide == best[segments]) | wide.isnan()
    rows = torch.arange(values.shape[0], device=values.device)[:, None].expand_as(wide)
    none = values.shape[0]
    arg = torch.full_like(best, none, dtype=torch.int64)
    arg = arg.scatter_reduce_(0, index, torch.where(is_best, rows, none), "amin")
    return best.to(values.dtype), torch.where(arg == none, -1, arg)


def segment_reduce_backward(offsets: Tensor, arg: Tensor, grad: Tensor, num_values: int, reduce: str) -> Tensor:
    """Return ``(n, width)``: the gradient of the values."""
    segments = owners(offsets, num_values)
    if reduce == "sum":
        return grad[segments]
    if reduce == "mean":
        wide = grad.float() if grad.dtype in (torch.bfloat16, torch.float16) else grad
        return (wide / offsets.diff().clamp(min=1)[:, None])[segments].to(grad.dtype)
    rows = torch.arange(num_values, device=grad.device)[:, None]
    return torch.where(arg[segments] == rows, grad[segments], 0)

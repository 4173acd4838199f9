"""Edge softmax in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor


def owners(indptr: Tensor, eids: Tensor | None, num_edges: int) -> Tensor:
    """Return ``(E,)`` int64: the row that owns each edge, in edge-ID order."""
    row_ids = torch.arange(indptr.shape[0] - 1, device=indptr.device)
    rows = torch.repeat_interleave(row_ids, indptr.diff(), output_size=num_edges)
    return rows if eids is None else torch.empty_like(rows).index_copy_(0, eids.long(), rows)


def accumulation_dtype(dtype: torch.dtype) -> torch.dtype:
    """Return float32 for 16-bit types, else the type itself."""
    return torch.float32 if dtype in (torch.bfloat16, torch.float16) else dtype


def edge_softmax(indptr: Tensor, eids: Tensor | None, scores: Tensor) -> Tensor:
    """Return ``(E, heads)`` scores normalised over each row."""
    rows, values = owners(indptr, eids, scores.shape[0]), scores.to(accumulation_dtype(scores.dtype))
    top = values.new_full((indptr.shape[0] - 1, scores.shape[1]), -torch.inf)
    top = top.scatter_reduce_(0, rows[:, None].expand_as(values), values, "amax")
    exponentials = (values - top[rows]).exp()
    totals = torch.zeros_like(top).index_add_(0, rows, exponentials)
    return (exponentials / totals[rows]).to(scores.dtype)


def edge_softmax_backward(indptr: Tensor, eids: Tensor | None, out: Tensor, grad: Tensor) -> Tensor:
    """Return ``(E, heads)``: the gradient of the scores."""
    dtype = accumulation_dtype(out.dtype)
    rows, values, grads = owners(indptr, eids, out.shape[0]), out.to(dtype), grad.to(dtype)
    totals = values.new_zeros(indptr.shape[0] - 1, out.shape[1]).index_add_(0, rows, values * grads)
    return (values * (grads - totals[rows])).to(out.dtype)

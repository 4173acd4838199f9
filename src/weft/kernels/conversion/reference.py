"""Conversions in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor


def coo_to_compressed(
    rows: Tensor, cols: Tensor, num_rows: int, out_dtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor]:
    """Return indptr, indices and eids by a stable sort of the rows."""
    eids = torch.argsort(rows, stable=True)
    return indptr_of(rows, num_rows), cols[eids].to(out_dtype), eids.to(out_dtype)


def indptr_of(rows: Tensor, num_rows: int) -> Tensor:
    """Return ``(num_rows + 1,)`` offsets that follow from how often each row occurs."""
    indptr = torch.zeros(num_rows + 1, dtype=torch.int64, device=rows.device)
    torch.cumsum(torch.bincount(rows, minlength=num_rows), 0, out=indptr[1:])
    return indptr


def rows_in_order(rows: Tensor) -> bool:
    """Return whether the rows ascend, ties allowed."""
    return bool((rows[1:] >= rows[:-1]).all())


def compressed_to_coo(indptr: Tensor, indices: Tensor, eids: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return rows and cols in edge-ID order."""
    row_ids = torch.arange(indptr.shape[0] - 1, dtype=indices.dtype, device=indices.device)
    rows = torch.repeat_interleave(row_ids, indptr.diff(), output_size=indices.shape[0])
    if eids is None:
        return rows, indices.clone()
    order = eids.long()
    return torch.empty_like(rows).index_copy_(0, order, rows), torch.empty_like(indices).index_copy_(0, order, indices)

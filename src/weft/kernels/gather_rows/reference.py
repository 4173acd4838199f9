"""Edges of chosen rows in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor


def gather_rows(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, table: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return which, cols and eids."""
    first = indptr[rows.long()]
    counts = indptr[rows.long() + 1] - first
    which = torch.repeat_interleave(torch.arange(len(rows), device=rows.device), counts)
    before = counts.cumsum(0) - counts
    positions = torch.arange(len(which), device=rows.device) - before[which] + first[which]
    cols = indices[positions]
    if table is not None:
        cols = table[cols.long()]
        kept = cols >= 0
        which, cols, positions = which[kept], cols[kept], positions[kept]
    found = positions if eids is None else eids[positions]
    return which.to(rows.dtype), cols.to(rows.dtype), found.to(rows.dtype)


def slice_rows(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, table: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return offsets, cols and eids."""
    which, cols, found = gather_rows(indptr, indices, eids, rows, table)
    offsets = torch.zeros(len(rows) + 1, dtype=torch.int64, device=rows.device)
    torch.cumsum(torch.bincount(which, minlength=len(rows)), 0, out=offsets[1:])
    return offsets, cols.to(indices.dtype), found

"""Distinct pairs in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels.compressed import rows_of_positions


def distinct_pairs(
    indptr: Tensor, indices: Tensor, other_indptr: Tensor | None, other_indices: Tensor | None, idtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor]:
    """Return rows, cols and starts."""
    rows, cols = rows_of_positions(indptr, len(indices)), indices.long()
    if other_indptr is not None and other_indices is not None:
        rows = torch.cat([rows, rows_of_positions(other_indptr, len(other_indices))])
        cols = torch.cat([cols, other_indices.long()])
        pairs = torch.unique(torch.stack([rows, cols], dim=1), dim=0)
        rows, cols = (ends.to(idtype, copy=True) for ends in pairs.unbind(1))  # results share no memory
        return rows, cols, indptr.new_empty(0)
    first = torch.ones(len(rows), dtype=torch.bool, device=rows.device)
    first[1:] = (rows[1:] != rows[:-1]) | (cols[1:] != cols[:-1])
    starts = first.nonzero().squeeze(1)
    return rows[starts].to(idtype), cols[starts].to(idtype), starts

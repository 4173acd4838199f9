"""Rows with their columns in order, in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels.compressed import rows_of_positions


def sort_columns(indptr: Tensor, indices: Tensor, eids: Tensor | None) -> tuple[Tensor, Tensor]:
    """Return indices and eids, by two stable sorts."""
    by_column = torch.argsort(indices, stable=True)
    rows = rows_of_positions(indptr, indices.shape[0])
    order = by_column[torch.argsort(rows[by_column], stable=True)]
    return indices[order], order.to(indices.dtype) if eids is None else eids[order]

"""Edges that join pairs of nodes, in plain PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels.compressed import rows_of_positions


def edges_between(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, cols: Tensor
) -> tuple[Tensor, Tensor]:
    """Return how many edges join each pair, and their IDs, by a search in all edges sorted by row and column."""
    if indices.numel() == 0:
        return torch.zeros_like(rows, dtype=torch.int64), indptr.new_empty(0)
    width = 1 + max(int(indices.max()), int(cols.max()) if cols.numel() else 0)
    keys, order = torch.sort(rows_of_positions(indptr, len(indices)) * width + indices, stable=True)
    wanted = rows.long() * width + cols
    first = torch.searchsorted(keys, wanted)
    counts = torch.searchsorted(keys, wanted, right=True) - first
    pair = torch.repeat_interleave(torch.arange(len(wanted), device=wanted.device), counts)
    before = counts.cumsum(0) - counts
    positions = order[torch.arange(len(pair), device=wanted.device) - before[pair] + first[pair]]
    return counts, positions if eids is None else eids[positions].long()


def first_edges(indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, cols: Tensor) -> Tensor:
    """Return the lowest edge ID between each pair, -1 for none."""
    counts, found = edges_between(indptr, indices, eids, rows, cols)
    first = torch.full_like(counts, -1)
    joined = counts > 0
    first[joined] = found[(counts.cumsum(0) - counts)[joined]]
    return first


def has_parallel_edges(indptr: Tensor, indices: Tensor, num_cols: int) -> bool:
    """Return whether a row holds a column twice."""
    keys = rows_of_positions(indptr, len(indices)) * num_cols + indices
    return len(torch.unique(keys)) < len(indices)

"""Grouped products in plain PyTorch: a product a group."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels.edge_softmax.reference import accumulation_dtype


def _groups(rows: Tensor, offsets: Tensor, order: Tensor | None) -> tuple[Tensor, ...]:
    """Return the rows of each group, in the type that is computed in."""
    wide = (rows if order is None else rows[order.long()]).to(accumulation_dtype(rows.dtype))
    return wide.split(offsets.diff().tolist())


def segment_mm(a: Tensor, b: Tensor, offsets: Tensor, order: Tensor | None, transposed: bool) -> Tensor:
    """Return ``(N, columns)``; see :func:`weft.kernels.segment_mm`."""
    matrices = (b.transpose(1, 2) if transposed else b).to(accumulation_dtype(a.dtype))
    products = [rows @ matrix for rows, matrix in zip(_groups(a, offsets, order), matrices, strict=True)]
    grouped = (torch.cat(products) if products else a.new_zeros(0, matrices.shape[2])).to(a.dtype)
    return grouped if order is None else torch.empty_like(grouped).index_copy_(0, order.long(), grouped)


def segment_outer(a: Tensor, g: Tensor, offsets: Tensor, order: Tensor | None) -> Tensor:
    """Return ``(S, depth, columns)``: the sum over the rows of each group of ``a[i].T @ g[i]``."""
    pairs = zip(_groups(a, offsets, order), _groups(g, offsets, order), strict=True)
    products = [left.t() @ right for left, right in pairs]
    return (torch.stack(products) if products else a.new_zeros(0, a.shape[1], g.shape[1])).to(a.dtype)

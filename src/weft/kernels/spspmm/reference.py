"""Sparse products in plain PyTorch: every multiplication is listed, so memory grows with their number."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels.compressed import rows_of_positions

_COMPUTE = {torch.bfloat16: torch.float32, torch.float16: torch.float32}


def _wide(values: Tensor) -> Tensor:
    return values.to(_COMPUTE.get(values.dtype, values.dtype))


def _expand(names: Tensor, indptr: Tensor) -> tuple[Tensor, Tensor]:
    """Return, for each entry and each position of the row that it names, the entry and the position."""
    first = indptr[names.long()]
    counts = indptr[names.long() + 1] - first
    entries = torch.repeat_interleave(torch.arange(names.shape[0], device=names.device), counts)
    before = counts.cumsum(0) - counts
    return entries, torch.arange(entries.shape[0], device=names.device) - before[entries] + first[entries]


def _products(
    a_indptr: Tensor,
    a_indices: Tensor,
    a_values: Tensor,
    b_indptr: Tensor,
    b_indices: Tensor,
    b_values: Tensor,
    num_cols: int,
) -> tuple[Tensor, Tensor]:
    """Return ``row * num_cols + col`` and the product of each multiplication of ``a @ b``."""
    entries, positions = _expand(a_indices, b_indptr)
    rows = rows_of_positions(a_indptr, a_indices.shape[0])[entries]
    return rows * num_cols + b_indices[positions].long(), _wide(a_values)[entries] * _wide(b_values)[positions]


def _look_up(keys: Tensor, values: Tensor, wanted: Tensor) -> Tensor:
    """Return the sum of the values under each wanted key, 0 where there is none."""
    distinct, place = torch.unique(keys, return_inverse=True)
    sums = values.new_zeros(distinct.shape[0] + 1).index_add(0, place, values)
    if distinct.shape[0] == 0:
        return values.new_zeros(wanted.shape[0])
    found = torch.searchsorted(distinct, wanted).clamp(max=distinct.shape[0] - 1)
    return torch.where(distinct[found] == wanted, sums[found], 0)


def spspmm(
    a_indptr: Tensor,
    a_indices: Tensor,
    a_values: Tensor,
    b_indptr: Tensor,
    b_indices: Tensor,
    b_values: Tensor,
    num_cols: int,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return values, indptr and indices of the product."""
    keys, products = _products(a_indptr, a_indices, a_values, b_indptr, b_indices, b_values, num_cols)
    distinct, place = torch.unique(keys, return_inverse=True)
    values = products.new_zeros(distinct.shape[0]).index_add(0, place, products)
    starts = torch.arange(a_indptr.shape[0], device=keys.device) * num_cols
    indptr = torch.searchsorted(distinct, starts)
    cols = distinct % num_cols if num_cols else distinct
    return values.to(a_values.dtype), indptr, cols.to(a_indices.dtype)


def masked_product(
    mask_indptr: Tensor,
    mask_indices: Tensor,
    a_indptr: Tensor,
    a_indices: Tensor,
    a_values: Tensor,
    b_indptr: Tensor,
    b_indices: Tensor,
    b_values: Tensor,
    num_cols: int,
) -> Tensor:
    """Return the entries of ``a @ b`` that the mask names."""
    keys, products = _products(a_indptr, a_indices, a_values, b_indptr, b_indices, b_values, num_cols)
    wanted = rows_of_positions(mask_indptr, mask_indices.shape[0]) * num_cols + mask_indices.long()
    return _look_up(keys, products, wanted).to(a_values.dtype)


def masked_dots(
    mask_indptr: Tensor,
    mask_indices: Tensor,
    x_indptr: Tensor,
    x_indices: Tensor,
    x_values: Tensor,
    y_indptr: Tensor,
    y_indices: Tensor,
    y_values: Tensor,
    num_cols: int,
) -> Tensor:
    """Return the entries of ``x @ y.T`` that the mask names."""
    entries, positions = _expand(mask_indices, y_indptr)
    rows = rows_of_positions(mask_indptr, mask_indices.shape[0])[entries]
    keys = rows_of_positions(x_indptr, x_indices.shape[0]) * num_cols + x_indices.long()
    x_values = _look_up(keys, _wide(x_values), rows * num_cols + y_indices[positions].long())
    out = x_values.new_zeros(mask_indices.shape[0]).index_add(0, entries, x_values * _wide(y_values)[positions])
    return out.to(y_values.dtype)

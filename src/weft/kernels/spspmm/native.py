"""Sparse products by the native library (csrc/kernels/spspmm.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32


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
    factors = [part.contiguous() for part in (a_indptr, a_indices, a_values, b_indptr, b_indices, b_values)]
    a_indptr, a_indices, a_values, b_indptr, b_indices, b_values = factors
    num_rows, bits = a_indptr.shape[0] - 1, native.index_bits(a_indices, b_indices)
    indptr = torch.empty_like(a_indptr)
    count = native.function("weft_spspmm_offsets", (*(_POINTER,) * 4, _SIZE, _SIZE, _CODE, _POINTER, _CODE))
    pattern = [part.data_ptr() for part in (a_indptr, a_indices, b_indptr, b_indices)]
    native.check(count(*pattern, num_rows, num_cols, bits, indptr.data_ptr(), native.num_threads()), "spspmm")
    indices, values = a_indices.new_empty(int(indptr[-1])), a_values.new_empty(int(indptr[-1]))
    fill = native.function("weft_spspmm_fill", (*(_POINTER,) * 6, _SIZE, _SIZE, _CODE, _CODE, *(_POINTER,) * 3, _CODE))
    code = fill(
        *(part.data_ptr() for part in factors),
        num_rows,
        num_cols,
        bits,
        native.DTYPE_CODES[a_values.dtype],
        indptr.data_ptr(),
        indices.data_ptr(),
        values.data_ptr(),
        native.num_threads(),
    )
    native.check(code, "spspmm")
    return values, indptr, indices


def masked_product(*arguments: Tensor | int) -> Tensor:
    """Return the entries of ``a @ b`` that the mask names; arguments as in the schema."""
    return _masked("masked_product", *arguments)


def masked_dots(*arguments: Tensor | int) -> Tensor:
    """Return the entries of ``x @ y.T`` that the mask names; arguments as in the schema."""
    return _masked("masked_dots", *arguments)


def _masked(name: str, *arguments: Tensor | int) -> Tensor:
    *given, num_cols = arguments
    tensors = [part.contiguous() for part in given if isinstance(part, Tensor)]
    mask_indptr, mask_indices, _, indices, values, _, other_indices, _ = tensors
    out = values.new_empty(mask_indices.shape[0])
    call = native.function(f"weft_{name}", (*(_POINTER,) * 8, _SIZE, _SIZE, _CODE, _CODE, _POINTER, _CODE))
    code = call(
        *(part.data_ptr() for part in tensors),
        mask_indptr.shape[0] - 1,
        num_cols,
        native.index_bits(mask_indices, indices, other_indices),
        native.DTYPE_CODES[values.dtype],
        out.data_ptr(),
        native.num_threads(),
    )
    native.check(code, name)
    return out

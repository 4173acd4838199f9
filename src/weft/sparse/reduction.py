"""Reductions of the values, of all or along rows or columns."""

from __future__ import annotations

import torch
from torch import Tensor

from weft import checks, kernels
from weft.errors import DtypeError, InputError
from weft.kernels.broadcast import FLOATS
from weft.sparse.parts import SparseParts, check_dim, check_matrix

REDUCTIONS = ("sum", "smin", "smax", "smean", "sprod")
_SCATTER = {"sum": "sum", "smin": "amin", "smax": "amax", "smean": "mean", "sprod": "prod"}
_KERNEL = {"sum": "sum", "smin": "min", "smax": "max", "smean": "mean"}


def reduce(input: SparseParts, dim: int | None = None, rtype: str = "sum") -> Tensor:
    """Return the reduction of the values; places without an entry take no part.

    Args:
        input: ``(n, m)`` with values ``(nnz,)`` or ``(nnz, D)``.
        dim: 0 to reduce each column over its rows, 1 each row over its columns, None for all values.
        rtype: ``sum``, ``smin``, ``smax``, ``smean`` or ``sprod``.

    Returns:
        ``(m, *D)`` for ``dim`` 0, ``(n, *D)`` for 1, ``(*D)`` for None. Without entries 0 along a dimension; for None
        0 as a sum, 1 as a product, NaN as a mean. A mean of integers along a dimension is rounded down. Where several
        entries reach a maximum or minimum, they share its gradient.

    Raises:
        InputError: another ``dim`` or ``rtype``, or the maximum or minimum of no values at all.
        DtypeError: the mean of all values of an integer matrix.

    Source: DGL's ``dgl.sparse.reduce``.
    """
    checks.choice("reduce", "rtype", rtype, REDUCTIONS)
    where = "reduce" if rtype == "sum" else rtype
    check_matrix(where, "input", input)
    if dim is None:
        return _reduce_all(where, input.val, rtype)
    owned = 1 - check_dim(where, dim)  # lines that own a result: columns for dim 0
    shared_gradient = rtype in ("smin", "smax") and input.val.requires_grad
    if input.dtype in FLOATS and rtype != "sprod" and not shared_gradient:
        return kernels.spmm(input.pattern.compressed(owned), None, input.val, "copy_rhs", _KERNEL[rtype])
    ends = (input.row, input.col)[owned].long()
    index = ends if input.val.dim() == 1 else ends.unsqueeze(1).expand_as(input.val)
    zeros = input.val.new_zeros(input.shape[owned], *input.val.shape[1:])
    return zeros.scatter_reduce(0, index, input.val, _SCATTER[rtype], include_self=False)


def _reduce_all(where: str, val: Tensor, rtype: str) -> Tensor:
    if rtype in ("smin", "smax") and val.shape[0] == 0:
        raise InputError(f"{where}: the matrix has no entries, so there is no extreme; check nnz, or give a dim.")
    if rtype == "smean" and not (val.is_floating_point() or val.is_complex()):
        raise DtypeError(f"smean: values are {val.dtype}, of which PyTorch has no mean; use .float().smean().")
    whole = {"sum": torch.sum, "smin": torch.amin, "smax": torch.amax, "smean": torch.mean, "sprod": torch.prod}
    return whole[rtype](val, 0)  # type: ignore[operator]


def sum(input: SparseParts, dim: int | None = None) -> Tensor:
    """Return the sum of the values; see :func:`reduce`.

    Source: DGL's ``dgl.sparse.sum``.
    """
    return reduce(input, dim, "sum")


def smax(input: SparseParts, dim: int | None = None) -> Tensor:
    """Return the maximum of the values; see :func:`reduce`.

    Source: DGL's ``dgl.sparse.smax``.
    """
    return reduce(input, dim, "smax")


def smin(input: SparseParts, dim: int | None = None) -> Tensor:
    """Return the minimum of the values; see :func:`reduce`.

    Source: DGL's ``dgl.sparse.smin``.
    """
    return reduce(input, dim, "smin")


def smean(input: SparseParts, dim: int | None = None) -> Tensor:
    """Return the mean of the values; see :func:`reduce`.

    Source: DGL's ``dgl.sparse.smean``.
    """
    return reduce(input, dim, "smean")


def sprod(input: SparseParts, dim: int | None = None) -> Tensor:
    """Return the product of the values; see :func:`reduce`.

    Source: DGL's ``dgl.sparse.sprod``.
    """
    return reduce(input, dim, "sprod")

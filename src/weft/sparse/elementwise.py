"""Element-wise arithmetic: of two matrices, of a matrix and a number."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from weft.errors import DeviceError, DtypeError, InputError, ShapeError
from weft.relation import Relation
from weft.sparse.duplicates import distinct_pattern, group_sums, joined
from weft.sparse.parts import M, SparseParts, check_matrix
from weft.sparse.pattern import Pattern


def is_scalar(value: object) -> bool:
    """Return whether a value is a number or a tensor without dimensions."""
    return isinstance(value, numbers.Number) or (isinstance(value, Tensor) and value.dim() == 0)


def add(A: M, B: M) -> M:
    """Return ``A + B``: an entry wherever one of the two has one, by row and then column.

    Duplicates of either are added up. The sum of two diagonal matrices is diagonal.

    Raises:
        ShapeError: matrices or values of different shapes.
        DtypeError: values of different dtypes.
        InputError: not two matrices.

    Source: DGL's ``dgl.sparse.add``.
    """
    return sp_add(A, B)


def sub(A: M, B: M) -> M:
    """Return ``A - B``; see :func:`add`. Places where they cancel keep an entry, 0.

    Source: DGL's ``dgl.sparse.sub``.
    """
    return sp_sub(A, B)


def mul(A: Any, B: Any) -> Any:
    """Return ``A * B``: every value times a number, or, of two matrices, an entry wherever both have one.

    Args:
        A: a matrix or a number (also a tensor without dimensions, which may need a gradient).
        B: likewise; at least one is a matrix.

    Returns:
        Entries of the matrix in their order for a number; by row and then column for two matrices.

    Raises:
        ShapeError: matrices or values of different shapes.
        DtypeError: values of different dtypes.
        InputError: a matrix with duplicates, or an operand that is neither matrix nor number.

    Source: DGL's ``dgl.sparse.mul``.
    """
    if isinstance(A, SparseParts):
        return sp_mul(A, B)
    if isinstance(B, SparseParts):
        return sp_mul(B, A)
    raise InputError(f"mul: got {type(A).__name__} and {type(B).__name__}; expected a SparseMatrix among them.")


def div(A: M, B: Any) -> M:
    """Return ``A / B``: every value over a number, or over the value of a matrix with the same places.

    Integers are divided as PyTorch does, to floats. Entries keep the order of ``A``.

    Raises:
        InputError: matrices with other places or with duplicates, or ``B`` neither matrix nor number.
        ShapeError, DtypeError: as :func:`add`.

    Source: DGL's ``dgl.sparse.div``.
    """
    return sp_div(A, B)


def power(A: M, scalar: Any) -> M:
    """Return the matrix with every value raised to a number.

    Source: DGL's ``dgl.sparse.power``.
    """
    return sp_power(A, scalar)


def sp_add(A: M, B: M) -> M:
    """Return ``A + B``; see :func:`add`."""
    return spsp_add(A, B)


def sp_sub(A: M, B: M) -> M:
    """Return ``A - B``; see :func:`sub`."""
    _check_pair("sub", A, B)
    return _sum("sub", A, B, torch.sub)


def sp_mul(A: M, B: Any) -> M:
    """Return ``A * B`` for a matrix ``A``; see :func:`mul`."""
    check_matrix("mul", "A", A)
    if is_scalar(B):
        return A.with_values(A.val * B)
    return spsp_mul(A, B)


def sp_div(A: M, B: Any) -> M:
    """Return ``A / B``; see :func:`div`."""
    check_matrix("div", "A", A)
    if is_scalar(B):
        return A.with_values(A.val / B)
    return spsp_div(A, B)


def sp_power(A: M, scalar: Any) -> M:
    """Return ``A ** scalar``, entry by entry; see :func:`power`."""
    check_matrix("power", "A", A)
    if not is_scalar(scalar):
        raise InputError(f"power: the exponent is a {type(scalar).__name__}; expected a number.")
    return A.with_values(A.val**scalar)


def spsp_add(A: M, B: M) -> M:
    """Return the sum of two matrices; see :func:`add`."""
    _check_pair("add", A, B)
    return _sum("add", A, B, torch.add)


def spsp_mul(A: M, B: M) -> M:
    """Return the element-wise product of two matrices; see :func:`mul`."""
    _check_pair("mul", A, B)
    if A.pattern.layout == B.pattern.layout == "diag":
        return A.with_values(A.val * B.val)
    row, col, one, other = _paired("mul", A, B)
    num_rows, num_cols = A.shape
    pattern = Pattern(Relation.from_coo(row, col, num_rows, num_cols, in_range=True))
    return A.derive(pattern, A.val.index_select(0, one) * B.val.index_select(0, other))


def spsp_div(A: M, B: M) -> M:
    """Return the element-wise quotient of two matrices with the same places; see :func:`div`."""
    _check_pair("div", A, B)
    if A.pattern.layout == B.pattern.layout == "diag":
        return A.with_values(A.val / B.val)
    if A.nnz == B.nnz:
        _, _, one, other = _paired("div", A, B)
        if one.shape[0] == A.nnz:
            entries_of_b = torch.empty_like(other).index_copy_(0, one, other)
            return A.with_values(A.val / B.val.index_select(0, entries_of_b))
    raise InputError(
        "div: the two matrices have entries at different places; a quotient is defined where both have one. Multiply "
        "with B ** -1, which keeps the places that both have."
    )


def _sum(where: str, A: M, B: M, operate: Callable[[Tensor, Tensor], Tensor]) -> M:
    """Return the sum or difference of two checked matrices."""
    if A.pattern.layout == B.pattern.layout == "diag":
        return A.with_values(operate(A.val, B.val))
    both = joined(A, B)
    groups = both.groups()
    val = torch.cat([A.val, B.val if where == "add" else -B.val])
    return A.derive(distinct_pattern(groups, both), group_sums(groups, val))


def _paired(where: str, A: SparseParts, B: SparseParts) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return row, column, entry of A and entry of B for each place that both have, by row and then column."""
    rows, cols, offsets, entries = joined(A, B).groups()
    counts = offsets.diff()
    shared = counts > 1
    first = entries[offsets[:-1][shared]].long()
    second = entries[offsets[1:][shared] - 1].long()
    # Entries of a place stand in their order, so one of each matrix is first of A and second of B.
    if bool((counts > 2).any() | (first >= A.nnz).any() | (second < A.nnz).any()):
        culprit = "the first matrix" if A.pattern.has_duplicate() else "the second matrix"
        raise InputError(f"{where}: {culprit} has several entries at one place; call coalesce() on it first.")
    return rows[shared], cols[shared], first, second - A.nnz


def _check_pair(where: str, A: object, B: object) -> None:
    for name, value in (("A", A), ("B", B)):
        if not isinstance(value, SparseParts):
            hint = " A dense tensor broadcasts along rows or columns with sp_add_v and the like."
            raise InputError(
                f"{where}: {name} is a {type(value).__name__}; expected a SparseMatrix"
                f"{' or a number' if where in ('mul', 'div') else ''}.{hint if isinstance(value, Tensor) else ''}"
            )
    assert isinstance(A, SparseParts)
    assert isinstance(B, SparseParts)
    if A.shape != B.shape:
        raise ShapeError(f"{where}: the matrices have shapes {A.shape} and {B.shape}; expected the same.")
    if A.val.shape[1:] != B.val.shape[1:]:
        raise ShapeError(
            f"{where}: values have shapes {tuple(A.val.shape)} and {tuple(B.val.shape)}; expected both to be single "
            "numbers, or vectors of one length."
        )
    if A.dtype != B.dtype:
        raise DtypeError(f"{where}: values are {A.dtype} and {B.dtype}; convert one with .to(dtype=...).")
    if A.device != B.device:
        raise DeviceError(f"{where}: the matrices are on {A.device} and {B.device}; move one with .to().")

"""Operations on one matrix."""

from __future__ import annotations

from weft.errors import InputError, ShapeError
from weft.sparse.parts import M, check_matrix


def neg(A: M) -> M:
    """Return ``-A``.

    Source: DGL's ``dgl.sparse.neg``.
    """
    check_matrix("neg", "A", A)
    return A.with_values(-A.val)


def inv(A: M) -> M:
    """Return the inverse of a square diagonal matrix with single values: each value's reciprocal.

    A 0 gives infinity.

    Raises:
        ShapeError: not square, or values that are vectors.
        InputError: not diagonal.

    Source: DGL's ``dgl.sparse.inv``.
    """
    check_matrix("inv", "A", A)
    if A.shape[0] != A.shape[1]:
        raise ShapeError(f"inv: the matrix has shape {A.shape}; expected a square one.")
    if A.pattern.layout != "diag":
        raise InputError("inv: the matrix is not diagonal; expected one made by diag() or identity().")
    if A.val.dim() != 1:
        raise ShapeError(f"inv: values have shape {tuple(A.val.shape)}; expected ({A.nnz},), one number a place.")
    return A.with_values(1.0 / A.val)

"""Dense products at the places of a sparse matrix only."""

from __future__ import annotations

from typing import Any

from jaxtyping import Shaped
from torch import Tensor

from weft import kernels
from weft.errors import DeviceError, DtypeError, InputError, ShapeError
from weft.kernels.broadcast import FLOATS
from weft.ops.target import needs_grad
from weft.sparse.parts import M, check_matrix


def sddmm(A: M, X1: Shaped[Tensor, "rows *lhs"], X2: Shaped[Tensor, "*rhs"]) -> M:
    """Return ``A * (X1 @ X2)``, computed at the entries of ``A`` only.

    Args:
        A: ``(n, m)`` with values ``(nnz,)``, or ``(nnz, K)`` for a batch.
        X1: ``(n, L)``, or ``(n,)`` for an outer product; for a batch ``(n, L, K)``. Floats.
        X2: ``(L, m)`` or ``(m,)``; for a batch ``(L, m, K)``. Of the dtype of ``X1``.

    Returns:
        The entries of ``A`` with values ``(nnz,)``; for a batch ``(nnz, K)``. Differentiable in all three, twice.

    Raises:
        ShapeError: shapes that do not fit.
        DtypeError: ``X1`` and ``X2`` of different dtypes, or no floats.
        DeviceError: on different devices.

    Source: DGL's ``dgl.sparse.sddmm``.
    """
    check_matrix("sddmm", "A", A)
    return _sddmm("sddmm", A, X1, X2)


def bsddmm(A: M, X1: Shaped[Tensor, "rows inner batch"], X2: Shaped[Tensor, "inner cols batch"]) -> M:
    """Return ``A * (X1 @ X2)`` for a batch: ``X1`` ``(n, L, K)``, ``X2`` ``(L, m, K)``; see :func:`sddmm`.

    Source: DGL's ``dgl.sparse.bsddmm``.
    """
    check_matrix("bsddmm", "A", A)
    return _sddmm("bsddmm", A, X1, X2)


def _sddmm(where: str, A: M, X1: Any, X2: Any) -> M:
    _check_operands(where, A, X1, X2)
    relation = A.pattern.relation
    # Rows of the matrix own its entries (v); the inner dimension goes last, where a dot sums it.
    if X1.dim() == 1:
        lhs, rhs, op = X1, X2, "mul"
    else:
        lhs = X1 if X1.dim() == 2 else X1.transpose(1, 2)
        rhs = X2.t() if X2.dim() == 2 else X2.permute(1, 2, 0)
        op = "dot"
    reverse = relation.csc() if needs_grad(X2) else None
    products = kernels.sddmm(relation.csr(), lhs.contiguous(), rhs.contiguous(), op, "v", "u", reverse)
    products = products if op == "mul" else products.squeeze(-1)
    val = A.val if A.val.dim() == products.dim() else A.val.unsqueeze(1)
    return A.with_values(val * products)


def _check_operands(where: str, A: M, X1: Any, X2: Any) -> None:
    for name, operand in (("X1", X1), ("X2", X2)):
        if not isinstance(operand, Tensor):
            raise InputError(f"{where}: {name} is a {type(operand).__name__}; expected a tensor.")
    fits = X1.dim() == X2.dim() and X1.dim() in (1, 2, 3)
    fits = fits and X1.shape[0] == A.shape[0] and X2.shape[0 if X2.dim() == 1 else 1] == A.shape[1]
    fits = fits and (X1.dim() == 1 or X1.shape[1] == X2.shape[0])
    if X1.dim() == 3:
        fits = fits and X1.shape[2] == X2.shape[2] and (A.val.dim() == 1 or A.val.shape[1] == X1.shape[2])
    else:
        fits = fits and A.val.dim() == 1
    if not fits:
        n, m = A.shape
        raise ShapeError(
            f"{where}: X1 has shape {tuple(X1.shape)} and X2 {tuple(X2.shape)} for A {A.shape} with values "
            f"{tuple(A.val.shape)}; expected ({n}, L) and (L, {m}), or ({n},) and ({m},), with values (nnz,); or for a "
            f"batch ({n}, L, K) and (L, {m}, K) with values (nnz,) or (nnz, K)."
        )
    if X1.dtype != X2.dtype or X1.dtype not in FLOATS:
        raise DtypeError(f"{where}: X1 is {X1.dtype} and X2 {X2.dtype}; expected one floating-point dtype for both.")
    if X1.device != A.device or X2.device != A.device:
        raise DeviceError(f"{where}: A is on {A.device}, X1 on {X1.device}, X2 on {X2.device}; move them with .to().")

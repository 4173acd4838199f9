"""A matrix and a vector that is broadcast along its rows or columns."""

from __future__ import annotations

import operator

from jaxtyping import Shaped
from torch import Tensor

from weft import checks
from weft.errors import DeviceError, InputError, ShapeError
from weft.sparse.parts import M, check_matrix

_OPERATORS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
}


def sp_broadcast_v(A: M, v: Shaped[Tensor, "*vector"], op: str) -> M:
    """Return the matrix with every value combined with the vector's number for its row or column.

    Args:
        A: ``(n, m)`` with values ``(nnz,)`` or ``(nnz, D)``.
        v: ``(n, 1)`` for a number a row; ``(1, m)`` or ``(m,)`` for a number a column.
        op: an operator of Python's module ``operator``: ``add``, ``sub``, ``mul``, ``truediv``, ``floordiv``, ``mod``
            or ``pow``.

    Returns:
        The entries of ``A``, in their order.

    Raises:
        ShapeError: ``v`` is none of these.
        InputError: another operator.

    Source: DGL's ``dgl.sparse.sp_broadcast_v``.
    """
    checks.choice("sp_broadcast_v", "op", op, _OPERATORS)
    return _broadcast("sp_broadcast_v", A, v, op)


def sp_add_v(A: M, v: Shaped[Tensor, "*vector"]) -> M:
    """Return ``A + v`` at the entries of ``A``; see :func:`sp_broadcast_v`."""
    return _broadcast("sp_add_v", A, v, "add")


def sp_sub_v(A: M, v: Shaped[Tensor, "*vector"]) -> M:
    """Return ``A - v`` at the entries of ``A``; see :func:`sp_broadcast_v`."""
    return _broadcast("sp_sub_v", A, v, "sub")


def sp_mul_v(A: M, v: Shaped[Tensor, "*vector"]) -> M:
    """Return ``A * v`` at the entries of ``A``; see :func:`sp_broadcast_v`."""
    return _broadcast("sp_mul_v", A, v, "mul")


def sp_div_v(A: M, v: Shaped[Tensor, "*vector"]) -> M:
    """Return ``A / v`` at the entries of ``A``; see :func:`sp_broadcast_v`."""
    return _broadcast("sp_div_v", A, v, "truediv")


def _broadcast(where: str, A: M, v: Tensor, op: str) -> M:
    check_matrix(where, "A", A)
    if not isinstance(v, Tensor):
        raise InputError(f"{where}: v is a {type(v).__name__}; expected a tensor.")
    num_rows, num_cols = A.shape
    wide = v.reshape(1, -1) if v.dim() == 1 else v
    if wide.shape not in ((num_rows, 1), (1, num_cols)):
        raise ShapeError(
            f"{where}: v has shape {tuple(v.shape)}; expected ({num_rows}, 1) for a number a row, or ({num_cols},) or "
            f"(1, {num_cols}) for a number a column of A {A.shape}."
        )
    if v.device != A.device:
        raise DeviceError(f"{where}: A is on {A.device} and v on {v.device}; move one with .to().")
    ends = A.col if wide.shape == (1, num_cols) else A.row
    numbers = wide.reshape(-1).index_select(0, ends)
    return A.with_values(_OPERATORS[op](A.val, numbers if A.val.dim() == 1 else numbers.unsqueeze(1)))

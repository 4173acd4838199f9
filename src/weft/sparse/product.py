"""Matrix products: sparse with dense, sparse with sparse."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor

from weft import kernels
from weft.errors import DeviceError, DtypeError, InputError, ShapeError
from weft.kernels import Compressed
from weft.kernels.broadcast import FLOATS
from weft.ops.target import needs_grad
from weft.relation import Relation
from weft.sparse.parts import M, SparseParts, check_matrix
from weft.sparse.pattern import Pattern


def matmul(A: Any, B: Any) -> Any:
    """Return ``A @ B``: dense for a dense ``B`` (see :func:`spmm`), sparse for two sparse ones (:func:`spspmm`).

    Two dense tensors go to ``torch.matmul``.

    Raises:
        InputError: ``A`` is dense and ``B`` sparse, or an operand is neither.

    Source: DGL's ``dgl.sparse.matmul``.
    """
    if isinstance(A, SparseParts) and isinstance(B, SparseParts):
        return spspmm(A, B)
    if isinstance(A, SparseParts) and isinstance(B, Tensor):
        return spmm(A, B)
    if isinstance(A, Tensor) and isinstance(B, Tensor):
        return torch.matmul(A, B)
    if isinstance(A, Tensor) and isinstance(B, SparseParts):
        raise InputError("matmul: got a dense and a sparse matrix; write (B.T @ A.T).T for A @ B.")
    raise InputError(
        f"matmul: got {type(A).__name__} and {type(B).__name__}; expected SparseMatrix or Tensor for both."
    )


def spmm(A: SparseParts, X: Shaped[Tensor, "cols *features"]) -> Shaped[Tensor, "rows *features"]:
    """Return the dense ``A @ X``.

    Args:
        A: ``(n, m)`` with values ``(nnz,)``, or ``(nnz, K)`` for a batch of ``K`` products.
        X: ``(m,)`` or ``(m, F)``; for a batch ``(m, F, K)``. Floats, of the dtype of the values.

    Returns:
        ``(n,)`` or ``(n, F)``; for a batch ``(n, F, K)``. 0 in a row without entries; duplicates add up.
        Differentiable in both, twice.

    Raises:
        ShapeError: shapes that do not fit.
        DtypeError: values and ``X`` of different dtypes, or no floats.
        DeviceError: on different devices.

    Source: DGL's ``dgl.sparse.spmm``.
    """
    check_matrix("spmm", "A", A)
    return _spmm("spmm", A, X)


def bspmm(A: SparseParts, X: Shaped[Tensor, "cols features batch"]) -> Shaped[Tensor, "rows features batch"]:
    """Return the dense ``(n, F, K)`` products of a batch; see :func:`spmm`.

    Source: DGL's ``dgl.sparse.bspmm``.
    """
    check_matrix("bspmm", "A", A)
    return _spmm("bspmm", A, X)


def _spmm(where: str, A: SparseParts, X: Any) -> Tensor:
    if not isinstance(X, Tensor):
        raise InputError(f"{where}: X is a {type(X).__name__}; expected a tensor.")
    batched = A.val.dim() == 2
    fits = X.dim() == 3 and X.shape[2] == A.val.shape[1] if batched else X.dim() in (1, 2)
    if not fits or X.shape[0] != A.shape[1]:
        wanted = f"({A.shape[1]}, F, {A.val.shape[1]})" if batched else f"({A.shape[1]},) or ({A.shape[1]}, F)"
        raise ShapeError(
            f"{where}: X has shape {tuple(X.shape)}, A {A.shape} with values {tuple(A.val.shape)}; expected X of "
            f"{wanted}."
        )
    _check_dtypes(where, "X", A, X)
    relation = A.pattern.relation
    val = A.val if X.dim() == 1 else A.val.unsqueeze(1)
    return kernels.spmm(relation.csr(), X, val, "mul", "sum", relation.csc() if needs_grad(X) else None)


def _check_dtypes(where: str, name: str, A: SparseParts, other: Tensor) -> None:
    if other.dtype != A.dtype or other.dtype not in FLOATS:
        raise DtypeError(
            f"{where}: values of A are {A.dtype} and {name} is {other.dtype}; expected one floating-point dtype for "
            "both. Convert with .to(dtype=...)."
        )
    if other.device != A.device:
        raise DeviceError(f"{where}: A is on {A.device} and {name} on {other.device}; move one with .to().")


def spspmm(A: M, B: M) -> M:
    """Return the sparse ``A @ B``.

    Args:
        A: ``(n, m)`` with float values ``(nnz,)``.
        B: ``(m, l)``, of the same dtype.

    Returns:
        ``(n, l)``, an entry wherever a product falls, also where products cancel; by row and then column. A product
        with a diagonal matrix keeps the entries of the other in their order; of two diagonal matrices it is diagonal.
        Duplicates add up. Differentiable in both, twice. Same bits for any number of threads.

    Raises:
        ShapeError: inner sizes differ, or values are vectors.
        DtypeError: values of different dtypes, or no floats.
        DeviceError: on different devices.

    Source: DGL's ``dgl.sparse.spspmm``, which refuses duplicates and lists the columns of a row in no set order.
    Gustavson 1978, "Two fast algorithms for sparse matrices".
    """
    check_matrix("spspmm", "A", A)
    check_matrix("spspmm", "B", B)
    if A.shape[1] != B.shape[0]:
        raise ShapeError(f"spspmm: the matrices have shapes {A.shape} and {B.shape}; {A.shape[1]} != {B.shape[0]}.")
    if A.val.dim() != 1 or B.val.dim() != 1:
        raise ShapeError(
            f"spspmm: values have shapes {tuple(A.val.shape)} and {tuple(B.val.shape)}; expected single numbers. "
            "Multiply the columns of the values one by one, with val_like."
        )
    _check_dtypes("spspmm", "B", A, B.val)
    if A.pattern.layout == "diag":
        return _scaled(A, B, 0)
    if B.pattern.layout == "diag":
        return _scaled(B, A, 1)
    one, other = A.pattern.compressed(0), B.pattern.compressed(0)
    product, val = kernels.spspmm(one, _by_position(A.val, one), other, _by_position(B.val, other))
    idtype = torch.promote_types(A.pattern.relation.idtype, B.pattern.relation.idtype)
    relation = Relation(A.shape[0], B.shape[1], product.num_edges(), idtype, A.device, csr=product)
    return A.derive(Pattern(relation, "csr"), val)


def _by_position(val: Tensor, compressed: Compressed) -> Tensor:
    return val if compressed.eids is None else val.index_select(0, compressed.eids)


def _scaled(diagonal: M, A: M, dim: int) -> M:
    """Return ``diagonal @ A`` for ``dim`` 0, ``A @ diagonal`` for 1: lines of ``A`` times a number each.

    Lines past the end of the diagonal vanish. The result has the outer size of ``diagonal`` along ``dim``.
    """
    ends = (A.row, A.col)
    size = diagonal.shape[dim]
    shape = (size, A.shape[1]) if dim == 0 else (A.shape[0], size)
    if shape == A.shape and diagonal.nnz == A.shape[dim]:
        return A.with_values(A.val * diagonal.val.index_select(0, ends[dim]))
    kept = (ends[dim] < diagonal.nnz).nonzero().squeeze(1)
    row, col = (ids[kept] for ids in ends)
    layout = "diag" if A.pattern.layout == "diag" and len(kept) == min(shape) else "coo"
    pattern = Pattern(Relation.from_coo(row, col, *shape, in_range=True), layout)
    return A.derive(pattern, A.val.index_select(0, kept) * diagonal.val.index_select(0, (row, col)[dim]))

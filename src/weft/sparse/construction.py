"""Sparse matrices from indices and values."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Int, Shaped
from torch import Tensor

from weft import checks
from weft.errors import InputError, ShapeError
from weft.relation import Relation
from weft.sparse.matrix import SparseMatrix
from weft.sparse.parts import check_matrix, check_values
from weft.sparse.pattern import Pattern

Shape = tuple[int, int]


def spmatrix(
    indices: Int[Tensor, "2 nnz"], val: Shaped[Tensor, "nnz *d"] | None = None, shape: Shape | None = None
) -> SparseMatrix:
    """Return the sparse matrix with entries at given rows and columns, in the order given; duplicates are allowed.

    Args:
        indices: ``(2, nnz)`` int32 or int64: rows and columns.
        val: ``(nnz,)`` or ``(nnz, D)`` values; float32 ones by default.
        shape: numbers of rows and columns; by default the smallest that hold all entries.

    Raises:
        ShapeError: indices or values of another shape.
        IdError: an index is negative or outside of ``shape``.
        InputError: no entries and no shape.

    Source: DGL's ``dgl.sparse.spmatrix``.

    >>> spmatrix(torch.tensor([[1, 0], [0, 2]]), torch.tensor([1.0, 2.0]))
    SparseMatrix(indices=tensor([[1, 0],
                                 [0, 2]]),
                 values=tensor([1., 2.]),
                 shape=(2, 3), nnz=2)
    """
    if not isinstance(indices, Tensor) or indices.dim() != 2 or indices.shape[0] != 2:
        what = f"shape {tuple(indices.shape)}" if isinstance(indices, Tensor) else f"type {type(indices).__name__}"
        raise ShapeError(
            f"spmatrix: indices have {what}; expected a (2, nnz) tensor, or call from_coo with rows and columns."
        )
    return _from_coo("spmatrix", indices[0], indices[1], val, shape)


def from_coo(
    row: Int[Tensor, "nnz"],
    col: Int[Tensor, "nnz"],
    val: Shaped[Tensor, "nnz *d"] | None = None,
    shape: Shape | None = None,
) -> SparseMatrix:
    """Return the sparse matrix with entries ``(row[e], col[e])``; see :func:`spmatrix`.

    Source: DGL's ``dgl.sparse.from_coo``.
    """
    return _from_coo("from_coo", row, col, val, shape)


def _from_coo(where: str, row: Any, col: Any, val: Tensor | None, shape: Shape | None) -> SparseMatrix:
    row, col = checks.ids(where, "rows", row), checks.ids(where, "columns", col)
    if len(row) == 0 and shape is None:
        raise InputError(f"{where}: there are no entries from which to tell the shape; give shape=(rows, columns).")
    if shape is None:
        shape = checks.id_span(where, "rows", row), checks.id_span(where, "columns", col)
    num_rows, num_cols = check_shape(where, shape)
    checks.id_range(where, "rows", row, num_rows, f"{num_rows} rows")
    checks.id_range(where, "columns", col, num_cols, f"{num_cols} columns")
    relation = Relation.from_coo(row, col, num_rows, num_cols, in_range=True, where=where)
    return _matrix(where, Pattern(relation), val)


def from_csr(
    indptr: Int[Tensor, "rows_and_one"],
    indices: Int[Tensor, "nnz"],
    val: Shaped[Tensor, "nnz *d"] | None = None,
    shape: Shape | None = None,
) -> SparseMatrix:
    """Return the sparse matrix whose row ``i`` has entries in columns ``indices[indptr[i]:indptr[i + 1]]``.

    Args:
        indptr: ``(rows + 1,)``, ascending from 0 to ``nnz``.
        indices: ``(nnz,)`` int32 or int64 columns.
        val: ``(nnz,)`` or ``(nnz, D)`` values in that order; float32 ones by default.
        shape: numbers of rows and columns; by default the smallest that hold all entries.

    Raises:
        ShapeError: lengths that do not fit.
        InputError: ``indptr`` does not ascend from 0 to ``nnz``.
        IdError: a column is negative or outside of ``shape``.

    Source: DGL's ``dgl.sparse.from_csr``.
    """
    return _from_compressed("from_csr", indptr, indices, val, shape)


def from_csc(
    indptr: Int[Tensor, "cols_and_one"],
    indices: Int[Tensor, "nnz"],
    val: Shaped[Tensor, "nnz *d"] | None = None,
    shape: Shape | None = None,
) -> SparseMatrix:
    """Return the sparse matrix whose column ``j`` has entries in rows ``indices[indptr[j]:indptr[j + 1]]``.

    As :func:`from_csr`, with rows and columns exchanged; ``shape`` is still rows by columns.

    Source: DGL's ``dgl.sparse.from_csc``.
    """
    turned = None if shape is None else check_shape("from_csc", shape)[::-1]
    return _from_compressed("from_csc", indptr, indices, val, turned).transpose()


def _from_compressed(where: str, indptr: Any, indices: Any, val: Tensor | None, shape: Shape | None) -> SparseMatrix:
    indptr, indices = checks.ids(where, "indptr", indptr), checks.ids(where, "indices", indices)
    if shape is None:
        shape = len(indptr) - 1, checks.id_span(where, "indices", indices)
    num_rows, num_cols = check_shape(where, shape)
    relation = Relation.from_csr(indptr, indices, None, num_rows, num_cols, where=where)
    return _matrix(where, Pattern(relation, "csr"), val)


def val_like(mat: SparseMatrix, val: Shaped[Tensor, "nnz *d"]) -> SparseMatrix:
    """Return the matrix with the entries of another and new values ``(nnz,)`` or ``(nnz, D)``; shares all formats.

    Source: DGL's ``dgl.sparse.val_like``.
    """
    check_matrix("val_like", "mat", mat)
    return mat.with_values(check_values("val_like", val, mat.nnz, mat.device))


def diag(val: Shaped[Tensor, "nnz *d"], shape: Shape | None = None) -> SparseMatrix:
    """Return the matrix with given values on its main diagonal.

    Args:
        val: ``(n,)`` or ``(n, D)``.
        shape: numbers of rows and columns, the smaller of which is ``n``; ``(n, n)`` by default.

    Raises:
        ShapeError: ``shape`` does not have a main diagonal of length ``n``.

    Source: DGL's ``dgl.sparse.diag``.
    """
    if not isinstance(val, Tensor) or val.dim() not in (1, 2):
        what = f"shape {tuple(val.shape)}" if isinstance(val, Tensor) else f"type {type(val).__name__}"
        raise ShapeError(f"diag: val has {what}; expected (n,) or (n, D) values.")
    length = val.shape[0]
    num_rows, num_cols = (length, length) if shape is None else check_shape("diag", shape)
    if min(num_rows, num_cols) != length:
        raise ShapeError(
            f"diag: got {length} values for shape ({num_rows}, {num_cols}), whose main diagonal has "
            f"{min(num_rows, num_cols)} places."
        )
    places = torch.arange(length, device=val.device)
    relation = Relation.from_coo(places, places, num_rows, num_cols, row_sorted=True, in_range=True)
    return SparseMatrix(Pattern(relation, "diag"), val)


def identity(
    shape: Shape, d: int | None = None, dtype: torch.dtype | None = None, device: torch.device | str | None = None
) -> SparseMatrix:
    """Return the matrix with ones on its main diagonal.

    Args:
        shape: numbers of rows and columns.
        d: length of the values, for values ``(n, d)``; by default they are ``(n,)``.
        dtype: of the values; PyTorch's default by default.
        device: PyTorch's default by default.

    Source: DGL's ``dgl.sparse.identity``.
    """
    length = min(check_shape("identity", shape))
    sizes = (length,) if d is None else (length, d)
    return diag(torch.ones(sizes, dtype=dtype, device=device), shape)


def from_relation(where: str, relation: Relation, val: Tensor) -> SparseMatrix:
    """Return the matrix with an entry for each edge of a relation, whose sources are rows; shares its formats."""
    return _matrix(where, Pattern(relation), val)


def _matrix(where: str, pattern: Pattern, val: Tensor | None) -> SparseMatrix:
    device = pattern.relation.device
    if val is None:
        val = torch.ones(pattern.nnz, device=device)
    return SparseMatrix(pattern, check_values(where, val, pattern.nnz, device))


def check_shape(where: str, shape: Any) -> Shape:
    """Return numbers of rows and columns; raise ShapeError for anything else."""
    try:
        num_rows, num_cols = (int(size) for size in shape)
    except (TypeError, ValueError):
        raise ShapeError(f"{where}: got shape={shape!r}; expected two numbers, of rows and of columns.") from None
    if num_rows < 0 or num_cols < 0:
        raise ShapeError(f"{where}: got shape={(num_rows, num_cols)}; numbers of rows and columns count from 0.")
    return num_rows, num_cols

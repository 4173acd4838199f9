"""Parts of a matrix: chosen rows or columns, and those without entries left out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import IdError, InputError
from weft.kernels import Compressed, gather_rows
from weft.relation import Relation
from weft.relation.layout import inner_dtype
from weft.sparse.parts import M, check_dim, check_matrix
from weft.sparse.pattern import Pattern

_LINES = ("rows", "columns")


def index_select(A: M, dim: int, index: Tensor) -> M:
    """Return the chosen rows (``dim`` 0) or columns (1), in the order asked for.

    Args:
        A: a matrix.
        dim: 0 or 1.
        index: ``(k,)`` row or column IDs, repeats allowed.

    Returns:
        ``(k, m)`` or ``(n, k)``; entries line after line, in their order inside a line. Differentiable.

    Raises:
        IdError: an ID is negative or past the end.
        InputError: another ``dim``.

    Source: DGL's ``SparseMatrix.index_select``.
    """
    check_matrix("index_select", "A", A)
    check_dim("index_select", dim)
    chosen = line_ids("index_select", A, dim, index)
    compressed = A.pattern.compressed(dim)
    _, ends, entries = gather_rows(compressed, chosen)
    counts = compressed.indptr.diff()[chosen]
    return from_lines(A, dim, counts, ends, entries)


def line_ids(where: str, A: M, dim: int, index: Any) -> Tensor:
    """Return checked int64 row (``dim`` 0) or column (1) IDs."""
    ids = checks.ids(where, "IDs", index, dtype=torch.int64, device=A.device)
    checks.id_range(where, "IDs", ids, A.shape[dim], f"{A.shape[dim]} {_LINES[dim]}")
    return ids


def from_lines(A: M, dim: int, counts: Tensor, ends: Tensor, entries: Tensor, layout: str | None = None) -> M:
    """Return the matrix of entries that stand row after row (``dim`` 0) or column after column (1).

    Args:
        A: the matrix whose entries they are.
        dim: 0 or 1.
        counts: ``(lines,)`` int64: entries of each line.
        ends: ``(k,)`` columns of the entries for ``dim`` 0, rows for 1.
        entries: ``(k,)`` which entries of ``A``.
        layout: of the new pattern; ``csr`` or ``csc`` by default.
    """
    num_lines, num_ends = counts.shape[0], A.shape[1 - dim]
    indptr = torch.nn.functional.pad(counts.cumsum(0), (1, 0))
    inner = inner_dtype(num_lines, num_ends, ends.shape[0])
    compressed = Compressed(indptr, ends.to(inner), None, num_ends)
    idtype = A.pattern.relation.idtype
    relation = Relation(num_lines, num_ends, ends.shape[0], idtype, A.device, csr=compressed)
    pattern = Pattern(relation, "csr" if layout is None else layout)
    return A.derive(pattern if dim == 0 else pattern.transposed(), A.val.index_select(0, entries))


def range_select(A: M, dim: int, index: slice) -> M:
    """Return consecutive rows (``dim`` 0) or columns (1).

    Args:
        A: a matrix.
        dim: 0 or 1.
        index: a slice without a step. An open end and negative bounds mean what they mean in Python.

    Returns:
        Entries line after line, in their order inside a line. Differentiable.

    Raises:
        IdError: a bound lies past the end, or the stop before the start.
        InputError: another ``dim``, no slice, or a step other than 1.

    Source: DGL's ``SparseMatrix.range_select``, which takes neither open ends nor negative bounds.
    """
    check_matrix("range_select", "A", A)
    check_dim("range_select", dim)
    if not isinstance(index, slice) or index.step not in (None, 1):
        raise InputError(f"range_select: got index={index!r}; expected a slice without a step.")
    size = A.shape[dim]
    start = 0 if index.start is None else index.start + size * (index.start < 0)
    stop = size if index.stop is None else index.stop + size * (index.stop < 0)
    if not 0 <= start <= stop <= size:
        raise IdError(f"range_select: {index} reaches outside of {size} {_LINES[dim]}, or backwards.")
    compressed = A.pattern.compressed(dim)
    indptr = compressed.indptr[start : stop + 1]
    first, last = int(indptr[0]), int(indptr[-1])
    eids = compressed.eids
    entries = torch.arange(first, last, device=A.device) if eids is None else eids[first:last]
    return from_lines(A, dim, indptr.diff(), compressed.indices[first:last], entries)


def compact(A: M, dim: int, leading_indices: Tensor | None = None) -> tuple[M, Tensor]:
    """Return the matrix without its empty rows (``dim`` 0) or columns (1), and which the others were.

    Args:
        A: a matrix.
        dim: 0 or 1.
        leading_indices: ``(k,)`` different IDs that come first, in this order, with entries or without.

    Returns:
        ``(B, ids)``: row ``i`` of ``B`` is row ``ids[i]`` of ``A``. After the leading ones IDs ascend. Entries keep
        their order. Differentiable.

    Raises:
        IdError: a leading ID is negative or past the end.
        InputError: a leading ID repeats, or another ``dim``.

    Source: DGL's ``SparseMatrix.compact``.
    """
    check_matrix("compact", "A", A)
    check_dim("compact", dim)
    ends = [A.row, A.col]
    present = torch.zeros(A.shape[dim], dtype=torch.bool, device=A.device)
    present[ends[dim].long()] = True
    idtype = ends[dim].dtype
    if leading_indices is None:
        ids = present.nonzero().squeeze(1)
    else:
        leading = line_ids("compact", A, dim, leading_indices)
        if leading.unique().shape[0] < leading.shape[0]:
            raise InputError("compact: leading_indices name an ID twice; each may come once.")
        present[leading] = False
        ids = torch.cat([leading, present.nonzero().squeeze(1)])
    places = torch.empty(A.shape[dim], dtype=idtype, device=A.device)
    places[ids] = torch.arange(ids.shape[0], dtype=idtype, device=A.device)
    ends[dim] = places[ends[dim].long()]
    shape = (ids.shape[0], A.shape[1]) if dim == 0 else (A.shape[0], ids.shape[0])
    relation = Relation.from_coo(ends[0], ends[1], *shape, in_range=True)
    return A.derive(Pattern(relation), A.val), ids.to(idtype)

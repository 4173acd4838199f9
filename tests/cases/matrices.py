"""Random sparse matrices for oracle tests: duplicates, empty rows and columns, no entries and zero sizes all occur."""

from __future__ import annotations

import torch
from hypothesis import strategies as st
from torch import Tensor

from weft import sparse
from weft.sparse import SparseMatrix


def dense(matrix: SparseMatrix) -> Tensor:
    """Return the dense matrix by one addition an entry."""
    out = torch.zeros(*matrix.shape, *matrix.val.shape[1:], dtype=matrix.dtype)
    for entry, (row, col) in enumerate(zip(matrix.row.tolist(), matrix.col.tolist(), strict=True)):
        out[row, col] += matrix.val[entry]
    return out


def places(matrix: SparseMatrix) -> Tensor:
    """Return the dense ``(n, m)`` bool matrix of places that have an entry."""
    out = torch.zeros(matrix.shape, dtype=torch.bool)
    out[matrix.row.long(), matrix.col.long()] = True
    return out


@st.composite
def matrices(
    draw: st.DrawFn,
    shape: tuple[int, int] | None = None,
    width: int | None = None,
    max_entries: int = 25,
    dtype: torch.dtype = torch.float64,
) -> SparseMatrix:
    """Hypothesis strategy for matrices with values in eighths, so that sums are exact whatever their order.

    Args:
        draw: given by hypothesis.
        shape: by default drawn, from 0 to 7 each.
        width: length of vector values; single numbers by default.
        max_entries: at most so many entries.
        dtype: of the values.
    """
    num_rows, num_cols = shape or (draw(st.integers(0, 7)), draw(st.integers(0, 7)))
    limit = max_entries if num_rows and num_cols else 0
    entry = st.tuples(st.integers(0, max(num_rows - 1, 0)), st.integers(0, max(num_cols - 1, 0)))
    pairs = draw(st.lists(entry, max_size=limit))
    idtype = draw(st.sampled_from([torch.int64, torch.int32]))
    row = torch.tensor([row for row, _ in pairs], dtype=idtype)
    col = torch.tensor([col for _, col in pairs], dtype=idtype)
    sizes = (len(pairs),) if width is None else (len(pairs), width)
    seed = draw(st.integers(0, 1000))
    return sparse.from_coo(row, col, eighths(seed, *sizes).to(dtype), (num_rows, num_cols))


def eighths(seed: int, *sizes: int) -> Tensor:
    """Return float64 values between -2 and 2 in steps of an eighth, none of them 0."""
    drawn = torch.randint(1, 17, sizes, generator=torch.Generator().manual_seed(seed)).double() / 8
    sign = torch.randint(0, 2, sizes, generator=torch.Generator().manual_seed(seed + 1)) * 2 - 1
    return drawn * sign


def example(seed: int = 0, width: int | None = None) -> SparseMatrix:
    """Return a (4, 5) matrix with 8 entries, one place of them twice; row 3 and column 4 are empty."""
    row = torch.tensor([2, 0, 1, 0, 2, 1, 0, 1])
    col = torch.tensor([1, 3, 0, 0, 1, 2, 2, 3])
    sizes = (8,) if width is None else (8, width)
    return sparse.from_coo(row, col, eighths(seed, *sizes), (4, 5))

"""``weft::distinct_pairs``: the distinct (row, column) pairs of one sorted layout, or of two together."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DtypeError, ShapeError
from weft.kernels import native as library
from weft.kernels.compressed import Compressed
from weft.kernels.distinct_pairs import native, reference

torch.library.define(
    "weft::distinct_pairs",
    "(Tensor indptr, Tensor indices, Tensor? other_indptr, Tensor? other_indices, bool wide) "
    "-> (Tensor, Tensor, Tensor)",
)


def distinct_pairs(
    one: Compressed, other: Compressed | None = None, *, idtype: torch.dtype = torch.int64
) -> tuple[Tensor, Tensor, Tensor]:
    """Return each pair of a row and a column that an edge joins, once.

    Args:
        one: ``indices`` ascending in each row. Its ``eids`` are not read.
        other: another layout of as many rows, likewise ascending, whose pairs are joined to those of ``one``.
        idtype: of the rows and columns returned, int32 or int64.

    Returns:
        ``(rows, cols, starts)``: ``(P,)`` of ``idtype`` twice, ascending by row and then column; and, without
        ``other``, ``(P,)`` int64 positions in ``one`` where each pair's edges begin (empty with ``other``).

    Raises:
        DtypeError: indices of different dtypes.
        ShapeError: different numbers of rows.

    >>> distinct_pairs(Compressed(torch.tensor([0, 3, 4]), torch.tensor([1, 1, 2, 0]), None, 3))
    (tensor([0, 0, 1]), tensor([1, 2, 0]), tensor([0, 2, 3]))
    """
    if other is not None and other.indptr.shape != one.indptr.shape:
        raise ShapeError(
            f"distinct_pairs: one has {one.num_rows()} rows and other {other.num_rows()}; expected as many."
        )
    if other is not None and other.indices.dtype != one.indices.dtype:
        raise DtypeError(
            f"distinct_pairs: one has indices of {one.indices.dtype} and other of {other.indices.dtype}; expected one "
            "dtype. Convert with .long()."
        )
    more = (None, None) if other is None else (other.indptr, other.indices)
    rows, cols, starts = torch.ops.weft.distinct_pairs(one.indptr, one.indices, *more, idtype == torch.int64)
    return rows, cols, starts


@torch.library.impl("weft::distinct_pairs", "CompositeExplicitAutograd")
def _run_distinct_pairs(
    indptr: Tensor, indices: Tensor, other_indptr: Tensor | None, other_indices: Tensor | None, wide: bool
) -> tuple[Tensor, Tensor, Tensor]:
    run = native if library.use_native(indptr, indices, other_indptr, other_indices) else reference
    return run.distinct_pairs(indptr, indices, other_indptr, other_indices, torch.int64 if wide else torch.int32)


@torch.library.register_fake("weft::distinct_pairs")
def _fake_distinct_pairs(
    indptr: Tensor, indices: Tensor, other_indptr: Tensor | None, other_indices: Tensor | None, wide: bool
) -> tuple[Tensor, Tensor, Tensor]:
    count = torch.library.get_ctx().new_dynamic_size()
    idtype = torch.int64 if wide else torch.int32
    starts = indptr.new_empty(count) if other_indptr is None else indptr.new_empty(0)
    return indices.new_empty(count, dtype=idtype), indices.new_empty(count, dtype=idtype), starts

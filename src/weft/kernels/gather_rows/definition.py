"""``weft::gather_rows``: the edges of chosen rows, all of them or those whose other end is chosen too."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DtypeError, ShapeError
from weft.kernels import native as library
from weft.kernels.compressed import Compressed
from weft.kernels.gather_rows import native, reference

torch.library.define(
    "weft::gather_rows",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor rows, Tensor? table) -> (Tensor, Tensor, Tensor)",
)


def gather_rows(compressed: Compressed, rows: Tensor, table: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Return the edges of some rows, row after row as asked for, in edge-ID order inside a row.

    Args:
        compressed: format whose rows are asked for.
        rows: ``(n,)`` int32 or int64 row numbers, checked; repeats allowed. Their dtype is that of the results.
        table: ``(num_cols,)``, dtype of ``compressed.indices``: a new number for each node at the other end, or a
            negative one to leave out its edges. See :func:`position_table`.

    Returns:
        ``(which, cols, eids)``, each ``(k,)``: the index into ``rows``, the node at the other end (its new number if
        there is a table), the edge ID.

    Raises:
        DtypeError, ShapeError: rows or table of a form that does not fit.

    >>> from weft.kernels import coo_to_compressed
    >>> rows, cols = torch.tensor([0, 0, 1, 2]), torch.tensor([1, 2, 0, 1])
    >>> gather_rows(coo_to_compressed(rows, cols, 3, 3), torch.tensor([2, 0]))
    (tensor([0, 1, 1]), tensor([1, 1, 2]), tensor([3, 0, 1]))
    """
    if rows.dim() != 1 or rows.dtype not in (torch.int32, torch.int64):
        raise DtypeError(
            f"gather_rows: rows have shape {tuple(rows.shape)} and {rows.dtype}; expected (n,) of int32 or int64."
        )
    if table is not None and (table.shape != (compressed.num_cols,) or table.dtype != compressed.indices.dtype):
        raise ShapeError(
            f"gather_rows: table has shape {tuple(table.shape)} and {table.dtype}; expected "
            f"({compressed.num_cols},) of {compressed.indices.dtype}."
        )
    which, cols, eids = torch.ops.weft.gather_rows(compressed.indptr, compressed.indices, compressed.eids, rows, table)
    return which, cols, eids


def position_table(ids: Tensor, count: int, dtype: torch.dtype) -> Tensor:
    """Return ``(count,)`` of ``dtype``: each ID's place in ``ids`` ``(n,)``, -1 for IDs that are not there."""
    table = torch.full((count,), -1, dtype=dtype, device=ids.device)
    return table.scatter_(0, ids.long(), torch.arange(len(ids), dtype=dtype, device=ids.device))


@torch.library.impl("weft::gather_rows", "CompositeExplicitAutograd")
def _run_gather_rows(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, table: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    run = native if library.use_native(indptr, indices, eids, rows, table) else reference
    return run.gather_rows(indptr, indices, eids, rows, table)


@torch.library.register_fake("weft::gather_rows")
def _fake_gather_rows(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, table: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    count = torch.library.get_ctx().new_dynamic_size()
    return rows.new_empty(count), rows.new_empty(count), rows.new_empty(count)

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
torch.library.define(
    "weft::slice_rows",
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
    _check("gather_rows", compressed, rows, table)
    which, cols, eids = torch.ops.weft.gather_rows(compressed.indptr, compressed.indices, compressed.eids, rows, table)
    return which, cols, eids


def slice_rows(
    compressed: Compressed, rows: Tensor, num_cols: int, table: Tensor | None = None
) -> tuple[Compressed, Tensor]:
    """Return some rows as a compressed format of their own, and the edge IDs that their edges had.

    Args:
        compressed: format whose rows are asked for.
        rows: as in :func:`gather_rows`.
        num_cols: number of nodes on the other side of the result.
        table: as in :func:`gather_rows`; new numbers lie below ``num_cols``.

    Returns:
        The format, in which an edge's ID is its position, and ``(k,)`` of the dtype of ``rows``: its old ID.

    Raises:
        As :func:`gather_rows`.
    """
    _check("slice_rows", compressed, rows, table)
    offsets, cols, eids = torch.ops.weft.slice_rows(compressed.indptr, compressed.indices, compressed.eids, rows, table)
    return Compressed(offsets, cols, None, num_cols), eids


def position_table(ids: Tensor, count: int, dtype: torch.dtype) -> Tensor:
    """Return ``(count,)`` of ``dtype``: each ID's place in ``ids`` ``(n,)``, -1 for IDs that are not there."""
    table = torch.full((count,), -1, dtype=dtype, device=ids.device)
    return table.scatter_(0, ids.long(), torch.arange(ids.shape[0], dtype=dtype, device=ids.device))


def _check(where: str, compressed: Compressed, rows: Tensor, table: Tensor | None) -> None:
    if rows.dim() != 1 or rows.dtype not in (torch.int32, torch.int64):
        raise DtypeError(
            f"{where}: rows have shape {tuple(rows.shape)} and {rows.dtype}; expected (n,) of int32 or int64."
        )
    if table is not None and (table.shape != (compressed.num_cols,) or table.dtype != compressed.indices.dtype):
        raise ShapeError(
            f"{where}: table has shape {tuple(table.shape)} and {table.dtype}; expected "
            f"({compressed.num_cols},) of {compressed.indices.dtype}."
        )


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


@torch.library.impl("weft::slice_rows", "CompositeExplicitAutograd")
def _run_slice_rows(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, table: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    run = native if library.use_native(indptr, indices, eids, rows, table) else reference
    return run.slice_rows(indptr, indices, eids, rows, table)


@torch.library.register_fake("weft::slice_rows")
def _fake_slice_rows(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, table: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    count = torch.library.get_ctx().new_dynamic_size()
    return indptr.new_empty(rows.shape[0] + 1), indices.new_empty(count), rows.new_empty(count)

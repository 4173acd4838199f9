"""``weft::first_edges`` and ``weft::edges_between``: the edges that join pairs of nodes."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DtypeError, ShapeError
from weft.kernels import native as library
from weft.kernels.compressed import Compressed
from weft.kernels.edges_between import native, reference

torch.library.define(
    "weft::first_edges", "(Tensor indptr, Tensor indices, Tensor? eids, Tensor rows, Tensor cols) -> Tensor"
)
torch.library.define(
    "weft::edges_between",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor rows, Tensor cols) -> (Tensor, Tensor)",
)


def first_edges(compressed: Compressed, rows: Tensor, cols: Tensor) -> Tensor:
    """Return the lowest edge ID between each pair, -1 where no edge joins it.

    Args:
        compressed: where to look.
        rows: ``(n,)`` int32 or int64 row numbers, checked.
        cols: ``(n,)`` of the same dtype, checked.

    Returns:
        ``(n,)`` int64.

    Raises:
        ShapeError, DtypeError: the two lists do not belong together.

    >>> from weft.kernels import coo_to_compressed
    >>> graph = coo_to_compressed(torch.tensor([0, 1, 0]), torch.tensor([2, 0, 2]), 2, 3)
    >>> first_edges(graph, torch.tensor([0, 1]), torch.tensor([2, 2]))
    tensor([ 0, -1])
    """
    _check_pairs("first_edges", rows, cols)
    return torch.ops.weft.first_edges(compressed.indptr, compressed.indices, compressed.eids, rows, cols)


def edges_between(compressed: Compressed, rows: Tensor, cols: Tensor) -> tuple[Tensor, Tensor]:
    """Return how many edges join each pair, and which they are.

    Arguments and errors as in :func:`first_edges`.

    Returns:
        ``(counts, eids)``: ``(n,)`` int64 and ``(sum(counts),)`` int64, pair after pair, edge IDs ascending.
    """
    _check_pairs("edges_between", rows, cols)
    counts, eids = torch.ops.weft.edges_between(compressed.indptr, compressed.indices, compressed.eids, rows, cols)
    return counts, eids


def has_parallel_edges(compressed: Compressed) -> bool:
    """Return whether two edges join the same pair of nodes."""
    run = native if library.use_native(compressed.indptr, compressed.indices) else reference
    return run.has_parallel_edges(compressed.indptr, compressed.indices, compressed.num_cols)


def _check_pairs(where: str, rows: Tensor, cols: Tensor) -> None:
    if rows.dim() != 1 or rows.shape != cols.shape:
        raise ShapeError(f"{where}: rows have shape {tuple(rows.shape)}, cols {tuple(cols.shape)}; both must be (n,).")
    if rows.dtype not in (torch.int32, torch.int64) or rows.dtype != cols.dtype:
        raise DtypeError(f"{where}: rows are {rows.dtype}, cols {cols.dtype}; both must be int32 or both int64.")


@torch.library.impl("weft::first_edges", "CompositeExplicitAutograd")
def _run_first_edges(indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, cols: Tensor) -> Tensor:
    run = native if library.use_native(indptr, indices, eids, rows, cols) else reference
    return run.first_edges(indptr, indices, eids, rows, cols)


@torch.library.register_fake("weft::first_edges")
def _fake_first_edges(indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, cols: Tensor) -> Tensor:
    return torch.empty_like(rows, dtype=torch.int64)


@torch.library.impl("weft::edges_between", "CompositeExplicitAutograd")
def _run_edges_between(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, cols: Tensor
) -> tuple[Tensor, Tensor]:
    run = native if library.use_native(indptr, indices, eids, rows, cols) else reference
    return run.edges_between(indptr, indices, eids, rows, cols)


@torch.library.register_fake("weft::edges_between")
def _fake_edges_between(
    indptr: Tensor, indices: Tensor, eids: Tensor | None, rows: Tensor, cols: Tensor
) -> tuple[Tensor, Tensor]:
    count = torch.library.get_ctx().new_dynamic_size()
    return torch.empty_like(rows, dtype=torch.int64), indptr.new_empty(count)

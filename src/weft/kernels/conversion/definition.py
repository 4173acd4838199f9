"""Between lists of edges and rows that own their edges: ``weft::coo_to_compressed`` and its way back.

Both directions are PyTorch operators. Whether rows were in order already is looked at outside of the operators, because
it decides whether edge IDs exist at all (Note [Edge IDs in compressed formats]); under ``torch.compile``, where values
cannot be looked at, edge IDs are always made unless the caller promises order.
"""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DeviceError, DtypeError, IdError, InputError, ShapeError
from weft.kernels import native as library
from weft.kernels.compressed import Compressed
from weft.kernels.conversion import native, reference

_INT32_MAX = 2**31 - 1

torch.library.define(
    "weft::coo_to_compressed",
    "(Tensor rows, Tensor cols, SymInt num_rows, SymInt num_cols, bool narrow) -> (Tensor, Tensor, Tensor)",
)
torch.library.define("weft::indptr_of_sorted", "(Tensor rows, SymInt num_rows) -> Tensor")
torch.library.define("weft::compressed_to_coo", "(Tensor indptr, Tensor indices, Tensor? eids) -> (Tensor, Tensor)")


def coo_to_compressed(
    rows: Tensor, cols: Tensor, num_rows: int, num_cols: int, *, rows_sorted: bool = False
) -> Compressed:
    """Group edges by the node that owns them.

    Args:
        rows: ``(E,)`` int32 or int64, owner of each edge; the edge ID is the position.
        cols: ``(E,)``, dtype of ``rows``, the node at the other end.
        num_rows: number of owners.
        num_cols: number of nodes on the other side.
        rows_sorted: promise that ``rows`` ascends. Without it, order is looked for, which costs little; with it, also
            a ``torch.compile``d program gets no ``eids``.

    Returns:
        The edges of a row in ascending edge-ID order (the sort is stable). ``indices`` and ``eids`` are int32 when the
        numbers of nodes and edges fit, else int64; ``eids`` is None when the rows were in order already. The result
        does not depend on the number of threads.

    Raises:
        IdError: an ID is negative or past the end.
        InputError: ``rows_sorted`` was promised and is not so.
        ShapeError, DtypeError, DeviceError: the two lists do not belong together.

    >>> coo_to_compressed(torch.tensor([1, 0, 1]), torch.tensor([2, 0, 1]), 2, 3)
    Compressed(indptr=tensor([0, 1, 3]), indices=tensor([0, 2, 1], dtype=torch.int32), \
eids=tensor([1, 0, 2], dtype=torch.int32), num_cols=3)
    """
    _check_coo(rows, cols)
    # Not the largest of them: which one is the largest would become a condition of the compiled program.
    narrow = num_rows <= _INT32_MAX and num_cols <= _INT32_MAX and rows.shape[0] <= _INT32_MAX
    if rows_sorted or (not torch.compiler.is_compiling() and _rows_in_order(rows)):
        indptr = torch.ops.weft.indptr_of_sorted(rows, num_rows)
        if not torch.compiler.is_compiling():
            _check_range("cols", cols, num_cols)
        return Compressed(indptr, cols.to(_out_dtype(narrow)), None, num_cols)
    indptr, indices, eids = torch.ops.weft.coo_to_compressed(rows, cols, num_rows, num_cols, narrow)
    return Compressed(indptr, indices, eids, num_cols)


def compressed_to_coo(compressed: Compressed) -> tuple[Tensor, Tensor]:
    """Return ``rows`` and ``cols``, each ``(E,)`` in edge-ID order and with the dtype of ``compressed.indices``."""
    rows, cols = torch.ops.weft.compressed_to_coo(compressed.indptr, compressed.indices, compressed.eids)
    return rows, cols


def transpose(compressed: Compressed) -> Compressed:
    """Return the same edges, with the same IDs, grouped by the node at the other end (CSC to CSR and back)."""
    rows, cols = compressed_to_coo(compressed)
    return coo_to_compressed(cols, rows, compressed.num_cols, compressed.num_rows())


def transpose_traced(compressed: Compressed) -> Compressed:
    """Return what :func:`transpose` does, with ``eids`` even where they are in order.

    It never looks at values, so a backward pass that is traced may call it: PyTorch 2.6 traces it outside of
    ``torch.compiler.is_compiling()``.
    """
    rows, cols = compressed_to_coo(compressed)
    narrow = compressed.indices.dtype == torch.int32
    indptr, indices, eids = torch.ops.weft.coo_to_compressed(
        cols, rows, compressed.num_cols, compressed.num_rows(), narrow
    )
    return Compressed(indptr, indices, eids, compressed.num_rows())


def _out_dtype(narrow: bool) -> torch.dtype:
    return torch.int32 if narrow else torch.int64


def _check_coo(rows: Tensor, cols: Tensor) -> None:
    if rows.dtype not in (torch.int32, torch.int64) or rows.dtype != cols.dtype:
        raise DtypeError(
            f"coo_to_compressed: rows are {rows.dtype} and cols {cols.dtype}; both must be int32 or both int64. "
            "Convert with .long()."
        )
    if rows.dim() != 1 or rows.shape != cols.shape:
        raise ShapeError(
            f"coo_to_compressed: rows have shape {tuple(rows.shape)} and cols {tuple(cols.shape)}; "
            "both must be (num_edges,)."
        )
    if rows.device != cols.device:
        raise DeviceError(
            f"coo_to_compressed: rows lie on {rows.device} and cols on {cols.device}; move one of them with .to()."
        )


def _check_range(name: str, ids: Tensor, count: int) -> None:
    if ids.shape[0] == 0:
        return
    lowest, highest = (int(bound) for bound in torch.aminmax(ids))
    if lowest < 0 or highest >= count:
        raise IdError(
            f"coo_to_compressed: {name} hold ID {lowest if lowest < 0 else highest}, but IDs go from 0 to {count - 1}. "
            "Check the IDs, or raise the number of nodes."
        )


def _rows_in_order(rows: Tensor) -> bool:
    return native.rows_in_order(rows) if library.use_native(rows) else reference.rows_in_order(rows)


@torch.library.impl("weft::coo_to_compressed", "CompositeExplicitAutograd")
def _run_coo_to_compressed(
    rows: Tensor, cols: Tensor, num_rows: int, num_cols: int, narrow: bool
) -> tuple[Tensor, Tensor, Tensor]:
    if library.use_native(rows, cols):
        result = native.coo_to_compressed(rows, cols, num_rows, num_cols, _out_dtype(narrow))
        if result is not None:
            return result
    _check_range("rows", rows, num_rows)
    _check_range("cols", cols, num_cols)
    return reference.coo_to_compressed(rows, cols, num_rows, _out_dtype(narrow))


@torch.library.register_fake("weft::coo_to_compressed")
def _fake_coo_to_compressed(
    rows: Tensor, cols: Tensor, num_rows: int, num_cols: int, narrow: bool
) -> tuple[Tensor, Tensor, Tensor]:
    dtype = _out_dtype(narrow)
    return (
        rows.new_empty(num_rows + 1, dtype=torch.int64),
        torch.empty_like(cols, dtype=dtype),
        torch.empty_like(cols, dtype=dtype),
    )


@torch.library.impl("weft::indptr_of_sorted", "CompositeExplicitAutograd")
def _run_indptr_of_sorted(rows: Tensor, num_rows: int) -> Tensor:
    if library.use_native(rows):
        indptr = native.indptr_of_sorted(rows, num_rows)
        if indptr is not None:
            return indptr
    _check_range("rows", rows, num_rows)
    if not reference.rows_in_order(rows):
        raise InputError(
            "coo_to_compressed: rows_sorted=True was promised, but the rows do not ascend. Sort the edges by row, or "
            "leave the promise out."
        )
    return reference.indptr_of(rows, num_rows)


@torch.library.register_fake("weft::indptr_of_sorted")
def _fake_indptr_of_sorted(rows: Tensor, num_rows: int) -> Tensor:
    return rows.new_empty(num_rows + 1, dtype=torch.int64)


@torch.library.impl("weft::compressed_to_coo", "CompositeExplicitAutograd")
def _run_compressed_to_coo(indptr: Tensor, indices: Tensor, eids: Tensor | None) -> tuple[Tensor, Tensor]:
    if library.use_native(indptr, indices, eids):
        return native.compressed_to_coo(indptr, indices, eids)
    return reference.compressed_to_coo(indptr, indices, eids)


@torch.library.register_fake("weft::compressed_to_coo")
def _fake_compressed_to_coo(indptr: Tensor, indices: Tensor, eids: Tensor | None) -> tuple[Tensor, Tensor]:
    return torch.empty_like(indices), torch.empty_like(indices)

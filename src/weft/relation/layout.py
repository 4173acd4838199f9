"""Between index layouts, and checks of layouts that users hand in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from weft import checks
from weft.errors import DeviceError, DtypeError, InputError, ShapeError
from weft.kernels import Compressed, compressed_to_coo, coo_to_compressed

INT32_LIMIT = torch.iinfo(torch.int32).max


def inner_dtype(num_rows: int, num_cols: int, num_edges: int) -> torch.dtype:
    """Return the narrowest dtype for the indices and edge IDs of a compressed format."""
    # Not the largest of them: which one is the largest would become a condition of a compiled program.
    fits = num_rows <= INT32_LIMIT and num_cols <= INT32_LIMIT and num_edges <= INT32_LIMIT
    return torch.int32 if fits else torch.int64


def check_pair(where: str, src: Tensor, dst: Tensor) -> None:
    """Raise unless source and destination IDs have one length, dtype and device."""
    if src.shape != dst.shape:
        raise ShapeError(f"{where}: got {len(src)} source IDs and {len(dst)} destination IDs; an edge has one of each.")
    if src.dtype != dst.dtype:
        raise DtypeError(f"{where}: source IDs are {src.dtype}, destination IDs {dst.dtype}; give both one dtype.")
    if src.device != dst.device:
        raise DeviceError(
            f"{where}: source IDs are on {src.device}, destination IDs on {dst.device}; move one with .to()."
        )


def compress(where: str, indptr: Any, indices: Tensor, eids: Any, num_rows: int, num_cols: int) -> Compressed:
    """Return a checked user's CSR as ``Compressed``: int64 offsets, narrow indices, edge IDs ascending in each row."""
    indptr = checks.ids(where, "indptr", indptr, dtype=torch.int64, device=indices.device)
    num_edges = indices.shape[0]
    if len(indptr) != num_rows + 1:
        raise ShapeError(f"{where}: indptr has {len(indptr)} entries; expected {num_rows + 1} for {num_rows} rows.")
    if int(indptr[0]) != 0 or int(indptr[-1]) != num_edges or bool((indptr.diff() < 0).any()):
        raise InputError(
            f"{where}: indptr goes from {int(indptr[0])} to {int(indptr[-1])}; expected to ascend from 0 to the "
            f"{num_edges} entries of indices."
        )
    checks.id_range(where, "indices", indices, num_cols, f"{num_cols} nodes")
    inner = inner_dtype(num_rows, num_cols, num_edges)
    given = _check_eids(where, eids, num_edges, indices.device)
    if given is None:
        return Compressed(indptr, indices.to(inner), None, num_cols)
    compressed = Compressed(indptr, indices.to(inner), given.to(inner), num_cols)
    if _eids_ascend(compressed):
        return compressed
    rows, cols = compressed_to_coo(compressed)
    return coo_to_compressed(rows, cols, num_rows, num_cols)


def _check_eids(where: str, eids: Any, num_edges: int, device: torch.device) -> Tensor | None:
    if eids is None or len(eids) == 0:
        return None
    eids = checks.ids(where, "eids", eids, device=device)
    if len(eids) != num_edges:
        raise ShapeError(f"{where}: got {len(eids)} eids for {num_edges} edges; expected one each, or none at all.")
    checks.id_range(where, "eids", eids, num_edges, f"{num_edges} edges")
    seen = torch.zeros(num_edges, dtype=torch.bool, device=device)
    seen[eids.long()] = True
    if not bool(seen.all()):
        missing = int((~seen).nonzero()[0])
        raise InputError(
            f"{where}: eids repeat an edge ID and miss {missing}; expected each of 0 to {num_edges - 1} once."
        )
    return eids


def _eids_ascend(compressed: Compressed) -> bool:
    eids = compressed.eids
    assert eids is not None
    descends = eids[1:] < eids[:-1]
    # A step down is fine where a new row starts.
    starts = compressed.indptr[1:-1]
    starts = starts[(starts > 0) & (starts < compressed.num_edges())]
    descends[starts - 1] = False
    return not bool(descends.any())


def expand(compressed: Compressed, idtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return ``(rows, cols)``, each ``(E,)`` of ``idtype`` in edge-ID order."""
    rows, cols = compressed_to_coo(compressed)
    return rows.to(idtype), cols.to(idtype)


def degrees(owner: Compressed | None, owner_ids: Tensor | None, other: Compressed | None, num_rows: int) -> Tensor:
    """Return ``(num_rows,)`` int64 edge counts from the cheapest format there is.

    Args:
        owner: format whose rows are the nodes to count for.
        owner_ids: ``(E,)`` those nodes, edge by edge.
        other: format whose indices are those nodes.
        num_rows: number of nodes to count for.
    """
    if owner is not None:
        return owner.indptr.diff()
    if owner_ids is None:
        assert other is not None
        owner_ids = other.indices
    counts = torch.zeros(num_rows, dtype=torch.int64, device=owner_ids.device)
    return counts.index_add_(0, owner_ids, counts.new_ones(()).expand(owner_ids.shape[0]))  # one 1, not one an edge


def mapped(compressed: Compressed | None, function: Callable[[Tensor], Tensor]) -> Compressed | None:
    """Return the format with a function of each of its tensors, None for None."""
    if compressed is None:
        return None
    indptr, indices, eids, num_cols = compressed
    return Compressed(function(indptr), function(indices), None if eids is None else function(eids), num_cols)


def grow(compressed: Compressed | None, num_rows: int, num_cols: int) -> Compressed | None:
    """Return the format with empty rows, and columns, after those that are there; None for None."""
    if compressed is None:
        return None
    indptr, indices, eids, _ = compressed
    inner = inner_dtype(num_rows, num_cols, compressed.num_edges())
    indptr = torch.cat([indptr, indptr[-1:].expand(num_rows - compressed.num_rows())])
    return Compressed(indptr, indices.to(inner), None if eids is None else eids.to(inner), num_cols)

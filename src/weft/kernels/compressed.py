"""The one sparse layout that kernels read: rows that own their edges."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Compressed(NamedTuple):
    """Edges grouped by the node that owns them: CSC when rows are destinations, CSR when rows are sources.

    The edges of row ``r`` stand at positions ``indptr[r]:indptr[r + 1]``, in ascending edge-ID order.

    Note [Edge IDs in compressed formats]: ``eids[p]`` is the edge ID at position ``p``. ``eids`` is None when positions
    are edge IDs already; then edge values are read without an indirection.
    """

    indptr: Tensor
    """``(num_rows + 1,)`` int64, ascending from 0 to the number of edges."""
    indices: Tensor
    """``(E,)`` int32 or int64: the node at the other end, below ``num_cols``."""
    eids: Tensor | None
    """``(E,)``, dtype of ``indices``; or None."""
    num_cols: int
    """Number of nodes on the other side."""

    # Methods, not properties: `torch.compile` of PyTorch 2.6 traces neither a property nor a slice of a named tuple.

    def num_rows(self) -> int:
        """Return the number of nodes that own edges."""
        return self.indptr.shape[0] - 1

    def num_edges(self) -> int:
        """Return the number of edges."""
        return self.indices.shape[0]


def tensors_of(compressed: Compressed | None) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """Return ``indptr``, ``indices`` and ``eids``, as operators take them; three times None for no layout."""
    return (None, None, None) if compressed is None else (compressed.indptr, compressed.indices, compressed.eids)


def rows_of_positions(indptr: Tensor, num_edges: int) -> Tensor:
    """Return ``(E,)`` int64: the row that owns each position."""
    rows = torch.arange(indptr.shape[0] - 1, device=indptr.device)
    return torch.repeat_interleave(rows, indptr.diff(), output_size=num_edges)


def contiguous(compressed: Compressed) -> Compressed:
    """Return the layout with all its tensors contiguous, as native code reads them."""
    eids = None if compressed.eids is None else compressed.eids.contiguous()
    return compressed._replace(
        indptr=compressed.indptr.contiguous(), indices=compressed.indices.contiguous(), eids=eids
    )

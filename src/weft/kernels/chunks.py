"""Work of about equal size for the programs of a GPU: rows, the long ones in pieces.

Note [Row chunks]: each program has at most ``CHUNK`` edges of one row. A row in one chunk is written at once; chunks of
a longer row leave partial results in slots of their own, which a second kernel joins in order. So the hubs of a power
law do not hold the others up, nothing is added atomically, and results have the same bits in every run. How many chunks
there can be follows from the counts alone, so that the host waits for nothing; programs without a chunk return.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

CHUNK = 1024
"""Edges of a chunk."""


class RowChunks(NamedTuple):
    """Chunks of all rows, row after row."""

    rows: Tensor
    """``(chunks,)`` int64: the row of each chunk, and the number of rows for chunks that there are not."""
    starts: Tensor
    """``(num_rows,)`` int64: the first chunk of each row."""
    slots: Tensor
    """``(num_rows,)`` int64: the first slot of each row that has several chunks."""
    num_slots: int
    """Slots that suffice."""


def row_chunks(indptr: Tensor, num_edges: int) -> RowChunks:
    """Return the chunks of rows that begin at ``indptr`` ``(num_rows + 1,)`` and have ``num_edges`` edges in all."""
    num_rows = indptr.shape[0] - 1
    counts = torch.div(indptr.diff() + (CHUNK - 1), CHUNK, rounding_mode="floor").clamp(min=1)
    ends = counts.cumsum(0)
    # A row has one chunk and one more for each full CHUNK of edges, at most.
    numbers = torch.arange(num_rows + num_edges // CHUNK, device=indptr.device)
    rows = torch.searchsorted(ends, numbers, right=True)
    shared = torch.where(counts > 1, counts, 0)
    # Rows of several chunks have more than CHUNK edges, so fewer than two chunks for each CHUNK.
    return RowChunks(rows, ends - counts, shared.cumsum(0) - shared, 2 * (num_edges // CHUNK) + 1)

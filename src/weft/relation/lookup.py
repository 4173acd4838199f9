"""Finding edges: the rows of a compressed format, and the edges between given pairs of nodes."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels import Compressed
from weft.relation.relation import Relation


def gather_rows(compressed: Compressed, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return the edges of some rows, row after row as asked for, in edge-ID order inside a row.

    Args:
        compressed: format whose rows are asked for.
        rows: ``(n,)`` row numbers, repeats allowed.

    Returns:
        ``(which, cols, eids)``, each ``(k,)`` int64: the index into ``rows``, the node at the other end, the edge ID.
    """
    rows = rows.long()
    first = compressed.indptr[rows]
    counts = compressed.indptr[rows + 1] - first
    which = torch.repeat_interleave(torch.arange(len(rows), device=rows.device), counts)
    before = counts.cumsum(0) - counts
    positions = torch.arange(len(which), device=rows.device) - before[which] + first[which]
    eids = positions if compressed.eids is None else compressed.eids[positions].long()
    return which, compressed.indices[positions].long(), eids


def edges_between(relation: Relation, src: Tensor, dst: Tensor) -> tuple[Tensor, Tensor]:
    """Return how many edges join each pair ``(src[i], dst[i])`` and which they are.

    Only the edges of the sources asked for are looked at, each once.

    Args:
        relation: where to look.
        src: ``(n,)`` source IDs, checked.
        dst: ``(n,)`` destination IDs, checked.

    Returns:
        ``(counts, eids)``: ``(n,)`` int64 and ``(sum(counts),)`` int64; pair after pair, edge IDs ascending.
    """
    sources, rank = torch.unique(src.long(), return_inverse=True)
    which, cols, eids = gather_rows(relation.csr(), sources)
    keys, order = torch.sort(which * relation.num_dst + cols, stable=True)
    wanted = rank * relation.num_dst + dst.long()
    first = torch.searchsorted(keys, wanted)
    counts = torch.searchsorted(keys, wanted, right=True) - first
    total = torch.repeat_interleave(torch.arange(len(wanted), device=wanted.device), counts)
    before = counts.cumsum(0) - counts
    positions = torch.arange(len(total), device=wanted.device) - before[total] + first[total]
    return counts, eids[order[positions]]

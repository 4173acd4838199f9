"""Edges in the order of their ends, and the distinct pairs of nodes that they join."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from weft.kernels import Compressed, compressed_to_coo, coo_to_compressed
from weft.relation.relation import Relation


class DistinctPairs(NamedTuple):
    """The pairs of nodes that edges join, each once, ascending by source and then destination."""

    src: Tensor
    """``(P,)``, ID type of the relation."""
    dst: Tensor
    """``(P,)``."""
    offsets: Tensor
    """``(P + 1,)`` int64: the edges of pair ``p`` are ``order[offsets[p]:offsets[p + 1]]``."""
    order: Tensor
    """``(E,)`` int64: edge IDs, pair after pair, ascending in each."""


def sorted_by_ends(relation: Relation) -> Compressed:
    """Return the edges grouped by source, those of a source ascending by destination and then by edge ID."""
    csc = relation.csc()
    # Grouping is stable, so grouping by source what is grouped by destination sorts by both. Edge IDs of the second
    # grouping are positions in the first.
    by_position = csc._replace(eids=None)
    dst, src = compressed_to_coo(by_position)
    csr = coo_to_compressed(src, dst, relation.num_src, relation.num_dst)
    if csc.eids is None:
        return csr
    eids = csc.eids if csr.eids is None else csc.eids[csr.eids.long()]
    return csr._replace(eids=eids)


def distinct_pairs(relation: Relation) -> DistinctPairs:
    """Return the distinct pairs of nodes that a relation's edges join, and which edges join them."""
    csr = sorted_by_ends(relation)
    first = torch.ones(relation.num_edges, dtype=torch.bool, device=relation.device)
    torch.ne(csr.indices[1:], csr.indices[:-1], out=first[1:])
    starts = csr.indptr[:-1]
    first[starts[starts < relation.num_edges]] = True
    positions = first.nonzero().squeeze(1)
    src = torch.searchsorted(csr.indptr, positions, right=True) - 1
    offsets = torch.nn.functional.pad(positions, (0, 1), value=relation.num_edges)
    if csr.eids is None:
        order = torch.arange(relation.num_edges, device=relation.device)
    else:
        order = csr.eids.long()
    return DistinctPairs(src.to(relation.idtype), csr.indices[positions].to(relation.idtype), offsets, order)

"""Edges in the order of their ends, and the distinct pairs of nodes that they join."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from weft import kernels
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
    """``(E,)`` int32 or int64: edge IDs, pair after pair, ascending in each."""

    def representatives(self) -> Tensor:
        """Return ``(P,)`` int64: the lowest edge ID of each pair."""
        return self.order.index_select(0, self.offsets[:-1]).long()

    def counts(self) -> Tensor:
        """Return ``(P,)`` int64: how many edges join each pair."""
        return self.offsets.diff()

    def pair_of_edge(self) -> Tensor:
        """Return ``(E,)`` int64: the number of each edge's pair."""
        pairs = torch.empty(len(self.order), dtype=torch.int64, device=self.order.device)
        pairs[self.order.long()] = torch.repeat_interleave(self.counts(), output_size=len(self.order))
        return pairs


def sorted_by_ends(relation: Relation) -> Compressed:
    """Return the edges grouped by source, those of a source ascending by destination and then by edge ID."""
    csc = relation.csc()
    # Grouping is stable, so grouping by source what is grouped by destination sorts by both. Edge IDs of the second
    # grouping are positions in the first.
    dst, src = compressed_to_coo(csc._replace(eids=None))
    csr = coo_to_compressed(src, dst, relation.num_src, relation.num_dst)
    if csc.eids is None or csr.eids is None:
        return csr if csc.eids is None else csr._replace(eids=csc.eids)
    return csr._replace(eids=csc.eids.index_select(0, csr.eids))


def by_src_and_dst(relation: Relation) -> tuple[Tensor, Tensor, Tensor]:
    """Return ``(src, dst, eids)`` of all edges, ascending by source, then destination, then ID, in ``idtype``."""
    csr = sorted_by_ends(relation)
    src, dst = compressed_to_coo(csr._replace(eids=None))
    return src.to(relation.idtype), dst.to(relation.idtype), _order(csr).to(relation.idtype)


def distinct_pairs(relation: Relation) -> DistinctPairs:
    """Return the distinct pairs of nodes that a relation's edges join, and which edges join them."""
    csr = sorted_by_ends(relation)
    src, dst, starts = kernels.distinct_pairs(csr, idtype=relation.idtype)
    return DistinctPairs(src, dst, torch.nn.functional.pad(starts, (0, 1), value=relation.num_edges), _order(csr))


def pairs_both_ways(relation: Relation) -> tuple[Tensor, Tensor]:
    """Return the distinct pairs of nodes that edges join in either direction, by source and then destination.

    Args:
        relation: within one node type.

    Returns:
        ``(src, dst)``, each ``(P,)`` of ``idtype``; with each pair also its reverse.
    """
    src, dst, _ = kernels.distinct_pairs(
        sorted_by_ends(relation), sorted_by_ends(relation.reverse()), idtype=relation.idtype
    )
    return src, dst


def _order(csr: Compressed) -> Tensor:
    """Return edge IDs by position."""
    if csr.eids is not None:
        return csr.eids
    return torch.arange(csr.num_edges(), dtype=csr.indices.dtype, device=csr.indices.device)

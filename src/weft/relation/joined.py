"""Edges of several relations that end at the same nodes, as those of one relation."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from weft.kernels import compressed_to_coo, coo_to_compressed
from weft.relation.relation import Join, Relation, outliving_inference


def joined(relations: Sequence[Relation], src_starts: Sequence[int], num_src: int) -> Relation:
    """Return the edges of several relations, end to end, between joined sources and the destinations they share.

    One kernel over the result does what one for each relation and a sum of what they give would do, without a result
    for each. The same object each time for the same relations, so that its formats are made once: it is kept with the
    first of them, beside the others, as long as that lives.

    Args:
        relations: with destinations in common.
        src_starts: for each, where its sources begin among the joined ones.
        num_src: number of joined sources.

    Returns:
        A relation whose edge IDs are those of the first relation, then those of the second, and so on; a node's edges
        stand in that order too. It holds compressed formats alone, 8 bytes an edge each where counts fit int32.
    """
    first, *others = relations
    if not others and src_starts[0] == 0 and num_src == first.num_src:
        return first
    for join in first.joins:
        if join.src_starts == tuple(src_starts) and join.num_src == num_src and _are(join.others, others):
            return join.relation
    relation = _make(first, others, src_starts, num_src)
    first.joins.append(Join(tuple(others), tuple(src_starts), num_src, relation))
    return relation


def _are(held: Sequence[Relation], wanted: Sequence[Relation]) -> bool:
    return len(held) == len(wanted) and all(one is other for one, other in zip(held, wanted, strict=True))


@outliving_inference
def _make(first: Relation, others: Sequence[Relation], src_starts: Sequence[int], num_src: int) -> Relation:
    idtype = first.idtype if num_src <= torch.iinfo(first.idtype).max else torch.int64
    src, dst = [], []
    for relation, start in zip((first, *others), src_starts, strict=True):
        sources, destinations = _ends(relation)
        src.append(sources.to(idtype) + start if start else sources.to(idtype))
        dst.append(destinations.to(idtype))
    csc = coo_to_compressed(torch.cat(dst), torch.cat(src), first.num_dst, num_src)
    return Relation(num_src, first.num_dst, csc.num_edges(), idtype, first.device, csc=csc, kept=("csr", "csc"))


def _ends(relation: Relation) -> tuple[torch.Tensor, torch.Tensor]:
    """Return source and destination of each edge, without making the relation hold them."""
    if "coo" in relation.created_formats():
        return relation.coo()
    if "csr" in relation.created_formats():
        return compressed_to_coo(relation.csr())
    destinations, sources = compressed_to_coo(relation.csc())
    return sources, destinations

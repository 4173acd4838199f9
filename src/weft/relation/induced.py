"""The edges of a relation between chosen nodes."""

from __future__ import annotations

from torch import Tensor

from weft.kernels import first_seen, gather_rows, position_table, slice_rows
from weft.relation.relation import Relation


def induced(relation: Relation, src: Tensor, dst: Tensor) -> tuple[Relation, Tensor]:
    """Return the relation between chosen nodes, numbered in the order given, and the edge IDs that its edges had.

    Edges come source after source, IDs ascending inside of one.

    Args:
        relation: whose edges.
        src: ``(n,)`` of ``idtype``, distinct, checked.
        dst: ``(m,)`` likewise.
    """
    csr = relation.csr()
    if _is_small(relation.num_dst, csr.indptr, src, dst):
        which, cols, eids = gather_rows(csr, src)
        _, places = first_seen(cols, relation.num_dst, dst)
        kept = (places < len(dst)).nonzero().squeeze(1)
        ends = which.index_select(0, kept), places.index_select(0, kept)
        return Relation.from_coo(*ends, len(src), len(dst), in_range=True), eids.index_select(0, kept)
    table = position_table(dst, relation.num_dst, csr.indices.dtype)
    part, eids = slice_rows(csr, src, len(dst), table)
    return Relation(len(src), len(dst), len(eids), relation.idtype, relation.device, csr=part), eids


def _is_small(num_dst: int, indptr: Tensor, src: Tensor, dst: Tensor) -> bool:
    """Return whether a table over all destinations would cost more than the edges to look at."""
    cheap_table = 1 << 20
    if num_dst <= cheap_table:
        return False
    candidates = int((indptr.index_select(0, src.long() + 1) - indptr.index_select(0, src.long())).sum())
    return num_dst // 16 > candidates + len(dst)

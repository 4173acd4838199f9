"""Finding edges of a relation."""

from __future__ import annotations

from torch import Tensor

from weft.kernels import Compressed, edges_between, first_edges, has_parallel_edges
from weft.relation.relation import Relation


def first_between(relation: Relation, src: Tensor, dst: Tensor) -> Tensor:
    """Return ``(n,)`` int64: the lowest ID of the edges from ``src[i]`` to ``dst[i]``, -1 where there is none.

    Args:
        relation: where to look.
        src: ``(n,)`` source IDs, checked.
        dst: ``(n,)`` destination IDs, checked, of the same dtype.
    """
    compressed, turned = _cheapest(relation)
    return first_edges(compressed, dst, src) if turned else first_edges(compressed, src, dst)


def all_between(relation: Relation, src: Tensor, dst: Tensor) -> tuple[Tensor, Tensor]:
    """Return how many edges join each pair ``(src[i], dst[i])`` and which they are.

    Arguments as in :func:`first_between`.

    Returns:
        ``(counts, eids)``: ``(n,)`` int64 and ``(sum(counts),)`` int64; pair after pair, edge IDs ascending.
    """
    compressed, turned = _cheapest(relation)
    return edges_between(compressed, dst, src) if turned else edges_between(compressed, src, dst)


def is_multigraph(relation: Relation) -> bool:
    """Return whether two edges join the same nodes."""
    return has_parallel_edges(_cheapest(relation)[0])


def _cheapest(relation: Relation) -> tuple[Compressed, bool]:
    """Return a compressed format that is there already, else CSR; and whether its rows are destinations."""
    created = relation.created_formats()
    if "csc" in created and "csr" not in created:
        return relation.csc(), True
    return relation.csr(), False

"""Edges with a weight for each type: what shares a weight and a node is multiplied once.

Note [A product a pair]: in ``sum(feat[u] @ weight[type])`` over the edges of a node, a product for each edge needs two
rows an edge and repeats itself. Edges of one type that end at one node can be summed before they are multiplied, and
those that start at one node are multiplied once: both need a row for each distinct pair of a type and a node, of which
there are never more than edges. Either way the sum is two sums with the products between them,

    nodes -> inner -> pairs -> product -> outer -> nodes,

with all edges in ``inner`` when pairs are of destinations and in ``outer`` when they are of sources; the other one has
an edge a pair. Pairs stand type after type, so that the products are runs of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from weft import kernels
from weft.kernels.compressed import Compressed, rows_of_positions
from weft.ops import copy_u_sum, u_mul_e_sum
from weft.relation import Relation


class TypedPairs(NamedTuple):
    """The distinct pairs of an edge type and a node: see Note [A product a pair]."""

    inner: Relation
    """From source nodes to pairs."""
    outer: Relation
    """From pairs to destination nodes."""
    offsets: Tensor
    """``(num_types + 1,)`` int64: where the pairs of each type begin."""
    of_destinations: bool
    """Whether a pair's node is a destination, and ``inner`` has an edge for each edge of the graph, with its ID."""

    def num_pairs(self) -> int:
        """Return the number of pairs."""
        return self.inner.num_dst

    def types(self) -> Tensor:
        """Return ``(P,)`` int64: the type of each pair, ascending."""
        return rows_of_positions(self.offsets, self.num_pairs())

    def sum(self, feat: Tensor, product: Callable[[Tensor], Tensor], norm: Tensor | None = None) -> Tensor:
        """Return ``sum(norm[e] * product(feat[u]))`` over the edges of each destination.

        Args:
            feat: ``(S, in)``.
            product: a linear map of ``(P, in)`` to ``(P, out)``, row by row, that depends on the types of pairs.
            norm: ``(E, 1)`` or None for ones.
        """
        rows = _sum(self.inner, feat, norm if self.of_destinations else None)
        return _sum(self.outer, product(rows), None if self.of_destinations else norm)


def _sum(relation: Relation, feat: Tensor, norm: Tensor | None) -> Tensor:
    return copy_u_sum(relation, feat) if norm is None else u_mul_e_sum(relation, feat, norm)


def leaner_pairs(relation: Relation, etypes: Tensor, num_types: int, in_size: int, out_size: int) -> TypedPairs:
    """Return the pairs that move less memory when a product makes ``out_size`` numbers of ``in_size``.

    They are not counted for that, which would cost a sort: a side has at most a pair an edge, or one for each of its
    nodes and types. Where that says nothing, the smaller rows travel along the edges.

    Args:
        relation: ``E`` edges.
        etypes: ``(E,)`` int32 or int64, checked.
        num_types: number of types.
        in_size: of a row before the product.
        out_size: of a row after it.
    """
    edges = relation.num_edges
    of_sources = min(edges, relation.num_src * num_types) * (2 * in_size + out_size) + edges * out_size
    of_destinations = min(edges, relation.num_dst * num_types) * (in_size + 2 * out_size) + edges * in_size
    if (of_sources, out_size) < (of_destinations, in_size):
        return pairs_of_sources(relation, etypes, num_types)
    return pairs_of_destinations(relation, etypes, num_types)


def pairs_of_sources(relation: Relation, etypes: Tensor, num_types: int) -> TypedPairs:
    """Return the distinct pairs of an edge type and a source; arguments as of `leaner_pairs`."""
    turned = pairs_of_destinations(relation.reverse(), etypes, num_types)
    return TypedPairs(turned.outer.reverse(), turned.inner.reverse(), turned.offsets, False)


def edges_as_sources(relation: Relation) -> Relation:
    """Return the relation from the edges, numbered by ID, to their destinations.

    What pairs of sources are to a compiled program, which cannot know the number of distinct ones.
    """
    csc, dst = relation.csc(), relation.coo()[1]
    num_edges = dst.shape[0]
    edges = torch.arange(num_edges, device=dst.device, dtype=dst.dtype)
    by_dst = Compressed(csc.indptr, edges if csc.eids is None else csc.eids, csc.eids, num_edges)
    ends = torch.arange(num_edges + 1, device=dst.device)
    by_edge = Compressed(ends, dst.to(csc.indices.dtype), None, relation.num_dst)
    return Relation(
        num_edges,
        relation.num_dst,
        num_edges,
        relation.idtype,
        relation.device,
        coo=(edges, dst),
        csr=by_edge,
        csc=by_dst,
        src_sorted=True,
    )


def pairs_of_destinations(relation: Relation, etypes: Tensor, num_types: int) -> TypedPairs:
    """Return the distinct pairs of an edge type and a destination; arguments as of `leaner_pairs`.

    Kept as long as the relation, for the types that were given last: whole graphs are gone over again and again.
    """
    kept = _KEPT.get(relation)
    if kept is not None and kept.num_types == num_types and _same(kept.etypes, etypes):
        return kept.pairs
    with torch.inference_mode(False):  # kept for training too
        pairs = _pairs_of_destinations(relation, etypes, num_types)
        _KEPT[relation] = _Kept(etypes.clone(), num_types, pairs)
    return pairs


class _Kept(NamedTuple):
    etypes: Tensor
    """A copy: whoever changes theirs gets other pairs."""
    num_types: int
    pairs: TypedPairs


_KEPT: WeakKeyDictionary[Relation, _Kept] = WeakKeyDictionary()


def _same(kept: Tensor, etypes: Tensor) -> bool:
    return kept.dtype == etypes.dtype and kept.device == etypes.device and torch.equal(kept, etypes)


def _pairs_of_destinations(relation: Relation, etypes: Tensor, num_types: int) -> TypedPairs:
    csc = relation.csc()
    # Grouping is stable: edges that are grouped by destination already stay so inside of each type.
    rows = rows_of_positions(csc.indptr, relation.num_edges)
    types = etypes if csc.eids is None else etypes.index_select(0, csc.eids)
    by_type = kernels.coo_to_compressed(types.long(), rows, num_types, relation.num_dst)
    pair_types, pair_nodes, starts = kernels.distinct_pairs(by_type)
    indptr = torch.cat([starts, starts.new_full((1,), relation.num_edges)])
    order = by_type.eids
    sources = csc.indices if order is None else csc.indices.index_select(0, order)
    inner = _relation(relation, starts.shape[0], Compressed(indptr, sources, _edge_ids(csc, order), relation.num_src))
    everyone = torch.arange(starts.shape[0], device=starts.device)
    outer = Relation.from_coo(everyone, pair_nodes, starts.shape[0], relation.num_dst, row_sorted=True, in_range=True)
    offsets = torch.searchsorted(pair_types, torch.arange(num_types + 1, device=starts.device))
    return TypedPairs(inner, outer, offsets, True)


def _edge_ids(csc: Compressed, order: Tensor | None) -> Tensor | None:
    if csc.eids is None or order is None:
        return order if csc.eids is None else csc.eids
    return csc.eids.index_select(0, order)


def _relation(relation: Relation, num_pairs: int, csc: Compressed) -> Relation:
    return Relation(relation.num_src, num_pairs, relation.num_edges, relation.idtype, relation.device, csc=csc)

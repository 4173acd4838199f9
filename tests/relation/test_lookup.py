"""Edges between pairs of nodes, from whichever format a relation has."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from tests.cases.graphs import cases

from weft.relation import Relation, all_between, by_src_and_dst, first_between, is_multigraph


def relation_in(created: str, src, dst, num_src: int, num_dst: int) -> Relation:
    relation = Relation.from_coo(src, dst, num_src, num_dst)
    return relation if created == "coo" else relation.restrict(created)


@pytest.mark.parametrize("created", ["coo", "csr", "csc"])
def test_parallel_edges_come_in_edge_id_order(created):
    relation = relation_in(created, [0, 1, 0, 0], [1, 1, 1, 0], 2, 2)
    src, dst = torch.tensor([0, 1, 0]), torch.tensor([1, 0, 0])
    counts, eids = all_between(relation, src, dst)
    assert counts.tolist() == [2, 0, 1]
    assert eids.tolist() == [0, 2, 3]
    assert first_between(relation, src, dst).tolist() == [0, -1, 3]
    assert is_multigraph(relation)


def test_a_format_that_is_there_is_used():
    relation = Relation.from_coo([0, 1], [1, 1], 2, 2)
    relation.csc()
    first_between(relation, torch.tensor([0]), torch.tensor([1]))
    assert relation.created_formats() == ("coo", "csc")


@given(cases())
def test_edges_between_all_pairs_are_found(case):
    relation = Relation.from_coo(case.src, case.dst, case.num_src, case.num_dst)
    pairs = torch.cartesian_prod(torch.arange(case.num_src), torch.arange(case.num_dst)).reshape(-1, 2)
    counts, eids = all_between(relation, pairs[:, 0], pairs[:, 1])
    expected = [
        [e for e, edge in enumerate(zip(case.src.tolist(), case.dst.tolist(), strict=True)) if list(edge) == pair]
        for pair in pairs.tolist()
    ]
    assert counts.tolist() == [len(edges) for edges in expected]
    assert eids.tolist() == [e for edges in expected for e in edges]


@given(cases())
def test_edges_in_order_of_source_and_destination(case):
    relation = Relation.from_coo(case.src, case.dst, case.num_src, case.num_dst)
    src, dst, eids = by_src_and_dst(relation)
    edges = zip(case.src.tolist(), case.dst.tolist(), range(case.num_edges), strict=True)
    assert list(zip(src.tolist(), dst.tolist(), eids.tolist(), strict=True)) == sorted(edges)
    assert src.dtype == dst.dtype == eids.dtype == case.src.dtype


@given(cases())
def test_a_multigraph_has_a_pair_twice(case):
    relation = Relation.from_coo(case.src, case.dst, case.num_src, case.num_dst)
    edges = list(zip(case.src.tolist(), case.dst.tolist(), strict=True))
    assert is_multigraph(relation) == (len(set(edges)) < len(edges))

"""Rows of a compressed format, and edges between pairs of nodes."""

from __future__ import annotations

import torch
from hypothesis import given
from tests.cases.graphs import cases

from weft.relation import Relation, edges_between, gather_rows


def test_rows_come_as_asked_for_with_repeats():
    relation = Relation.from_coo([0, 1, 0, 2], [1, 1, 0, 1], 3, 2)
    which, cols, eids = gather_rows(relation.csc(), torch.tensor([1, 0, 1]))
    assert which.tolist() == [0, 0, 0, 1, 2, 2, 2]
    assert cols.tolist() == [0, 1, 2, 0, 0, 1, 2]
    assert eids.tolist() == [0, 1, 3, 2, 0, 1, 3]


def test_parallel_edges_come_in_edge_id_order():
    relation = Relation.from_coo([0, 1, 0, 0], [1, 1, 1, 0], 2, 2)
    counts, eids = edges_between(relation, torch.tensor([0, 1, 0]), torch.tensor([1, 0, 0]))
    assert counts.tolist() == [2, 0, 1]
    assert eids.tolist() == [0, 2, 3]


@given(cases())
def test_edges_between_all_pairs_are_found(case):
    relation = Relation.from_coo(case.src, case.dst, case.num_src, case.num_dst)
    pairs = torch.cartesian_prod(torch.arange(case.num_src), torch.arange(case.num_dst)).reshape(-1, 2)
    counts, eids = edges_between(relation, pairs[:, 0], pairs[:, 1])
    expected = [
        [e for e, edge in enumerate(zip(case.src.tolist(), case.dst.tolist(), strict=True)) if list(edge) == pair]
        for pair in pairs.tolist()
    ]
    assert counts.tolist() == [len(edges) for edges in expected]
    assert eids.tolist() == [e for edges in expected for e in edges]

"""Pairs of a type and a node: counted by hand, both sides, choice of a side."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from tests.cases.graphs import cases

from weft.nn.conv.typed_pairs import leaner_pairs, pairs_of_destinations, pairs_of_sources
from weft.relation import Relation

SIDES = pytest.mark.parametrize("make", [pairs_of_sources, pairs_of_destinations])


def relation():
    return Relation.from_coo([0, 1, 0, 2, 1], [0, 0, 0, 1, 1], 3, 2)


TYPES = torch.tensor([1, 1, 0, 1, 1])


def test_pairs_of_destinations_by_hand():
    pairs = pairs_of_destinations(relation(), TYPES, 3)
    assert pairs.offsets.tolist() == [0, 1, 3, 3]
    assert pairs.types().tolist() == [0, 1, 1]
    # Edges keep their IDs: 0 and 1 are of type 1 and end at node 0, so they belong to the second pair.
    assert [end.tolist() for end in pairs.inner.coo()] == [[0, 1, 0, 2, 1], [1, 1, 0, 2, 2]]
    assert [end.tolist() for end in pairs.outer.coo()] == [[0, 1, 2], [0, 0, 1]]


def test_pairs_of_sources_by_hand():
    pairs = pairs_of_sources(relation(), TYPES, 3)
    assert pairs.offsets.tolist() == [0, 1, 4, 4]
    assert [end.tolist() for end in pairs.inner.coo()] == [[0, 0, 1, 2], [0, 1, 2, 3]]
    assert [end.tolist() for end in pairs.outer.coo()] == [[1, 2, 0, 3, 2], [0, 0, 0, 1, 1]]


@SIDES
@given(case=cases())
def test_sum_is_that_over_edges(make, case):
    graph = Relation.from_coo(case.src, case.dst, case.num_src, case.num_dst)
    types = (case.src.long() * 7 + case.dst.long() * 5 + torch.arange(case.num_edges)) % 4
    feat, weight = torch.randn(case.num_src, 2).double(), torch.randn(4, 2, 3).double()
    norm = torch.rand(case.num_edges, 1).double()
    pairs = make(graph, types, 4)
    assert int(pairs.offsets[-1]) == pairs.num_pairs()
    out = pairs.sum(feat, lambda rows: (rows.unsqueeze(1) @ weight[pairs.types()]).squeeze(1), norm)
    messages = norm * (feat[case.src.long()].unsqueeze(1) @ weight[types]).squeeze(1)
    expected = torch.zeros(case.num_dst, 3).double().index_add(0, case.dst.long(), messages)
    torch.testing.assert_close(out, expected)


def test_rows_of_the_leaner_side_are_multiplied():
    few_sources = Relation.from_coo([0] * 40, list(range(40)), 1, 40)
    few_destinations = few_sources.reverse()
    types = torch.arange(40) % 4
    assert not leaner_pairs(few_sources, types, 4, 16, 16).of_destinations
    assert leaner_pairs(few_destinations, types, 4, 16, 16).of_destinations


def test_smaller_rows_travel_where_neither_side_has_fewer():
    ring = Relation.from_coo([0, 1, 2], [1, 2, 0], 3, 3)
    types = torch.tensor([0, 1, 1])
    assert not leaner_pairs(ring, types, 2, 16, 4).of_destinations
    assert leaner_pairs(ring, types, 2, 4, 16).of_destinations


@SIDES
def test_another_number_of_types_makes_other_pairs(make):
    graph = relation()
    assert make(graph, TYPES, 2).offsets.shape == (3,)
    assert make(graph, TYPES, 5).offsets.shape == (6,)

"""edge_softmax over incoming or outgoing edges, whole or in part."""

from __future__ import annotations

import math

import pytest
import torch
from tests.cases.graphs import random_case

import weft
from weft import ops
from weft.errors import DtypeError, IdError, InputError, ShapeError
from weft.relation import Relation


@pytest.fixture
def relation():
    """Return 0->1, 0->2, 1->2."""
    return Relation.from_coo([0, 0, 1], [1, 2, 2], 2, 3)


def test_values_by_hand(relation):
    scores = torch.tensor([5.0, 0.0, math.log(3.0)])
    torch.testing.assert_close(ops.edge_softmax(relation, scores), torch.tensor([1.0, 0.25, 0.75]))
    by_source = ops.edge_softmax(relation, torch.tensor([0.0, math.log(3.0), 7.0]), norm_by="src")
    torch.testing.assert_close(by_source, torch.tensor([0.25, 0.75, 1.0]))


def test_heads_are_apart(relation):
    scores = torch.randn(3, 2, 4)
    found = ops.edge_softmax(relation, scores)
    torch.testing.assert_close(found[:, 1, 3], ops.edge_softmax(relation, scores[:, 1, 3]))


def test_part_of_the_edges_is_normalised_as_if_alone(relation):
    scores = torch.tensor([4.0, 1.0])
    assert ops.edge_softmax(relation, scores, eids=torch.tensor([1, 0])).tolist() == [1, 1]
    both = ops.edge_softmax(relation, torch.tensor([0.0, math.log(3.0)]), eids=[2, 1])
    torch.testing.assert_close(both, torch.tensor([0.25, 0.75]))


def test_all_edges_by_name(relation):
    scores = torch.randn(3)
    assert torch.equal(ops.edge_softmax(relation, scores, weft.ALL), ops.edge_softmax(relation, scores))


@pytest.mark.parametrize("norm_by", ["dst", "src"])
def test_sums_to_one_at_each_node_and_has_gradients(norm_by):
    case = random_case(6, num_src=5, num_dst=4, num_edges=12)
    relation = Relation.from_coo(case.src, case.dst, case.num_src, case.num_dst)
    scores = torch.randn(12, 2, dtype=torch.float64, requires_grad=True)
    weights = ops.edge_softmax(relation, scores, norm_by=norm_by)
    nodes = (case.dst if norm_by == "dst" else case.src).long()
    sums = torch.zeros(5, 2, dtype=torch.float64).index_add(0, nodes, weights)
    torch.testing.assert_close(sums[nodes.unique()], torch.ones(len(nodes.unique()), 2, dtype=torch.float64))
    assert torch.autograd.gradcheck(lambda s: ops.edge_softmax(relation, s, norm_by=norm_by), (scores,))


def test_bad_arguments_are_refused(relation):
    with pytest.raises(ShapeError, match=r"edge_softmax: logits has 2 rows, but the relation has 3 edges\."):
        ops.edge_softmax(relation, torch.ones(2))
    with pytest.raises(InputError, match=r"edge_softmax: got norm_by='both'; expected one of 'dst', 'src'"):
        ops.edge_softmax(relation, torch.ones(3), norm_by="both")
    with pytest.raises(IdError, match="edge_softmax: eids hold 3, which is past the end of 3 edges"):
        ops.edge_softmax(relation, torch.ones(1), eids=[3])


@pytest.mark.wrong_types
def test_integer_scores_are_refused(relation):
    with pytest.raises(DtypeError, match=r"edge_softmax: logits has dtype torch\.int64"):
        ops.edge_softmax(relation, torch.ones(3, dtype=torch.int64))

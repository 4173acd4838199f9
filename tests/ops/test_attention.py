"""Attention aggregation: the fused kernel does what its parts do."""

from __future__ import annotations

import pytest
import torch
from tests.cases.graphs import random_case

from weft import ops
from weft.errors import InputError, ShapeError
from weft.relation import Relation


@pytest.fixture
def relation():
    case = random_case(7, num_src=6, num_dst=5, num_edges=14)
    return Relation.from_coo(case.src, case.dst, 6, 5)


def test_is_softmax_of_scores_times_features(relation):
    feat, left, right = torch.randn(6, 2, 3), torch.randn(6, 2), torch.randn(5, 2)
    scores = torch.nn.functional.leaky_relu(ops.u_add_v(relation, left, right), 0.2)
    expected = ops.u_mul_e_sum(relation, feat, ops.edge_softmax(relation, scores)[..., None])
    torch.testing.assert_close(ops.gat_attention(relation, feat, left, right), expected)


def test_gradients(relation):
    inputs = [torch.randn(6, 2, 3), torch.randn(6, 2), torch.randn(5, 2)]
    inputs = [value.double().requires_grad_() for value in inputs]
    assert torch.autograd.gradcheck(lambda *values: ops.gat_attention(relation, *values), inputs)


def test_dropout_is_a_function_of_its_seed(relation):
    inputs = torch.randn(6, 2, 3), torch.randn(6, 2), torch.randn(5, 2)
    first = ops.gat_attention(relation, *inputs, dropout=0.5, seed=1)
    assert torch.equal(first, ops.gat_attention(relation, *inputs, dropout=0.5, seed=1))
    assert not torch.equal(first, ops.gat_attention(relation, *inputs, dropout=0.5, seed=2))


def test_mixed_dtypes_are_promoted(relation):
    out = ops.gat_attention(relation, torch.randn(6, 2, 3).bfloat16(), torch.randn(6, 2), torch.randn(5, 2))
    assert out.dtype == torch.float32


@pytest.mark.wrong_types
def test_bad_arguments_are_refused(relation):
    feat, left, right = torch.randn(6, 2, 3), torch.randn(6, 2), torch.randn(5, 2)
    with pytest.raises(ShapeError, match=r"score_dst has 6 rows, but the relation has 5 destination nodes"):
        ops.gat_attention(relation, feat, left, left)
    with pytest.raises(
        ShapeError, match=r"trailing dimensions differ: feat \(2,\), score_src \(2,\), score_dst \(1,\)"
    ):
        ops.gat_attention(relation, feat, left, right[:, :1])
    with pytest.raises(ShapeError, match=r"feat has shape \(6, 2\); expected \(sources, heads, dim\)"):
        ops.gat_attention(relation, feat[..., 0], left, right)
    with pytest.raises(InputError, match=r"gat_attention: got dropout=1\.5; expected a probability"):
        ops.gat_attention(relation, feat, left, right, dropout=1.5)

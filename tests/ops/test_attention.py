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


def test_gatv2_is_softmax_of_scores_times_features(relation):
    left, right, attn = torch.randn(6, 2, 3), torch.randn(5, 2, 3), torch.randn(2, 3)
    scores = (torch.nn.functional.leaky_relu(ops.u_add_v(relation, left, right), 0.3) * attn).sum(-1)
    expected = ops.u_mul_e_sum(relation, left, ops.edge_softmax(relation, scores)[..., None])
    torch.testing.assert_close(ops.gatv2_attention(relation, left, right, attn, 0.3), expected)


def test_dot_is_softmax_of_inner_products_times_values(relation):
    query, key, value, bias = torch.randn(5, 2, 3), torch.randn(6, 2, 3), torch.randn(6, 2, 4), torch.randn(14, 2)
    products = ops.u_dot_v(relation, key, query).squeeze(-1)
    prior = torch.tensor([0.5, -2.0])
    for scale, factor in ((None, 3**-0.5), (0.7, 0.7), (prior, prior)):
        weights = ops.edge_softmax(relation, products * factor + bias)
        expected = ops.u_mul_e_sum(relation, value, weights[..., None])
        torch.testing.assert_close(ops.dot_attention(relation, query, key, value, scale, bias), expected)
    plain = ops.u_mul_e_sum(relation, value, ops.edge_softmax(relation, products * 3**-0.5)[..., None])
    torch.testing.assert_close(ops.dot_attention(relation, query, key, value), plain)


def test_gradients_of_gatv2_and_dot(relation):
    left, right, attn = torch.randn(6, 2, 3), torch.randn(5, 2, 3), torch.randn(2, 3)
    inputs = [value.double().requires_grad_() for value in (left, right, attn)]
    assert torch.autograd.gradcheck(lambda *values: ops.gatv2_attention(relation, *values), inputs)
    scale, bias = torch.rand(2), torch.randn(14, 2)
    inputs = [value.double().requires_grad_() for value in (right, left, torch.randn(6, 2, 4), scale, bias)]
    assert torch.autograd.gradcheck(lambda *values: ops.dot_attention(relation, *values), inputs)


def test_dropout_of_gatv2_and_dot_is_a_function_of_its_seed(relation):
    left, right, attn = torch.randn(6, 2, 3), torch.randn(5, 2, 3), torch.randn(2, 3)
    for attend in (
        lambda seed: ops.gatv2_attention(relation, left, right, attn, dropout=0.5, seed=seed),
        lambda seed: ops.dot_attention(relation, right, left, left, dropout=0.5, seed=seed),
    ):
        assert torch.equal(attend(1), attend(1))
        assert not torch.equal(attend(1), attend(2))


def test_mixed_dtypes_of_gatv2_and_dot_are_promoted(relation):
    left, right, attn = torch.randn(6, 2, 3), torch.randn(5, 2, 3), torch.randn(2, 3)
    half = left.bfloat16()
    assert ops.gatv2_attention(relation, half, right, attn).dtype == torch.float32
    assert ops.dot_attention(relation, right, half, half).dtype == torch.float32
    assert ops.dot_attention(relation, right.bfloat16(), half, half, torch.ones(2)).dtype == torch.bfloat16
    assert ops.dot_attention(relation, right.bfloat16(), half, half, bias=torch.ones(14, 2)).dtype == torch.float32


@pytest.mark.wrong_types
def test_bad_arguments_of_gatv2_are_refused(relation):
    left, right, attn = torch.randn(6, 2, 3), torch.randn(5, 2, 3), torch.randn(2, 3)
    with pytest.raises(ShapeError, match=r"feat_dst has 6 rows, but the relation has 5 destination nodes"):
        ops.gatv2_attention(relation, left, left, attn)
    with pytest.raises(ShapeError, match=r"attn has shape \(2,\); expected \(2, 3\)"):
        ops.gatv2_attention(relation, left, right, attn[:, 0])
    with pytest.raises(ShapeError, match=r"trailing dimensions differ: feat_src \(2, 3\), feat_dst \(2, 2\)"):
        ops.gatv2_attention(relation, left, right[..., :2], attn)
    with pytest.raises(ShapeError, match=r"feat_src has shape \(6, 2\); expected \(sources, heads, dim\)"):
        ops.gatv2_attention(relation, left[..., 0], right[..., 0], attn)
    with pytest.raises(InputError, match=r"gatv2_attention: got dropout=-1; expected a probability"):
        ops.gatv2_attention(relation, left, right, attn, dropout=-1)


@pytest.mark.wrong_types
def test_bad_arguments_of_dot_are_refused(relation):
    query, key, value = torch.randn(5, 2, 3), torch.randn(6, 2, 3), torch.randn(6, 2, 4)
    with pytest.raises(ShapeError, match=r"query has 6 rows, but the relation has 5 destination nodes"):
        ops.dot_attention(relation, key, key, value)
    with pytest.raises(ShapeError, match=r"trailing dimensions differ: query \(2, 3\), key \(2, 4\)"):
        ops.dot_attention(relation, query, value, value)
    with pytest.raises(ShapeError, match=r"trailing dimensions differ: query \(2,\), value \(1,\)"):
        ops.dot_attention(relation, query, key, value[:, :1])
    with pytest.raises(ShapeError, match=r"value has shape \(6, 2\); expected \(nodes, heads, dim\)"):
        ops.dot_attention(relation, query, key, value[..., 0])
    with pytest.raises(ShapeError, match=r"bias has 13 rows, but the relation has 14 edges"):
        ops.dot_attention(relation, query, key, value, bias=torch.randn(13, 2))
    with pytest.raises(ShapeError, match=r"scale has shape \(3,\); expected a number, or \(2,\)"):
        ops.dot_attention(relation, query, key, value, torch.ones(3))
    with pytest.raises(InputError, match=r"dot_attention: got dropout=1\.5; expected a probability"):
        ops.dot_attention(relation, query, key, value, dropout=1.5)

"""AGNNConv: cosines by hand, vectors of zeros, beta, pairs."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import GraphError, ShapeError
from weft.nn import AGNNConv

# 1 and 2 reach 0, whose direction 1 shares and 2 opposes.
GRAPH = weft.graph(([1, 2], [0, 0]))
FEAT = torch.tensor([[2.0, 0.0], [3.0, 0.0], [-5.0, 0.0]])


def test_attention_by_hand():
    out = AGNNConv(2.0, allow_zero_in_degree=True)(GRAPH, FEAT)
    weights = [math.exp(2), math.exp(-2)]
    expected = (3 * weights[0] - 5 * weights[1]) / sum(weights)
    assert out.flatten().tolist() == pytest.approx([expected, 0, 0, 0, 0, 0])


def test_nothing_points_like_a_vector_of_zeros():
    feat = FEAT.clone()
    feat[0] = 0
    out = AGNNConv(9.0, allow_zero_in_degree=True)(GRAPH, feat)
    assert out[0].tolist() == pytest.approx([-1.0, 0.0])


def test_pair_and_block_agree():
    block = weft.create_block(([1, 2, 0], [0, 0, 1]), num_src_nodes=3, num_dst_nodes=2)
    feat = torch.randn(3, 4)
    torch.testing.assert_close(AGNNConv()(block, feat), AGNNConv()(block, (feat, feat[:2])))


def test_beta_is_a_parameter_only_when_learned():
    assert [name for name, _ in AGNNConv(0.5).named_parameters()] == ["beta"]
    fixed = AGNNConv(0.5, learn_beta=False)
    assert not list(fixed.parameters())
    assert fixed.state_dict()["beta"].tolist() == [0.5]


def test_reset_puts_beta_back():
    layer = AGNNConv(0.5)
    with torch.no_grad():
        layer.beta.fill_(3)
    layer.reset_parameters()
    assert layer.beta.item() == 0.5


def test_what_does_not_fit_is_refused():
    with pytest.raises(GraphError, match="AGNNConv: 2 of 3 destination nodes are 0-in-degree nodes"):
        AGNNConv()(GRAPH, FEAT)
    layer = AGNNConv(allow_zero_in_degree=True)
    with pytest.raises(ShapeError, match=r"AGNNConv: feat has shape \(3, 2\) and destination feat \(3, 1\)"):
        layer(GRAPH, (FEAT, torch.ones(3, 1)))
    with pytest.raises(ShapeError, match=r"AGNNConv: feat has shape \(3,\)"):
        layer(GRAPH, torch.ones(3))

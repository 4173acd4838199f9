"""EGATConv: features of edges and attention by hand, no bias, blocks, isolated nodes."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import GraphError, ShapeError
from weft.nn import EGATConv

GRAPH = weft.graph(([1, 2, 0, 0], [0, 0, 1, 2]))


def by_hand():
    """Return a layer of numbers: 2 for messages; 1, 10 and 100 for the score's source, destination and edge."""
    layer = EGATConv(1, 1, 1, 1, 1)
    with torch.no_grad():
        for part, value in ((layer.fc_node_src, 2), (layer.fc_ni, 1), (layer.fc_nj, 10), (layer.fc_fij, 100)):
            part.weight.fill_(value)
        layer.bias.fill_(0.5)
        layer.attn.fill_(0.01)
    return layer


def test_nodes_edges_and_attention_by_hand():
    nfeats, efeats = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[1.0], [-1.0], [0.0], [0.0]])
    nodes, edges, attention = by_hand()(GRAPH, nfeats, efeats, get_attention=True)
    assert edges.flatten().tolist() == pytest.approx([112.5, -86.5 * 0.01, 21.5, 31.5])
    first = 1 / (1 + math.exp((-0.865 - 112.5) * 0.01))
    assert attention.flatten().tolist() == pytest.approx([first, 1 - first, 1, 1])
    assert nodes.flatten().tolist() == pytest.approx([4 * first + 6 * (1 - first), 2, 2])


def test_edge_weights_multiply_the_attention():
    nfeats, efeats = torch.randn(3, 1), torch.randn(4, 1)
    weight = torch.tensor([1.0, 2.0, 3.0, 0.0])
    plain = by_hand()(GRAPH, nfeats, efeats, get_attention=True)
    weighted = by_hand()(GRAPH, nfeats, efeats, weight, True)
    torch.testing.assert_close(weighted[1], plain[1])
    torch.testing.assert_close(weighted[2], plain[2] * weight.view(4, 1, 1))
    assert weighted[0][2].tolist() == [[0.0]]


def test_without_bias():
    layer = EGATConv((4, 3), 5, 3, 2, 2, bias=False)
    assert layer.bias is None
    assert "bias" not in layer.state_dict()
    layer.reset_parameters()
    nodes, edges = layer(GRAPH, (torch.randn(3, 4), torch.randn(3, 3)), torch.zeros(4, 5))
    assert nodes.shape == (3, 2, 3)
    assert edges.shape == (4, 2, 2)


def test_inputs_are_left_as_they_were():
    nfeats, efeats = torch.ones(3, 1), torch.ones(4, 1)
    by_hand()(GRAPH, nfeats, efeats)
    assert torch.equal(nfeats, torch.ones(3, 1))
    assert torch.equal(efeats, torch.ones(4, 1))


def test_gradients_of_all_that_comes_out_are_those_of_finite_differences():
    layer = EGATConv(2, 3, 2, 2, 2).double()
    inputs = [torch.randn(3, 2, dtype=torch.float64), torch.randn(4, 3, dtype=torch.float64)]
    inputs = [value.requires_grad_() for value in inputs]
    assert torch.autograd.gradcheck(lambda *values: layer(GRAPH, *values, get_attention=True), inputs)
    assert torch.autograd.gradgradcheck(lambda *values: layer(GRAPH, *values)[0].square(), inputs)


def test_isolated_nodes_are_refused_unless_allowed():
    graph, nfeats, efeats = weft.graph(([0], [1])), torch.ones(2, 1), torch.ones(1, 1)
    layer = by_hand()
    with pytest.raises(GraphError, match="EGATConv: 1 of 2 destination nodes are 0-in-degree nodes"):
        layer(graph, nfeats, efeats)
    layer.set_allow_zero_in_degree(True)
    assert layer(graph, nfeats, efeats)[0].flatten().tolist() == [0.0, 2.0]


def test_features_of_edges_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="EGATConv: efeats has 3 rows, but the relation has 4 edges"):
        by_hand()(GRAPH, torch.ones(3, 1), torch.ones(3, 1))
    with pytest.raises(ShapeError, match=r"EGATConv: efeats has shape \(4, 2\)"):
        by_hand()(GRAPH, torch.ones(3, 1), torch.ones(4, 2))

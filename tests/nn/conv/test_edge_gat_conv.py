"""EdgeGATConv: sums by hand, against messages that are stored, dropout, refusals."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import GraphError, ShapeError
from weft.nn import EdgeGATConv
from weft.nn.conv.incidence import incidence

GRAPH = weft.graph(([1, 2, 0, 0], [0, 0, 1, 2]))


def test_attention_and_sum_by_hand():
    layer = EdgeGATConv(1, 1, 1, 1, negative_slope=0.5, residual=True)
    with torch.no_grad():
        for part, value in ((layer.fc, 2), (layer.fc_edge, 3), (layer.res_fc, 100)):
            part.weight.fill_(value)
        for part, value in ((layer.attn_l, 0.1), (layer.attn_r, 0.2), (layer.attn_edge, 0.3)):
            part.fill_(value)
        layer.bias.fill_(0.5)
    feat, edge_feat = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[1.0], [-2.0], [0.0], [0.0]])
    out, attention = layer(GRAPH, feat, edge_feat, get_attention=True)
    # Scores of the edges 1 -> 0 and 2 -> 0: 0.4 + 0.4 + 0.9 and the half of 0.6 + 0.4 - 1.8.
    first = 1 / (1 + math.exp(-0.4 - 1.7))
    assert attention.flatten().tolist() == pytest.approx([first, 1 - first, 1, 1])
    assert out.flatten().tolist() == pytest.approx([100.5 + first * 7 + (1 - first) * 0, 202.5, 302.5])


@pytest.mark.parametrize("middle", [(), (3,)])
def test_sums_are_those_of_stored_messages(middle):
    graph = weft.graph((torch.randint(9, (40,)), torch.randint(8, (40,))), num_nodes=9)
    feat, edge_feat = torch.randn(9, *middle, 4), torch.randn(40, *middle, 5)
    layer = EdgeGATConv(4, 5, 3, 2, residual=False, bias=False, allow_zero_in_degree=True)
    out, attention = layer(graph, feat, edge_feat, get_attention=True)
    src, dst = graph.edges()
    heads = [layer.fc(feat).unflatten(-1, (2, 3)), layer.fc_edge(edge_feat).unflatten(-1, (2, 3))]
    expected = torch.zeros(9, *middle, 2, 3).index_add(0, dst, attention * (heads[0][src] + heads[1]))
    torch.testing.assert_close(out, expected)
    leaves = [layer.fc.weight, layer.fc_edge.weight, layer.attn_edge]
    gradients = [torch.autograd.grad(value.square().sum(), leaves, retain_graph=True) for value in (out, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-4)


def test_second_derivatives_exist():
    layer = EdgeGATConv(2, 3, 2, 2).double()
    inputs = [torch.randn(rows, size, dtype=torch.float64).requires_grad_() for rows, size in ((3, 2), (4, 3))]
    assert torch.autograd.gradgradcheck(lambda *values: layer(GRAPH, *values).square(), inputs)


def test_dropout_leaves_features_of_edges_and_scales_attention():
    feat, edge_feat = torch.randn(3, 4), torch.randn(4, 5)
    layer = EdgeGATConv(4, 5, 3, 2, feat_drop=1.0, residual=False)
    assert layer(GRAPH, feat, edge_feat).abs().sum() > 0
    assert torch.equal(layer(GRAPH, feat, edge_feat), layer(GRAPH, 9 * feat, edge_feat))
    layer = EdgeGATConv(4, 5, 3, 2, attn_drop=0.5)
    _, attention = layer(GRAPH, feat, edge_feat, get_attention=True)
    kept = attention[2:].flatten()
    assert set(kept.tolist()) <= {0.0, 2.0}
    assert torch.equal(layer.eval()(GRAPH, feat, edge_feat), layer(GRAPH, feat, edge_feat))


def test_residual_is_mapped_whatever_the_sizes():
    assert EdgeGATConv(6, 5, 3, 2).res_fc.weight.shape == (6, 6)
    assert EdgeGATConv(6, 5, 3, 2, residual=False).res_fc is None


def test_edges_as_sources_are_made_once():
    relation = GRAPH.single_relation()
    made = incidence(relation)
    assert made is incidence(relation)
    assert (made.num_src, made.num_dst, made.num_edges) == (4, 3, 4)
    src, dst = made.coo()
    assert src.tolist() == [0, 1, 2, 3]
    assert dst.tolist() == GRAPH.edges()[1].tolist()


def test_what_does_not_fit_is_refused():
    layer = EdgeGATConv(4, 5, 3, 2)
    with pytest.raises(GraphError, match="EdgeGATConv: 1 of 2 destination nodes are 0-in-degree nodes"):
        layer(weft.graph(([0], [1])), torch.ones(2, 4), torch.ones(1, 5))
    with pytest.raises(ShapeError, match="EdgeGATConv: edge_feat has 3 rows, but the relation has 4 edges"):
        layer(GRAPH, torch.ones(3, 4), torch.ones(3, 5))
    with pytest.raises(ShapeError, match=r"EdgeGATConv: edge_feat has shape \(4, 4\)"):
        layer(GRAPH, torch.ones(3, 4), torch.ones(4, 4))

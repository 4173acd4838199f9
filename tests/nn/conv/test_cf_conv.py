"""CFConv: by hand, and the parts it is made of."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import ShapeError
from weft.nn import CFConv
from weft.nn.conv.cf_conv import ShiftedSoftplus


def test_shifted_softplus_is_zero_at_zero_and_a_line_far_away():
    out = ShiftedSoftplus()(torch.tensor([0.0, math.log(3.0), 50.0]))
    torch.testing.assert_close(out, torch.tensor([0.0, math.log(2.0), 50.0 - math.log(2.0)]))


def test_filters_multiply_messages_by_hand():
    layer = CFConv(1, 2, 2, 2)
    layer.project_edge = layer.project_node = layer.project_out = torch.nn.Identity()
    graph = weft.graph(([0, 1, 1], [1, 2, 2]))
    edge_feats = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    out = layer(graph, torch.tensor([[10.0], [20.0], [30.0]]), edge_feats)
    assert out.tolist() == [[0.0, 0.0], [10.0, 20.0], [160.0, 200.0]]


def test_layer_is_its_parts():
    layer, feat, edge_feats = CFConv(3, 2, 4, 5), torch.randn(3, 3), torch.randn(4, 2)
    src, dst = torch.tensor([0, 1, 2, 0]), torch.tensor([1, 2, 1, 2])
    messages = layer.project_node(feat)[src] * layer.project_edge(edge_feats)
    expected = layer.project_out(torch.zeros(3, 4).index_add(0, dst, messages))
    torch.testing.assert_close(layer(weft.graph((src, dst)), feat, edge_feats), expected)


def test_destinations_own_features_are_not_read():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1, 2], [0, 0, 1])})
    layer, source, edge_feats = CFConv(3, 2, 4, 5), torch.randn(3, 3), torch.randn(3, 2)
    pairs = [layer(graph, (source, torch.randn(2, 7)), edge_feats) for _ in range(2)]
    assert torch.equal(*pairs)


def test_wrong_sizes_are_refused():
    layer, graph = CFConv(3, 2, 4, 5), weft.graph(([0, 1], [1, 0]))
    with pytest.raises(ShapeError, match=r"CFConv: node_feats has shape \(2, 2\); expected \(nodes, 3\)"):
        layer(graph, torch.randn(2, 2), torch.randn(2, 2))
    with pytest.raises(ShapeError, match=r"CFConv: edge_feats has shape \(2, 3\); expected \(edges, 2\)"):
        layer(graph, torch.randn(2, 3), torch.randn(2, 3))

"""GatedGCNConv: by hand, blocks, order of the last steps, refusals."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import ShapeError
from weft.nn import GatedGCNConv


def test_gated_mean_by_hand():
    layer = GatedGCNConv(1, 1, 1, batch_norm=False, residual=False, activation=None)
    with torch.no_grad():
        for linear, weight in ((layer.A, 100.0), (layer.B, 1.0), (layer.C, 1.0), (layer.D, 0.0), (layer.E, 0.0)):
            linear.weight.fill_(weight)
            linear.bias.zero_()
    # Gates of 1/2 and 1/4 for messages of 2 and 8.
    edge_feat = torch.tensor([[0.0], [math.log(1 / 3)]])
    node, edge = layer(weft.graph(([0, 1], [2, 2])), torch.tensor([[2.0], [8.0], [1.0]]), edge_feat)
    torch.testing.assert_close(node.flatten(), torch.tensor([200.0, 800.0, 104.0]), rtol=1e-5, atol=0.0)
    torch.testing.assert_close(edge, edge_feat)


def test_edge_sees_itself_and_both_ends():
    layer = GatedGCNConv(1, 1, 1, batch_norm=False, residual=False, activation=None)
    with torch.no_grad():
        for linear, weight in ((layer.C, 1.0), (layer.D, 10.0), (layer.E, 100.0)):
            linear.weight.fill_(weight)
            linear.bias.zero_()
    _, edge = layer(weft.graph(([0, 1], [1, 0])), torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [4.0]]))
    assert edge.flatten().tolist() == [213.0, 124.0]


def test_inputs_are_added_after_the_activation_and_dropped_with_it():
    layer = GatedGCNConv(2, 2, 2, activation=lambda value: value * 0)
    graph, feat, edge_feat = weft.graph(([0, 1, 2], [1, 2, 0])), torch.randn(3, 2), torch.randn(3, 2)
    node, edge = layer(graph, feat, edge_feat)
    assert torch.equal(node, feat)
    assert torch.equal(edge, edge_feat)
    node, edge = GatedGCNConv(2, 2, 2, dropout=1.0)(graph, feat, edge_feat)
    assert not node.any()
    assert not edge.any()


@pytest.mark.parametrize(("sizes", "adds"), [((4, 4, 4), True), ((3, 4, 4), False), ((4, 3, 4), False)])
def test_inputs_are_added_where_all_sizes_agree(sizes, adds):
    assert GatedGCNConv(*sizes).residual is adds
    assert not GatedGCNConv(*sizes, residual=False).residual


def test_first_nodes_of_a_block_are_its_destinations():
    layer, feat, edge_feat = GatedGCNConv(4, 2, 3).eval(), torch.randn(5, 4), torch.randn(4, 2)
    ends = ([0, 3, 4, 2], [0, 0, 1, 1])
    block = weft.create_block(ends, num_src_nodes=5, num_dst_nodes=2)
    whole = layer(weft.graph(ends, num_nodes=5), feat, edge_feat)
    found = layer(block, feat, edge_feat)
    torch.testing.assert_close(found[0], whole[0][:2])
    torch.testing.assert_close(found[1], whole[1])


def test_norm_is_over_nodes_and_over_edges_apart():
    layer = GatedGCNConv(4, 2, 3, activation=None)
    graph = weft.graph((torch.randint(20, (60,)), torch.randint(20, (60,))), num_nodes=20)
    for value in layer(graph, torch.randn(20, 4), torch.randn(60, 2)):
        torch.testing.assert_close(value.mean(0), torch.zeros(3), atol=1e-5, rtol=0.0)


def test_wrong_edge_features_are_refused():
    layer, graph = GatedGCNConv(4, 2, 3), weft.graph(([0, 1], [1, 0]))
    with pytest.raises(ShapeError, match=r"GatedGCNConv: edge_feat has shape \(2, 3\); expected \(edges, 2\)"):
        layer(graph, torch.randn(2, 4), torch.randn(2, 3))
    with pytest.raises(ShapeError, match="GatedGCNConv: edge_feat has 3 rows, but the relation has 2 edges"):
        layer(graph, torch.randn(2, 4), torch.randn(3, 2))

"""PNAConv: by hand, towers, scalers, graphs of a batch, refusals."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.nn import PNAConv

EDGES = ([0, 1, 2, 1], [0, 0, 0, 1])


def layer_that_shows(aggregators, scalers, size=1, **options):
    """Return a layer whose messages are source features and whose output is the sum of the scaled statistics."""
    layer = PNAConv(size, size, aggregators, scalers, 2.0, residual=False, **options).eval()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        for tower in layer.towers:
            tower.M.weight[:, : layer.tower_in_size] = torch.eye(layer.tower_in_size)
            own = torch.eye(layer.tower_in_size).repeat(1, len(aggregators) * len(scalers))
            tower.U.weight[:, layer.tower_in_size :] = own
            tower.batchnorm.weight.fill_(math.sqrt(1 + tower.batchnorm.eps))
        layer.mixing_layer[0].weight.copy_(torch.eye(size))
    return layer


def test_mean_over_the_root_of_the_number_of_nodes():
    out = layer_that_shows(["mean"], ["identity"])(weft.graph(EDGES), torch.tensor([[1.0], [2.0], [6.0]]))
    torch.testing.assert_close(out.flatten() * 3**0.5, torch.tensor([3.0, 2.0, 0.0]))


def test_scalers_by_hand():
    feat = torch.tensor([[1.0], [2.0], [6.0]])
    for scaler, factors in (
        ("amplification", [math.log(4) / 2, math.log(2) / 2]),
        ("attenuation", [2 / math.log(4), 2 / math.log(2)]),
    ):
        out = layer_that_shows(["mean"], [scaler])(weft.graph(EDGES), feat)
        expected = torch.tensor([3.0 * factors[0], 2.0 * factors[1], 0.0])
        torch.testing.assert_close(out.flatten() * 3**0.5, expected)


def test_statistics_and_scalers_add_up_in_any_number():
    feat = torch.tensor([[1.0], [2.0], [6.0]])
    out = layer_that_shows(["max", "min"], ["identity", "amplification"])(weft.graph(EDGES), feat)
    torch.testing.assert_close(out[0, 0] * 3**0.5, torch.tensor((6.0 + 1.0) * (1 + math.log(4) / 2)))


def test_tower_sees_its_part_of_the_features():
    feat = torch.randn(3, 4)
    whole = layer_that_shows(["mean", "max"], ["identity"], 4)(weft.graph(EDGES), feat)
    towers = layer_that_shows(["mean", "max"], ["identity"], 4, num_towers=2)(weft.graph(EDGES), feat)
    torch.testing.assert_close(towers, whole)
    changed = feat.clone()
    changed[:, 2:] += 1
    layer = PNAConv(4, 4, ["mean", "max"], ["identity"], 2.0, num_towers=2, residual=False).eval()
    with torch.no_grad():
        layer.mixing_layer[0].weight.copy_(torch.eye(4))
    before, after = layer(weft.graph(EDGES), feat), layer(weft.graph(EDGES), changed)
    torch.testing.assert_close(after[:, :2], before[:, :2])
    assert not torch.allclose(after[:, 2:], before[:, 2:])


def test_graph_in_a_batch_is_what_it_is_alone():
    one, other = weft.graph(EDGES), weft.graph(([0, 1], [1, 0]))
    layer, feat = PNAConv(4, 3, ["mean", "std"], ["attenuation"], 1.0).eval(), torch.randn(5, 4)
    alone = torch.cat([layer(one, feat[:3]), layer(other, feat[3:])])
    torch.testing.assert_close(layer(weft.batch([one, other]), feat), alone)


def test_edge_features_reach_the_messages():
    layer = layer_that_shows(["sum"], ["identity"], edge_feat_size=1)
    with torch.no_grad():
        layer.towers[0].M.weight[0, 2] = 1.0
    edge_feat = torch.tensor([[10.0], [20.0], [30.0], [40.0]])
    out = layer(weft.graph(EDGES), torch.tensor([[1.0], [2.0], [6.0]]), edge_feat)
    torch.testing.assert_close(out.flatten() * 3**0.5, torch.tensor([69.0, 42.0, 0.0]))


def test_pair_of_features_on_two_kinds_of_nodes():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1, 2], [0, 0, 1])})
    layer = layer_that_shows(["max"], ["identity"])
    out = layer(graph, (torch.tensor([[1.0], [5.0], [3.0]]), torch.zeros(2, 1)))
    torch.testing.assert_close(out.flatten() * 2**0.5, torch.tensor([5.0, 3.0]))


def test_input_is_added_where_sizes_agree():
    graph, feat = weft.graph(EDGES), torch.randn(3, 4)
    layer = PNAConv(4, 4, ["mean"], ["identity"], 1.0)
    with torch.no_grad():
        for parameter in layer.mixing_layer.parameters():
            parameter.zero_()
    torch.testing.assert_close(layer(graph, feat), feat)
    assert not PNAConv(4, 2, ["mean"], ["identity"], 1.0).residual


def test_dropout_comes_after_the_norm_over_the_batch():
    layer = PNAConv(4, 3, ["mean"], ["identity"], 1.0, dropout=1.0)
    with torch.no_grad():
        layer.towers[0].batchnorm.bias.fill_(5.0)
    out = layer(weft.graph(EDGES), torch.randn(3, 4))
    torch.testing.assert_close(out, layer.mixing_layer(torch.zeros(3, 3)))


def test_wrong_options_are_refused():
    with pytest.raises(InputError, match=r"PNAConv: got aggregators='avg'; expected one of 'max', 'mean'"):
        PNAConv(4, 4, ["avg"], ["identity"], 1.0)
    with pytest.raises(InputError, match="PNAConv: got scalers='log'"):
        PNAConv(4, 4, ["mean"], ["log"], 1.0)
    with pytest.raises(InputError, match="PNAConv: got aggregators='mean'; expected a list with one name or more"):
        PNAConv(4, 4, "mean", ["identity"], 1.0)
    with pytest.raises(InputError, match=r"PNAConv: got scalers=\[\]; expected a list"):
        PNAConv(4, 4, ["mean"], [], 1.0)
    with pytest.raises(InputError, match="PNAConv: 3 towers do not divide in_size=4 and out_size=6"):
        PNAConv(4, 6, ["mean"], ["identity"], 1.0, num_towers=3)


def test_edge_features_are_those_that_the_layer_was_made_for():
    graph, feat = weft.graph(EDGES), torch.randn(3, 4)
    without, with_two = (PNAConv(4, 4, ["mean"], ["identity"], 1.0, edge_feat_size=size) for size in (0, 2))
    with pytest.raises(
        InputError, match="PNAConv: forward got edge_feat, but the layer was made with edge_feat_size=0"
    ):
        without(graph, feat, torch.randn(4, 2))
    with pytest.raises(InputError, match=r"PNAConv: forward got no edge_feat, but .* edge_feat_size=2"):
        with_two(graph, feat)
    with pytest.raises(ShapeError, match=r"PNAConv: edge_feat has shape \(4, 3\); expected \(edges, 2\)"):
        with_two(graph, feat, torch.randn(4, 3))
    with pytest.raises(ShapeError, match="PNAConv: edge_feat has 3 rows, but the relation has 4 edges"):
        with_two(graph, feat, torch.randn(3, 2))
    with pytest.raises(ShapeError, match=r"PNAConv: node_feat has shape \(3, 2, 4\); expected \(nodes, 4\)"):
        without(graph, torch.randn(3, 2, 4))

"""DGNConv: directions by hand, blocks and pairs, without directions, refusals."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.nn import DGNConv, PNAConv

EDGES = ([0, 1, 2, 1], [2, 2, 2, 0])
FEAT = torch.tensor([[1.0], [5.0], [2.0]])
PLACES = torch.tensor([[0.0, 3.0], [2.0, 3.0], [1.5, 3.0]])


def layer_that_shows(aggregator):
    """Return a layer whose messages are source features and whose output is the aggregate over ``sqrt(nodes)``."""
    layer = DGNConv(1, 1, [aggregator], ["identity"], 1.0, residual=False).eval()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        tower = layer.towers[0]
        tower.M.weight[0, 0] = tower.U.weight[0, 1] = layer.mixing_layer[0].weight[0, 0] = 1.0
        tower.batchnorm.weight.fill_(math.sqrt(1 + tower.batchnorm.eps))
    return layer


def run(aggregator, **arguments):
    out = layer_that_shows(aggregator)(weft.graph(EDGES), FEAT, eig_vec=PLACES, **arguments)
    return out.flatten() * 3**0.5


def test_mean_along_a_direction_by_hand():
    # Differences at node 2: -1.5, 0.5 and 0 for messages 1, 5 and 2; at node 0: 2 for 5.
    torch.testing.assert_close(run("dir1-av"), torch.tensor([5.0, 0.0, (1.5 * 1 + 0.5 * 5) / 2]))


def test_derivative_along_a_direction_by_hand():
    expected = [abs(2 * (5.0 - 1.0)) / 2, 0.0, abs(-1.5 * (1.0 - 2.0) + 0.5 * (5.0 - 2.0)) / 2]
    torch.testing.assert_close(run("dir1-dx"), torch.tensor(expected))


@pytest.mark.parametrize("aggregator", ["dir2-av", "dir2-dx"])
def test_direction_along_which_all_nodes_lie_level_gives_zero(aggregator):
    assert run(aggregator).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("aggregator", ["dir1-av", "dir1-dx"])
def test_a_node_without_edges_gets_zero_in_float16_too(aggregator):
    layer = layer_that_shows(aggregator).half()
    out = layer(weft.graph(EDGES), FEAT.half(), eig_vec=PLACES.half())
    assert out[1].tolist() == [0.0]
    torch.testing.assert_close(out.float().flatten() * 3**0.5, run(aggregator), rtol=1e-2, atol=1e-2)


def test_sign_of_an_eigenvector_has_no_bearing():
    layer, graph = DGNConv(4, 3, ["dir1-av", "dir1-dx"], ["identity"], 1.0), weft.graph(EDGES)
    feat, places = torch.randn(3, 4), torch.randn(3, 1)
    torch.testing.assert_close(layer(graph, feat, eig_vec=places), layer(graph, feat, eig_vec=-places))


def test_edge_features_reach_the_messages():
    layer = DGNConv(4, 3, ["dir1-av", "dir1-dx", "max"], ["identity"], 1.0, edge_feat_size=2).eval()
    graph, feat, places = weft.graph(EDGES), torch.randn(3, 4), torch.randn(3, 1)
    edge_feat = torch.randn(4, 2, requires_grad=True)
    layer(graph, feat, edge_feat, places).square().sum().backward()
    # The edge from 2 to itself lies level, but it counts for the maximum.
    assert (edge_feat.grad.abs().sum(1) > 0)[[0, 1, 3]].all()


def test_blocks_and_pairs():
    layer = DGNConv(4, 3, ["mean", "dir1-av", "dir2-dx"], ["amplification"], 1.0).eval()
    src, dst = torch.tensor([0, 2, 3, 4, 1]), torch.tensor([1, 0, 1, 1, 0])
    feat, places = torch.randn(5, 4), torch.randn(5, 2)
    block = weft.create_block((src, dst), num_src_nodes=5, num_dst_nodes=2)
    graph = weft.heterograph({("s", "to", "d"): (src, dst)})
    torch.testing.assert_close(
        layer(block, feat, eig_vec=places), layer(graph, (feat, feat[:2]), eig_vec=(places, places[:2]))
    )


def test_without_directions_it_is_pna():
    graph, feat = weft.graph(EDGES), torch.randn(3, 4)
    layer, other = (kind(4, 3, ["mean", "std"], ["identity"], 1.0) for kind in (DGNConv, PNAConv))
    other.load_state_dict(layer.state_dict())
    assert torch.equal(layer(graph, feat), other(graph, feat))


def test_wrong_arguments_are_refused():
    graph, feat = weft.graph(EDGES), torch.randn(3, 4)
    layer = DGNConv(4, 3, ["dir2-av", "dir1-dx"], ["identity"], 1.0)
    with pytest.raises(InputError, match="DGNConv: forward got no eig_vec, but the aggregators look along 2 of them"):
        layer(graph, feat)
    with pytest.raises(ShapeError, match=r"DGNConv: eig_vec has shape \(3, 1\); expected \(nodes, 2 or more\)"):
        layer(graph, feat, eig_vec=torch.randn(3, 1))
    with pytest.raises(InputError, match=r"DGNConv: got aggregators='dir4-av'.*Did you mean 'dir3-av'"):
        DGNConv(4, 3, ["dir4-av"], ["identity"], 1.0)
    with pytest.raises(InputError, match="PNAConv: got aggregators='dir1-av'"):
        PNAConv(4, 3, ["dir1-av"], ["identity"], 1.0)

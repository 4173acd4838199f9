"""SAGEConv: hand-worked aggregators, the LSTM against one sequence at a time."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.nn import SAGEConv

EDGES = ([0, 2, 0, 1], [1, 1, 2, 1])
FEAT = torch.tensor([[2.0], [3.0], [-5.0]])


def neighbours(kind):
    """Return what a layer adds for the neighbours when its matrices are ones and its own part is zero."""
    layer = SAGEConv(1, 1, kind, bias=False)
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            parameter.fill_(0.0 if "self" in name or name == "fc_pool.bias" else 1.0)
    return layer(weft.graph(EDGES), FEAT).flatten().tolist()


def test_mean_by_hand():
    assert neighbours("mean") == [0.0, 0.0, 2.0]


def test_gcn_counts_the_node_itself():
    assert neighbours("gcn") == [2.0, 0.75, -1.5]


def test_pool_takes_the_maximum_after_relu():
    assert neighbours("pool") == [0.0, 3.0, 2.0]


@pytest.mark.parametrize("in_order", [False, True])
def test_lstm_reads_neighbours_in_the_order_of_edge_ids(in_order):
    src, dst = torch.tensor([0, 3, 1, 1, 2, 3]), torch.tensor([1, 0, 1, 3, 1, 0])
    if in_order:
        dst, order = torch.sort(dst, stable=True)
        src = src[order]
    layer, feat = SAGEConv(4, 2, "lstm"), torch.randn(5, 4)
    out = layer(weft.graph((src, dst), num_nodes=5), feat)
    for node in range(5):
        last = torch.zeros(4)
        if bool((dst == node).any()):
            _, (state, _) = layer.lstm(feat[src[dst == node]].unsqueeze(0))
            last = state.flatten()
        torch.testing.assert_close(out[node], layer.fc_self(feat[node]) + layer.fc_neigh(last))


def test_edge_weights_multiply_the_lstms_messages():
    layer, feat, weight = SAGEConv(2, 2, "lstm"), torch.randn(3, 2), torch.tensor([0.5, 2.0, -1.0, 0.0])
    out = layer(weft.graph(EDGES), feat, edge_weight=weight)
    _, (state, _) = layer.lstm((feat[[0, 2, 1]] * weight[[0, 1, 3]].unsqueeze(1)).unsqueeze(0))
    torch.testing.assert_close(out[1], layer.fc_self(feat[1]) + layer.fc_neigh(state.flatten()))


def test_gcn_refuses_sides_of_different_sizes():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1], [0, 0])})
    with pytest.raises(ShapeError, match="'gcn'"):
        SAGEConv((2, 3), 2, "gcn")(graph, (torch.ones(2, 2), torch.ones(1, 3)))


def test_one_tensor_for_two_sets_of_nodes_is_refused():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1], [0, 0])})
    with pytest.raises(ShapeError, match="expected a pair"):
        SAGEConv(2, 2, "mean")(graph, torch.ones(2, 2))


def test_dropout_reaches_a_nodes_own_features_alike():
    layer = SAGEConv(1, 1, "mean", feat_drop=0.5, bias=False)
    with torch.no_grad():
        layer.fc_self.weight.fill_(-1.0)
        layer.fc_neigh.weight.fill_(1.0)
    # Each node is its own only neighbour: were the masks different, the difference would not vanish.
    nodes = torch.arange(50)
    assert layer(weft.graph((nodes, nodes)), torch.rand(50, 1)).abs().max() == 0


def test_unknown_aggregator_lists_the_choices():
    with pytest.raises(InputError, match=r"'gcn', 'lstm', 'mean', 'pool'.*Did you mean 'mean'"):
        SAGEConv(1, 1, "means")

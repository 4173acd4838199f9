"""EdgeConv: by hand, a row an edge, norm in training and between batches, what is kept for the backward pass."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, ShapeError
from weft.nn import EdgeConv

EDGES = ([0, 1, 2, 1, 0], [1, 0, 1, 2, 2])


def edge_by_edge(layer, src, dst, feat, norm=None):
    source, destination = feat if isinstance(feat, tuple) else (feat, feat)
    messages = layer.theta(destination[dst] - source[src]) + layer.phi(destination[dst])
    messages = messages if norm is None else norm(messages)
    out = []
    for node in range(len(destination)):
        mine = messages[torch.tensor(dst) == node]
        out.append(mine.max(0).values if len(mine) else torch.zeros(messages.shape[1]))
    return torch.stack(out)


def test_largest_difference_by_hand():
    layer = EdgeConv(1, 1, allow_zero_in_degree=True)
    with torch.no_grad():
        for linear, weight in ((layer.theta, 1.0), (layer.phi, 10.0)):
            linear.weight.fill_(weight)
            linear.bias.zero_()
    # Node 1 sees differences 1 and -3, node 2 sees 3; each has ten times itself added.
    out = layer(weft.graph(([0, 1, 2], [1, 2, 1])), torch.tensor([[1.0], [2.0], [5.0]]))
    assert out.flatten().tolist() == [0.0, 21.0, 53.0]


@pytest.mark.parametrize("sizes", [(2, 5), (5, 2)])
def test_rows_of_nodes_give_what_rows_of_edges_do(sizes):
    layer, feat = EdgeConv(*sizes), torch.randn(3, sizes[0], requires_grad=True)
    out, expected = layer(weft.graph(EDGES), feat), edge_by_edge(layer, *EDGES, feat)
    torch.testing.assert_close(out, expected)
    leaves = [feat, *layer.parameters()]
    left, right = (torch.autograd.grad(value.square().sum(), leaves) for value in (out, expected))
    torch.testing.assert_close(left, right)


def test_pair_of_features_on_two_kinds_of_nodes():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1, 2], [0, 0, 1])})
    layer, feat = EdgeConv(3, 4), (torch.randn(3, 3), torch.randn(2, 3))
    torch.testing.assert_close(layer(graph, feat), edge_by_edge(layer, [0, 1, 2], [0, 0, 1], feat))


def test_norm_in_training_is_over_edges():
    layer, feat = EdgeConv(3, 4, batch_norm=True), torch.randn(3, 3)
    torch.testing.assert_close(
        layer(weft.graph(EDGES), feat), edge_by_edge(layer, *EDGES, feat, torch.nn.BatchNorm1d(4))
    )


def test_norm_between_batches_needs_no_rows_of_edges():
    layer, feat = EdgeConv(3, 4, batch_norm=True), torch.randn(3, 3)
    for _ in range(3):
        layer(weft.graph(EDGES), torch.randn(3, 3))
    with torch.no_grad():
        layer.bn.weight.copy_(torch.tensor([1.0, -2.0, 0.0, 0.5]))
        layer.bn.bias.normal_()
    layer.eval()
    torch.testing.assert_close(layer(weft.graph(EDGES), feat), edge_by_edge(layer, *EDGES, feat, layer.bn))


def test_no_row_of_an_edge_is_kept_for_the_backward_pass():
    graph = weft.graph((torch.randint(5, (400,)), torch.arange(400) % 5))
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda value: kept.append(value) or value, lambda value: value):
        EdgeConv(3, 4)(graph, torch.randn(5, 3, requires_grad=True))
    assert max(value.shape[0] for value in kept if value.is_floating_point()) == 5


def test_nodes_without_incoming_edges_are_refused_unless_allowed():
    graph, feat = weft.graph(([0], [1])), torch.randn(2, 3)
    with pytest.raises(GraphError, match="EdgeConv: 1 of 2 destination nodes are 0-in-degree nodes"):
        EdgeConv(3, 4)(graph, feat)
    for norm in (False, True):
        layer = EdgeConv(3, 4, norm, allow_zero_in_degree=True).eval()
        assert layer(graph, feat)[0].tolist() == [0.0] * 4


def test_norm_is_of_one_vector_a_node():
    with pytest.raises(
        ShapeError, match=r"EdgeConv: feat has shape \(3, 2, 3\); with batch_norm expected \(nodes, 3\)"
    ):
        EdgeConv(3, 4, batch_norm=True)(weft.graph(EDGES), torch.randn(3, 2, 3))

"""APPNPConv: steps by hand, the walk as a whole against its steps, gradients of gradients, dropout of edges."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.nn import APPNPConv


def random_graph(num_nodes=12, num_edges=40):
    return weft.graph(
        (torch.randint(num_nodes, (num_edges,)), torch.randint(num_nodes - 1, (num_edges,))), num_nodes=12
    )


def matrix(graph):
    src, dst = graph.edges()
    dense = torch.zeros(12, 12, dtype=torch.float64).index_put((dst, src), torch.ones(()).double(), accumulate=True)
    scale = [side.clamp(min=1).double() ** -0.5 for side in (graph.in_degrees(), graph.out_degrees())]
    return scale[0].unsqueeze(1) * dense * scale[1]


def test_two_steps_by_hand():
    # 0 -> 1 twice, 1 -> 0: out-degrees 2, 1; in-degrees 1, 2.
    graph = weft.graph(([0, 0, 1], [1, 1, 0]))
    feat = torch.tensor([[8.0], [0.0]])
    # 1 receives 2 * 8 / sqrt(2 * 2) = 8; 0 receives 1's / sqrt(1 * 1).
    assert APPNPConv(1, 0.25)(graph, feat).flatten().tolist() == pytest.approx([2.0, 6.0])
    assert APPNPConv(2, 0.25)(graph, feat).flatten().tolist() == pytest.approx([4.5 + 2.0, 1.5])
    assert APPNPConv(0, 0.25)(graph, feat).flatten().tolist() == [8.0, 0.0]


def test_edge_weights_are_normalised_by_their_sums():
    graph = weft.graph(([0, 0, 1], [1, 0, 0]))
    out = APPNPConv(1, 0.5)(graph, torch.tensor([[4.0], [2.0]]), edge_weight=torch.tensor([3.0, 1.0, 8.0]))
    # Sums of weights: out 4, 8; in 9, 3.
    expected = [2 + 0.5 * (4 / 36**0.5 + 2 * 8 / 72**0.5), 1 + 0.5 * 4 * 3 / 12**0.5]
    assert out.flatten().tolist() == pytest.approx(expected)


@pytest.mark.parametrize("k", [0, 1, 2, 5])
def test_walk_and_its_gradient_are_those_of_powers_of_the_matrix(k):
    graph = random_graph()
    feat = torch.randn(12, 3, dtype=torch.float64, requires_grad=True)
    step, expected = matrix(graph), feat
    for _ in range(k):
        expected = 0.8 * step @ expected + 0.2 * feat
    out = APPNPConv(k, 0.2)(graph, feat)
    torch.testing.assert_close(out, expected)
    weights = torch.randn(12, 3, dtype=torch.float64)
    left, right = (torch.autograd.grad((value * weights).sum(), feat)[0] for value in (out, expected))
    torch.testing.assert_close(left, right)


@pytest.mark.parametrize("weighted", [False, True])
def test_second_derivatives_exist(weighted):
    graph = random_graph()
    feat = torch.randn(12, 2, dtype=torch.float64, requires_grad=True)
    weights = (torch.rand(40, dtype=torch.float64) + 0.5).requires_grad_() if weighted else None
    layer = APPNPConv(3, 0.2)

    def run(feat, *weights):
        return layer(graph, feat, *weights).square()

    inputs = (feat,) if weights is None else (feat, weights)
    assert torch.autograd.gradcheck(run, inputs)
    assert torch.autograd.gradgradcheck(run, inputs)


def test_features_and_output_share_no_memory():
    feat = torch.ones(12, 2)
    for k in (0, 1, 3):
        APPNPConv(k, 0.1)(random_graph(), feat).zero_()
    assert torch.equal(feat, torch.ones(12, 2))


def test_dropout_of_edges_is_drawn_in_each_step_and_only_in_training():
    nodes = torch.arange(4000)
    graph, feat = weft.graph((nodes, nodes)), torch.ones(4000, 1)
    layer = APPNPConv(2, 0.5, edge_drop=0.25)
    out = layer(graph, feat).flatten()
    # Each step keeps a message with probability 3/4, and 4/3 of it: h = (4/3 or 0) * h / 2 + 1 / 2.
    values = {round(value, 4) for value in out.tolist()}
    assert values == {0.5, round(0.5 + 2 / 3 * 0.5, 4), round(0.5 + 2 / 3 * (0.5 + 2 / 3), 4)}
    assert (out == 0.5).float().mean().item() == pytest.approx(0.25, abs=0.03)
    assert torch.equal(layer.eval()(graph, feat), feat)


def test_dropout_with_edge_weights_learns_both():
    graph = random_graph()
    feat, weights = torch.randn(12, 3, requires_grad=True), (torch.rand(40) + 0.5).requires_grad_()
    APPNPConv(3, 0.2, 0.5)(graph, feat, weights).square().sum().backward()
    assert feat.grad.abs().sum() > 0
    assert weights.grad.abs().sum() > 0


def test_blocks_and_graphs_of_two_kinds_of_nodes_are_refused():
    block = weft.create_block(([0, 1], [0, 0]), num_src_nodes=2, num_dst_nodes=1)
    kinds = weft.heterograph({("user", "buys", "item"): ([0], [1])}, {"user": 2, "item": 2})
    for graph in (block, kinds):
        with pytest.raises(GraphError, match="APPNPConv: sources and destinations of the graph are different nodes"):
            APPNPConv(1, 0.1)(graph, torch.ones(2, 1))


def test_block_with_as_many_destinations_as_sources_is_a_graph():
    block = weft.create_block(([0, 1], [1, 0]), num_src_nodes=2, num_dst_nodes=2)
    feat = torch.randn(2, 3)
    torch.testing.assert_close(APPNPConv(2, 0.1)(block, feat), APPNPConv(2, 0.1)(weft.graph(([0, 1], [1, 0])), feat))


def test_pairs_and_weights_that_do_not_fit_are_refused():
    graph, feat = weft.graph(([0], [0])), torch.ones(1, 2)
    with pytest.raises(InputError, match="APPNPConv: feat is a pair"):
        APPNPConv(1, 0.1)(graph, (feat, feat))
    with pytest.raises(InputError, match=r"APPNPConv: edge_weight holds -1\.0"):
        APPNPConv(1, 0.1)(graph, feat, edge_weight=torch.tensor([-1.0]))
    with pytest.raises(ShapeError, match="only one number an edge"):
        APPNPConv(1, 0.1)(graph, feat, edge_weight=torch.ones(1, 2))


def test_number_of_steps_is_checked():
    with pytest.raises(InputError, match="APPNPConv: got k=-1; expected a number of steps, 0 or more"):
        APPNPConv(-1, 0.1)

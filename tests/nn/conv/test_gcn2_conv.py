"""GCN2Conv: hand-worked mixtures, blocks, first features that do not fit."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.nn import GCN2Conv

# 0 -> 1 twice and 1 -> 0: in-degrees 1, 2.
EDGES = ([0, 0, 1], [1, 1, 0])
FEAT, FIRST = torch.tensor([[8.0], [2.0]]), torch.tensor([[10.0], [20.0]])
SMOOTHED = [2 / 2**0.5, 16 / 2**0.5]


def layer(weight, **options):
    made = GCN2Conv(1, 2, alpha=0.25, lambda_=2, **options)
    assert made.beta == pytest.approx(math.log(2))
    with torch.no_grad():
        for parameter, value in zip((made.weight1, made.weight2), weight, strict=False):
            parameter.fill_(value)
    return made


def test_one_matrix_by_hand():
    out = layer([5.0])(weft.graph(EDGES), FEAT, FIRST)
    mixed = [0.75 * SMOOTHED[0] + 2.5, 0.75 * SMOOTHED[1] + 5]
    factor = 1 - math.log(2) + 5 * math.log(2)
    assert out.flatten().tolist() == pytest.approx([factor * value for value in mixed])


def test_two_matrices_by_hand():
    made = layer([5.0, -1.0], project_initial_features=False)
    out = made(weft.graph(EDGES), FEAT, FIRST)
    one, two = 1 - math.log(2) + 5 * math.log(2), 1 - math.log(2) - math.log(2)
    expected = [0.75 * one * SMOOTHED[0] + two * 2.5, 0.75 * one * SMOOTHED[1] + two * 5]
    assert out.flatten().tolist() == pytest.approx(expected)


def test_edge_weights_are_normalised_by_their_sums():
    out = layer([1.0])(weft.graph(EDGES), FEAT, FIRST, edge_weight=torch.tensor([1.0, 3.0, 9.0]))
    # Sums: out 4, 9; in 9, 4.
    expected = [0.75 * 2 * 9 / 9 + 2.5, 0.75 * 8 * 4 / 4 + 5]
    assert out.flatten().tolist() == pytest.approx(expected)


def test_sources_of_a_block_count_their_outgoing_edges():
    block = weft.create_block(([0, 1, 1, 2], [0, 0, 1, 1]), num_src_nodes=3, num_dst_nodes=2)
    feat = torch.tensor([[2.0], [4.0], [6.0]])
    out = layer([1.0])(block, feat, FIRST)
    smoothed = [(2 + 4 / 2**0.5) / 2**0.5, (4 / 2**0.5 + 6) / 2**0.5]
    assert out.flatten().tolist() == pytest.approx([0.75 * smoothed[0] + 2.5, 0.75 * smoothed[1] + 5])
    # First features of all sources serve as well.
    torch.testing.assert_close(layer([1.0])(block, feat, torch.cat([FIRST, feat[2:]])), out)


def test_first_features_take_a_gradient():
    first = FIRST.clone().requires_grad_()
    layer([1.0])(weft.graph(EDGES), FEAT, first).sum().backward()
    assert first.grad.flatten().tolist() == pytest.approx([0.25, 0.25])


def test_parameters_are_those_asked_for():
    assert [name for name, _ in GCN2Conv(3, 1).named_parameters()] == ["weight1", "bias"]
    made = GCN2Conv(3, 1, project_initial_features=False, bias=False)
    assert [name for name, _ in made.named_parameters()] == ["weight1", "weight2"]


def test_first_features_that_do_not_fit_are_refused():
    graph = weft.graph(EDGES)
    with pytest.raises(ShapeError, match=r"GCN2Conv: feat_0 has shape \(2, 3\); expected \(2, 1\)"):
        GCN2Conv(1, 1)(graph, FEAT, torch.ones(2, 3))
    with pytest.raises(ShapeError, match="GCN2Conv: feat_0 has 5 rows, but the relation has 2 destination nodes"):
        GCN2Conv(1, 1)(graph, FEAT, torch.ones(5, 1))


def test_layers_count_from_one():
    with pytest.raises(InputError, match="GCN2Conv: got layer=0; expected the number of the layer, 1 or more"):
        GCN2Conv(4, 0)


def test_isolated_nodes_are_counted_in_the_message():
    with pytest.raises(GraphError, match="GCN2Conv: 1 of 2 destination nodes are 0-in-degree nodes"):
        GCN2Conv(1, 1)(weft.graph(([0], [1])), FEAT, FIRST)


def test_print_shows_size_and_shares():
    assert repr(GCN2Conv(4, 1, lambda_=math.e - 1)) == "GCN2Conv(in=4, alpha=0.1, beta=1.0)"

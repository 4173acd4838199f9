"""GraphConv: hand-worked norms, external weights, refusals."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.nn import GraphConv

# 0 -> 1 and 2 -> 1, 0 -> 2: out-degrees 2, 0, 1; in-degrees 0, 2, 1.
EDGES = ([0, 2, 0], [1, 1, 2])
FEAT = torch.tensor([[2.0], [3.0], [5.0]])


def run(**options):
    forward = {name: options.pop(name) for name in ("edge_weight",) if name in options}
    layer = GraphConv(1, 1, weight=False, bias=False, allow_zero_in_degree=True, **options)
    return layer(weft.graph(EDGES), FEAT, **forward).flatten().tolist()


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        ("none", [0.0, 7.0, 2.0]),
        ("right", [0.0, 3.5, 2.0]),
        ("left", [0.0, 6.0, 1.0]),
        ("both", [0.0, (2 / 2**0.5 + 5) / 2**0.5, 2 / 2**0.5]),
    ],
)
def test_norms_by_hand(norm, expected):
    assert run(norm=norm) == pytest.approx(expected)


def test_edge_weights_multiply_and_leave_the_degrees():
    assert run(norm="right", edge_weight=torch.tensor([1.0, 10.0, 3.0])) == pytest.approx([0.0, 26.0, 6.0])


def test_external_weight_is_used_by_a_layer_without_one():
    layer = GraphConv(1, 2, norm="none", weight=False, allow_zero_in_degree=True)
    out = layer(weft.graph(EDGES), FEAT, weight=torch.tensor([[1.0, -1.0]]))
    assert out.tolist() == [[0.0, 0.0], [7.0, -7.0], [2.0, -2.0]]


def test_external_weight_beside_an_own_one_is_refused():
    layer = GraphConv(1, 2, allow_zero_in_degree=True)
    with pytest.raises(InputError, match="weight=False"):
        layer(weft.graph(EDGES), FEAT, weight=torch.ones(1, 2))


def test_bias_of_another_size_than_the_features_is_refused():
    layer = GraphConv(1, 2, weight=False, allow_zero_in_degree=True)
    with pytest.raises(ShapeError, match="out_feats=1"):
        layer(weft.graph(EDGES), FEAT)


def test_unknown_norm_lists_the_choices():
    with pytest.raises(InputError, match="'both', 'left', 'none', 'right'"):
        GraphConv(1, 1, norm="sym")


def test_isolated_nodes_are_counted_in_the_message():
    with pytest.raises(GraphError, match=r"1 of 3 destination nodes are 0-in-degree nodes \(the first is 0\)"):
        GraphConv(1, 1)(weft.graph(EDGES), FEAT)


def test_several_edge_types_are_refused():
    graph = weft.heterograph({("a", "x", "b"): ([0], [0]), ("b", "y", "a"): ([0], [0])})
    with pytest.raises(GraphError):
        GraphConv(1, 1)(graph, torch.ones(1, 1))


def test_second_derivatives_exist():
    layer = GraphConv(2, 2, allow_zero_in_degree=True).double()
    feat = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda feat: layer(weft.graph(EDGES), feat).square(), (feat,))


def test_print_shows_sizes_norm_and_activation():
    assert repr(GraphConv(4, 2)) == "GraphConv(in=4, out=2, normalization=both, activation=None)"

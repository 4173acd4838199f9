"""GINConv and GINEConv: sums by hand, maps before sums, functions that are no modules, refusals."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import weft
from weft.errors import InputError, ShapeError
from weft.nn import GINConv, GINEConv

# 0 -> 1 and 2 -> 1, 0 -> 2; nothing reaches 0.
EDGES = ([0, 2, 0], [1, 1, 2])
FEAT = torch.tensor([[2.0], [3.0], [5.0]])


@pytest.mark.parametrize(
    ("kind", "expected"), [("sum", [3.0, 11.5, 9.5]), ("mean", [3.0, 8.0, 9.5]), ("max", [3.0, 9.5, 9.5])]
)
def test_aggregates_by_hand(kind, expected):
    assert GINConv(None, kind, init_eps=0.5)(weft.graph(EDGES), FEAT).flatten().tolist() == expected


def test_edge_weights_multiply_the_messages():
    out = GINConv()(weft.graph(EDGES), FEAT, edge_weight=torch.tensor([1.0, 10.0, 2.0]))
    assert out.flatten().tolist() == [2.0, 55.0, 9.0]


def test_features_of_edges_by_hand():
    edge_feat = torch.tensor([[1.0], [-9.0], [0.5]])
    out = GINEConv(lambda rows: 10 * rows, init_eps=1)(weft.graph(EDGES), FEAT, edge_feat)
    assert out.flatten().tolist() == [40.0, 60 + 30, 100 + 25]


def test_activation_comes_last():
    assert GINConv(torch.neg, activation=torch.relu)(weft.graph(EDGES), FEAT).flatten().tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("pair", [False, True])
@pytest.mark.parametrize("kind", ["sum", "mean"])
def test_multiplying_first_is_the_same(kind, pair):
    graph = weft.create_block((torch.randint(9, (40,)), torch.randint(5, (40,))), num_src_nodes=9, num_dst_nodes=5)
    feat = torch.randn(9, 8, dtype=torch.float64)
    given = (feat, torch.randn(5, 8, dtype=torch.float64)) if pair else feat
    linear, after = nn.Linear(8, 3), nn.Sequential(nn.Tanh(), nn.Linear(3, 2))
    first = GINConv(nn.Sequential(linear, *after), kind, 0.3, learn_eps=True).double()
    last = GINConv(lambda rows: after(linear(rows)), kind, 0.3, learn_eps=True).double()
    torch.testing.assert_close(first(graph, given), last(graph, given))
    leaves = [linear.weight, linear.bias, after[1].weight]
    gradients = [
        torch.autograd.grad(layer(graph, given).square().sum(), [layer.eps, *leaves]) for layer in (first, last)
    ]
    torch.testing.assert_close(*gradients)


def test_hooks_of_a_map_see_its_input():
    linear, seen = nn.Linear(4, 2), []
    linear.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].shape))
    GINConv(linear)(weft.graph(EDGES), torch.randn(3, 4))
    assert seen == [(3, 4)]


def test_epsilon_is_a_parameter_only_when_learned():
    assert [name for name, _ in GINConv(learn_eps=True).named_parameters()] == ["eps"]
    fixed = GINConv(init_eps=0.25)
    assert not list(fixed.parameters())
    assert fixed.state_dict()["eps"].tolist() == [0.25]


def test_reset_puts_epsilon_back_and_draws_the_function_anew():
    layer = GINConv(nn.Sequential(nn.Linear(1, 1), nn.ReLU()), init_eps=0.25, learn_eps=True)
    weight = layer.apply_func[0].weight.clone()
    with torch.no_grad():
        layer.eps.fill_(7)
    layer.reset_parameters()
    assert layer.eps.item() == 0.25
    assert layer.apply_func[0].weight != weight


def test_reset_leaves_to_a_function_how_its_parts_are_drawn():
    class Zeros(nn.Module):
        def __init__(self):
            super().__init__()
            self.map = nn.Linear(1, 1)

        def reset_parameters(self):
            nn.init.zeros_(self.map.weight)

        def forward(self, feat):
            return self.map(feat)

    layer = GINConv(nn.Sequential(Zeros(), nn.ReLU()))
    layer.reset_parameters()
    assert layer.apply_func[0].map.weight.item() == 0


def test_features_are_left_as_they_were():
    feat, edge_feat = FEAT.clone(), torch.ones(3, 1)
    GINConv()(weft.graph(EDGES), feat)
    GINEConv()(weft.graph(EDGES), feat, edge_feat)
    assert torch.equal(feat, FEAT)
    assert torch.equal(edge_feat, torch.ones(3, 1))


def test_unknown_aggregator_lists_the_choices():
    with pytest.raises(InputError, match="GINConv: got aggregator_type='min'; expected one of 'max', 'mean', 'sum'"):
        GINConv(None, "min")


def test_pair_of_different_sizes_is_refused():
    with pytest.raises(ShapeError, match=r"GINConv: trailing dimensions differ: feat \(1,\), destination_feat \(2,\)"):
        GINConv()(weft.graph(EDGES), (FEAT, torch.ones(3, 2)))


def test_features_of_edges_of_another_number_or_size_are_refused():
    with pytest.raises(ShapeError, match="GINEConv: edge_feat has 2 rows, but the relation has 3 edges"):
        GINEConv()(weft.graph(EDGES), FEAT, torch.ones(2, 1))
    with pytest.raises(ShapeError, match="GINEConv"):
        GINEConv()(weft.graph(EDGES), torch.ones(3, 2), torch.ones(3, 3))

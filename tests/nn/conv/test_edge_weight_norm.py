"""EdgeWeightNorm: every norm by hand, gradients, isolated nodes, blocks, refusals."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.nn import EdgeWeightNorm, GraphConv

# 0 -> 1 twice and 1 -> 0; nothing at 2. Sums of weights: out 4, 9; in 9, 4.
GRAPH = weft.graph(([0, 0, 1], [1, 1, 0]), num_nodes=3)
WEIGHTS = torch.tensor([1.0, 3.0, 9.0])


@pytest.mark.parametrize(
    ("norm", "eps", "expected"),
    [
        ("none", 0.0, [1.0, 3.0, 9.0]),
        ("right", 0.0, [0.25, 0.75, 1.0]),
        ("both", 0.0, [1 / 4, 3 / 4, 9 / 9]),
        ("right", 1.0, [1 / 5, 3 / 5, 9 / 10]),
        ("both", 1.0, [1 / 5, 3 / 5, 9 / 10]),
    ],
)
def test_norms_by_hand(norm, eps, expected):
    assert EdgeWeightNorm(norm, eps)(GRAPH, WEIGHTS).tolist() == pytest.approx(expected)


def test_both_ends_count():
    graph = weft.graph(([0, 0], [0, 1]))
    out = EdgeWeightNorm()(graph, torch.tensor([1.0, 3.0]))
    assert out.tolist() == pytest.approx([1 / 4**0.5, 3 / 12**0.5])


def test_weights_of_one_give_the_norm_of_graph_conv():
    graph = weft.graph((torch.randint(9, (40,)), torch.randint(9, (40,))), num_nodes=9)
    feat = torch.randn(9, 3)
    options = {"weight": False, "bias": False, "allow_zero_in_degree": True}
    weights = EdgeWeightNorm("both")(graph, torch.ones(40))
    weighted = GraphConv(3, 3, norm="none", **options)(graph, feat, edge_weight=weights)
    torch.testing.assert_close(weighted, GraphConv(3, 3, norm="both", **options)(graph, feat))


def test_column_of_weights_keeps_its_shape():
    out = EdgeWeightNorm("right")(GRAPH, WEIGHTS.unsqueeze(1))
    assert out.tolist() == [[0.25], [0.75], [1.0]]


@pytest.mark.parametrize("norm", ["both", "right"])
def test_gradients_are_those_of_finite_differences(norm):
    weights = WEIGHTS.double().requires_grad_()
    with torch.autograd.detect_anomaly(check_nan=True):
        assert torch.autograd.gradcheck(lambda weights: EdgeWeightNorm(norm)(GRAPH, weights), (weights,))
    assert torch.autograd.gradgradcheck(lambda weights: EdgeWeightNorm(norm)(GRAPH, weights), (weights,))


def test_blocks_and_relations_do():
    block = weft.create_block(([0, 1, 2], [0, 0, 1]), num_src_nodes=3, num_dst_nodes=2)
    out = EdgeWeightNorm("right")(block, torch.tensor([1.0, 3.0, 5.0]))
    assert out.tolist() == [0.25, 0.75, 1.0]
    assert torch.equal(EdgeWeightNorm("right")(block.single_relation(), torch.tensor([1.0, 3.0, 5.0])), out)


def test_graph_without_edges():
    assert EdgeWeightNorm()(weft.graph(([], []), num_nodes=3), torch.ones(0)).shape == (0,)


def test_weights_that_have_no_root_are_refused():
    with pytest.raises(InputError, match=r"EdgeWeightNorm: edge_weight holds -1\.0.*expected weights above 0"):
        EdgeWeightNorm()(GRAPH, torch.tensor([1.0, -1.0, 0.0]))
    assert EdgeWeightNorm("right")(GRAPH, torch.tensor([3.0, -1.0, 1.0])).tolist() == [1.5, -0.5, 1.0]


def test_several_numbers_an_edge_are_refused():
    with pytest.raises(ShapeError, match=r"EdgeWeightNorm: edge_weight has shape \(3, 2\); only one number an edge"):
        EdgeWeightNorm()(GRAPH, torch.ones(3, 2))
    with pytest.raises(ShapeError, match="EdgeWeightNorm: edge_weight has 2 rows, but the relation has 3 edges"):
        EdgeWeightNorm()(GRAPH, torch.ones(2))


def test_unknown_norm_lists_the_choices():
    with pytest.raises(InputError, match="'both', 'none', 'right'"):
        EdgeWeightNorm("left")

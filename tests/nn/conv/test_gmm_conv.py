"""GMMConv: kernels by hand, sums before and after the map, refusals."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.nn import GMMConv

GRAPH = weft.graph(([1, 2, 0, 0], [0, 0, 1, 2]))


@pytest.mark.parametrize("kind", ["sum", "mean", "max"])
def test_kernels_by_hand(kind):
    layer = GMMConv(1, 1, 1, 2, kind)
    with torch.no_grad():
        layer.fc.weight.copy_(torch.tensor([[1.0], [10.0]]))
        layer.mu.copy_(torch.tensor([[0.0], [1.0]]))
        layer.inv_sigma.copy_(torch.tensor([[1.0], [2.0]]))
        layer.bias.fill_(0.5)
    out = layer(GRAPH, torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[0.0], [1.0], [0.0], [1.0]]))
    near, far, wide = 1.0, math.exp(-0.5), math.exp(-2.0)
    first, second = [2 * near, 3 * far], [20 * wide, 30 * near]
    reduce = {"sum": sum, "mean": lambda values: sum(values) / 2, "max": max}[kind]
    expected = [reduce(first) + reduce(second), 1 * near + 10 * wide, 1 * far + 10 * near]
    assert out.flatten().tolist() == pytest.approx([value + 0.5 for value in expected])


@pytest.mark.parametrize("kind", ["sum", "mean"])
@pytest.mark.parametrize("middle", [(), (3,)])
def test_sums_before_and_after_the_map_are_the_same(kind, middle):
    graph = weft.graph((torch.randint(9, (40,)), torch.randint(8, (40,))), num_nodes=9)
    feat, pseudo = torch.randn(9, *middle, 4, dtype=torch.float64), torch.randn(40, 2, dtype=torch.float64)
    wide = GMMConv(4, 6, 2, 3, kind, bias=False, allow_zero_in_degree=True).double()
    narrow = GMMConv(4, 3, 2, 3, kind, bias=False, allow_zero_in_degree=True).double()
    parts = []
    for rows in (slice(0, 3), slice(3, 6)):
        with torch.no_grad():
            narrow.mu.copy_(wide.mu)
            narrow.fc.weight.copy_(wide.fc.weight.view(3, 6, 4)[:, rows].reshape(9, 4))
        parts.append(narrow(graph, feat, pseudo))
    torch.testing.assert_close(wide(graph, feat, pseudo), torch.cat(parts, -1))


def test_pseudo_coordinates_take_a_gradient():
    layer = GMMConv(2, 3, 2, 2).double()
    inputs = [torch.randn(rows, 2, dtype=torch.float64).requires_grad_() for rows in (3, 4)]
    assert torch.autograd.gradcheck(lambda *values: layer(GRAPH, *values), inputs)
    assert torch.autograd.gradgradcheck(lambda *values: layer(GRAPH, *values).square(), inputs)


def test_residual_is_mapped_where_sizes_differ():
    assert isinstance(GMMConv(3, 3, 1, 1, residual=True).res_fc, torch.nn.Identity)
    assert GMMConv((3, 4), 3, 1, 1, residual=True).res_fc.weight.shape == (3, 4)
    layer = GMMConv(3, 3, 1, 1, residual=True, allow_zero_in_degree=True)
    feat = torch.randn(2, 3)
    out = layer(weft.graph(([0], [1])), feat, torch.ones(1, 1))
    assert torch.equal(out[0], feat[0])


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="GMMConv: got aggregator_type='min'; expected one of 'max', 'mean', 'sum'"):
        GMMConv(1, 1, 1, 1, "min")
    layer = GMMConv(4, 3, 2, 3)
    with pytest.raises(GraphError, match="GMMConv: 1 of 2 destination nodes are 0-in-degree nodes"):
        layer(weft.graph(([0], [1])), torch.ones(2, 4), torch.ones(1, 2))
    with pytest.raises(ShapeError, match=r"GMMConv: pseudo has shape \(4, 3\); expected \(edges, 2\)"):
        layer(GRAPH, torch.ones(3, 4), torch.ones(4, 3))
    with pytest.raises(ShapeError, match="GMMConv: pseudo has 3 rows, but the relation has 4 edges"):
        layer(GRAPH, torch.ones(3, 4), torch.ones(3, 2))

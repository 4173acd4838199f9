"""TAGConv: maps of each step by hand, before and after the steps, refusals."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.nn import TAGConv

# 0 -> 1 twice and 1 -> 0: in-degrees 1, 2.
EDGES = ([0, 0, 1], [1, 1, 0])
FEAT = torch.tensor([[8.0], [2.0]])


def test_steps_by_hand():
    layer = TAGConv(1, 1, k=2)
    with torch.no_grad():
        layer.lin.weight.copy_(torch.tensor([[1.0, 10.0, 100.0]]))
        layer.lin.bias.fill_(7)
    out = layer(weft.graph(EDGES), FEAT).flatten().tolist()
    assert out == pytest.approx([7 + 8 + 10 * 2 / 2**0.5 + 800, 7 + 2 + 10 * 16 / 2**0.5 + 200])


def test_node_without_edges_keeps_its_own_share():
    layer = TAGConv(1, 1, k=2, bias=False)
    with torch.no_grad():
        layer.lin.weight.copy_(torch.tensor([[1.0, 10.0, 100.0]]))
    assert layer(weft.graph(([0], [1])), FEAT).flatten().tolist() == [8.0, 2.0 + 80.0]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("out_feats", "middle"), [(2, ()), (4, ()), (7, ()), (2, (3,)), (7, (3,))])
def test_maps_before_and_after_the_steps_are_the_same(out_feats, middle, weighted):
    num_edges = 40
    graph = weft.graph((torch.randint(9, (num_edges,)), torch.randint(8, (num_edges,))), num_nodes=9)
    feat = torch.randn(9, *middle, 4, dtype=torch.float64, requires_grad=True)
    weights = torch.rand(num_edges, dtype=torch.float64) + 0.5 if weighted else None
    layer = TAGConv(4, out_feats, k=3).double()
    step = TAGConv(4, 4, k=1, bias=False).double()
    with torch.no_grad():
        step.lin.weight.copy_(torch.cat([torch.zeros(4, 4), torch.eye(4)], 1))
    hidden = [feat]
    for _ in range(3):
        hidden.append(step(graph, hidden[-1], weights))
    expected = layer.lin(torch.cat(hidden, -1))
    out = layer(graph, feat, weights)
    torch.testing.assert_close(out, expected)
    leaves = [feat, layer.lin.weight, layer.lin.bias]
    gradients = [torch.autograd.grad(value.square().sum(), leaves) for value in (out, expected)]
    torch.testing.assert_close(*gradients)


def test_second_derivatives_exist():
    graph = weft.graph(EDGES)
    for layer in (TAGConv(3, 2).double(), TAGConv(3, 4).double()):
        feat = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradgradcheck(lambda feat, layer=layer: layer(graph, feat).square(), (feat,))


def test_features_are_left_as_they_were():
    feat = FEAT.clone()
    for out_feats in (1, 3):
        TAGConv(1, out_feats)(weft.graph(EDGES), feat)
    assert torch.equal(feat, FEAT)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"TAGConv: feat has shape \(2, 1\); expected \(nodes, ..., 3\)"):
        TAGConv(3, 2)(weft.graph(EDGES), FEAT)
    with pytest.raises(InputError, match="TAGConv: got k=-1"):
        TAGConv(3, 2, k=-1)
    block = weft.create_block(([0, 1], [0, 0]), num_src_nodes=2, num_dst_nodes=1)
    with pytest.raises(GraphError, match="TAGConv: sources and destinations"):
        TAGConv(1, 2)(block, FEAT)

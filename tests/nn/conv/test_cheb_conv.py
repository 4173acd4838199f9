"""ChebConv: polynomials by hand, before and after the maps, eigenvalues of graphs in a batch, refusals."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.nn import ChebConv

# 0 -> 1 twice and 1 -> 0: in-degrees 1, 2, so M = [[0, 1], [2, 0]] / sqrt(2).
EDGES = ([0, 0, 1], [1, 1, 0])
FEAT = torch.tensor([[8.0], [2.0]])


def layer(*weights, **options):
    made = ChebConv(1, 1, len(weights), activation=None, **options)
    with torch.no_grad():
        made.linear.weight.copy_(torch.tensor([weights]))
        if made.linear.bias is not None:
            made.linear.bias.fill_(7)
    return made


def test_polynomials_by_hand():
    smoothed = torch.tensor([[2.0], [16.0]]) / 2**0.5
    # With an eigenvalue of 2, L = -M; M @ M is the identity here.
    out = layer(1.0, 10.0, 100.0)(weft.graph(EDGES), FEAT)
    torch.testing.assert_close(out, 7 + FEAT - 10 * smoothed + 100 * (2 * FEAT - FEAT))
    # With 4, L = (1 - M) / 2 - 1.
    out = layer(1.0, 10.0)(weft.graph(EDGES), FEAT, 4)
    torch.testing.assert_close(out, 7 + FEAT + 10 * ((FEAT - smoothed) / 2 - FEAT))


def test_first_polynomial_alone_is_a_map():
    assert layer(3.0, bias=False)(weft.graph(EDGES), FEAT).flatten().tolist() == [24.0, 6.0]


def test_activation_is_relu_by_default():
    made = ChebConv(1, 1, 1, bias=False)
    with torch.no_grad():
        made.linear.weight.fill_(-1)
    assert made(weft.graph(EDGES), FEAT).flatten().tolist() == [0.0, 0.0]


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("lambda_max", [2.0, 1.3])
def test_maps_before_and_after_the_polynomials_are_the_same(k, lambda_max):
    graph = weft.graph((torch.randint(9, (40,)), torch.randint(8, (40,))), num_nodes=9)
    feat = torch.randn(9, 2, 6, dtype=torch.float64, requires_grad=True)
    narrow = ChebConv(6, 2, k, activation=None).double()
    # The same maps and more, so that features travel before they are mapped.
    wide = ChebConv(6, 7, k, activation=None).double()
    with torch.no_grad():
        wide.linear.weight[:2], wide.linear.bias[:2] = narrow.linear.weight, narrow.linear.bias
    left, right = narrow(graph, feat, lambda_max), wide(graph, feat, lambda_max)[..., :2]
    torch.testing.assert_close(left, right)
    gradients = [torch.autograd.grad(out.square().sum(), feat)[0] for out in (left, right)]
    torch.testing.assert_close(*gradients)
    assert torch.autograd.gradgradcheck(lambda feat: narrow(graph, feat, lambda_max).square(), (feat,))


@pytest.mark.parametrize("as_tensor", [False, True])
def test_graphs_of_a_batch_have_eigenvalues_of_their_own(as_tensor):
    graphs = [weft.graph(([0, 1], [1, 0])), weft.graph(([0, 1, 2, 1, 2, 0], [1, 2, 0, 0, 1, 2]))]
    feats = [torch.randn(2, 4), torch.randn(3, 4)]
    both = weft.batch(graphs)
    values = weft.laplacian_lambda_max(both)
    made = ChebConv(4, 3, 3)
    out = made(both, torch.cat(feats), torch.tensor(values) if as_tensor else values)
    parts = [made(*one) for one in zip(graphs, feats, values, strict=True)]
    torch.testing.assert_close(out, torch.cat(parts))


def test_what_does_not_fit_is_refused():
    graph = weft.graph(EDGES)
    with pytest.raises(ShapeError, match="ChebConv: lambda_max has 3 values for 1 graphs; expected a number, or one"):
        layer(1.0, 1.0)(graph, FEAT, [2.0, 2.0, 2.0])
    with pytest.raises(ShapeError, match="ChebConv: lambda_max has 2 values for 1 graphs"):
        layer(1.0, 1.0)(graph.single_relation(), FEAT, [2.0, 2.0])
    with pytest.raises(ShapeError, match=r"ChebConv: feat has shape \(2, 1\); expected \(nodes, ..., 3\)"):
        ChebConv(3, 2, 2)(graph, FEAT)
    with pytest.raises(InputError, match="ChebConv: got k=0; expected a number of polynomials, 1 or more"):
        ChebConv(3, 2, 0)
    block = weft.create_block(([0, 1], [0, 0]), num_src_nodes=2, num_dst_nodes=1)
    with pytest.raises(GraphError, match="ChebConv: sources and destinations"):
        layer(1.0, 1.0)(block, FEAT)

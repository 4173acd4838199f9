"""DenseGraphConv, DenseSAGEConv and DenseChebConv: against their sparse twins, options, gradients, refusals."""

from __future__ import annotations

import copy

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.nn import ChebConv, DenseChebConv, DenseGraphConv, DenseSAGEConv, GraphConv, SAGEConv

MAKERS = {
    "graph": lambda: DenseGraphConv(4, 3),
    "graph_wide": lambda: DenseGraphConv(4, 6, activation=torch.tanh),
    "sage": lambda: DenseSAGEConv(4, 3),
    "cheb": lambda: DenseChebConv(4, 3, 3),
}


def random_graph():
    """Return a graph whose last node nothing reaches, with parallel edges and loops, and its matrix."""
    src, dst = torch.randint(9, (40,)), torch.randint(8, (40,))
    adj = torch.zeros(9, 9, dtype=torch.float64).index_put((dst, src), torch.ones(()).double(), accumulate=True)
    return weft.graph((src, dst), num_nodes=9), adj, torch.randn(9, 4, dtype=torch.float64)


@pytest.mark.parametrize("norm", ["both", "right", "none"])
@pytest.mark.parametrize("out_feats", [3, 6])
def test_graph_conv_is_that_of_the_edges(norm, out_feats):
    graph, adj, feat = random_graph()
    sparse = GraphConv(4, out_feats, norm, allow_zero_in_degree=True).double()
    dense = DenseGraphConv(4, out_feats, norm).double()
    dense.load_state_dict(sparse.state_dict())
    torch.testing.assert_close(dense(adj, feat), sparse(graph, feat))


def test_sage_conv_is_that_of_the_edges():
    graph, adj, feat = random_graph()
    sparse, dense = SAGEConv(4, 3, "gcn").double(), DenseSAGEConv(4, 3).double()
    with torch.no_grad():
        dense.fc.weight.copy_(sparse.fc_neigh.weight)
        dense.fc.bias.copy_(sparse.bias)
    torch.testing.assert_close(dense(adj, feat), sparse(graph, feat))
    torch.testing.assert_close(dense(adj[:5], (feat, feat[:5])), sparse(graph, feat)[:5])


@pytest.mark.parametrize("k", [1, 2, 4])
def test_cheb_conv_is_that_of_the_edges(k):
    graph, adj, feat = random_graph()
    sparse, dense = ChebConv(4, 3, k, activation=None).double(), DenseChebConv(4, 3, k).double()
    with torch.no_grad():
        dense.W.copy_(sparse.linear.weight.view(3, k, 4).permute(1, 2, 0))
        dense.bias.copy_(sparse.linear.bias)
    torch.testing.assert_close(dense(adj, feat, 1.7), sparse(graph, feat, 1.7))


def test_largest_eigenvalue_is_found():
    # Triangle: eigenvalues of the Laplacian 0, 1.5, 1.5.
    adj, feat, layer = 1 - torch.eye(3), torch.randn(3, 4), DenseChebConv(4, 3, 3)
    torch.testing.assert_close(layer(adj, feat), layer(adj, feat, 1.5))
    torch.testing.assert_close(layer(adj, feat), layer(adj, feat, torch.tensor(1.5)))


def test_empty_matrix_and_rows_of_zeros():
    assert DenseChebConv(4, 3, 2)(torch.zeros(0, 0), torch.zeros(0, 4)).shape == (0, 3)
    feat = torch.randn(2, 4)
    assert DenseGraphConv(4, 3)(torch.zeros(2, 2), feat).tolist() == [[0.0] * 3] * 2
    sage = DenseSAGEConv(4, 3)
    torch.testing.assert_close(sage(torch.zeros(2, 2), feat), sage.fc(feat))


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.float64])
def test_matrix_of_any_dtype_does(dtype):
    adj, feat = torch.tensor([[0, 1], [1, 1]]), torch.randn(2, 4)
    for make in MAKERS.values():
        layer = make()
        assert torch.equal(layer(adj.to(dtype), feat), layer(adj.float(), feat))


@pytest.mark.parametrize("name", MAKERS)
def test_matrix_features_and_parameters_take_gradients(name):
    layer = MAKERS[name]().double()
    adj = (torch.rand(4, 4, dtype=torch.float64) + 0.5).requires_grad_()
    feat = torch.randn(4, 4, dtype=torch.float64, requires_grad=True)
    more = {"lambda_max": 1.7} if name == "cheb" else {}
    assert torch.autograd.gradcheck(lambda *values: layer(*values, **more), (adj, feat))
    layer(adj, feat, **more).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in layer.parameters())


@pytest.mark.parametrize("name", MAKERS)
def test_state_copies_compilation_and_low_precision(name):
    layer, other = MAKERS[name](), MAKERS[name]()
    adj, feat = torch.rand(6, 6), torch.randn(6, 4)
    more = {"lambda_max": 1.7} if name == "cheb" else {}
    out = layer(adj, feat, **more)
    other.load_state_dict(layer.state_dict())
    assert torch.equal(other(adj, feat, **more), out)
    other.reset_parameters()
    assert not torch.equal(other(adj, feat, **more), out)
    assert torch.equal(copy.deepcopy(layer)(adj, feat, **more), out)
    half = copy.deepcopy(layer).to(torch.bfloat16)(adj, feat.to(torch.bfloat16), **more)
    torch.testing.assert_close(half.float(), out, rtol=0.1, atol=0.15)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(layer(adj, feat, **more).float(), out, rtol=0.1, atol=0.15)
    torch.compiler.reset()
    compiled = torch.compile(layer, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(adj, feat, **more), out)


def test_dropout_of_features_is_the_same_for_both_ends():
    layer = DenseSAGEConv(4, 4, feat_drop=0.5, bias=False)
    with torch.no_grad():
        layer.fc.weight.copy_(torch.eye(4))
    out = layer(torch.eye(500), torch.ones(500, 4))
    assert set(out.flatten().tolist()) == {0.0, 2.0}
    assert torch.equal(layer.eval()(torch.eye(3), torch.ones(3, 4)), torch.ones(3, 4))


def test_what_does_not_fit_is_refused():
    adj, feat = torch.ones(3, 5), torch.ones(5, 4)
    with pytest.raises(InputError, match="DenseGraphConv: got norm='left'; expected one of 'both', 'none', 'right'"):
        DenseGraphConv(4, 3, norm="left")
    with pytest.raises(InputError, match="DenseChebConv: got k=0; expected a number of polynomials"):
        DenseChebConv(4, 3, 0)
    with pytest.raises(ShapeError, match=r"DenseGraphConv: adj has shape \(5, 3\) and feat \(5, 4\)"):
        DenseGraphConv(4, 3)(adj.t(), feat)
    with pytest.raises(ShapeError, match="DenseSAGEConv: adj has 3 rows, but there are features of 5 destination"):
        DenseSAGEConv(4, 3)(adj, feat)
    with pytest.raises(ShapeError, match=r"DenseChebConv: adj has shape \(3, 5\); expected a square matrix"):
        DenseChebConv(4, 3, 2)(adj, feat)
    with pytest.raises(InputError, match="DenseGraphConv: got adj of Graph and feat of Tensor; expected tensors"):
        DenseGraphConv(4, 3)(weft.graph(([0], [0])), feat)
    for layer in (DenseGraphConv(3, 2), DenseSAGEConv(3, 2), DenseChebConv(3, 2, 2)):
        with pytest.raises(ShapeError, match=type(layer).__name__):
            layer(torch.ones(5, 5), feat)

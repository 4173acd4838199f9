"""NNConv: by hand, every way of computing it against matrices of edges, networks with hooks, refusals."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import weft
from weft.errors import InputError, ShapeError
from weft.nn import NNConv

SRC, DST = torch.randint(5, (30,), generator=torch.Generator().manual_seed(1)), torch.arange(30) % 4


def with_matrices(layer, feat, efeat):
    source, destination = feat if isinstance(feat, tuple) else (feat, feat)
    matrices = layer.edge_func(efeat).view(-1, layer._in_src_feats, layer._out_feats)
    products = source[SRC].unsqueeze(2) * matrices
    out = []
    for node in range(len(destination)):
        mine = products[node == DST]
        if len(mine) == 0:
            out.append(torch.zeros(layer._out_feats))
        elif layer._aggre_type == "max":
            out.append(mine.max(0).values.sum(0))
        else:
            out.append((mine.sum(0) if layer._aggre_type == "sum" else mine.mean(0)).sum(0))
    return torch.stack(out) + (0 if layer.bias is None else layer.bias)


def networks():
    """Return networks that end in a linear map, one whose input is small, one large, and one that ends otherwise."""
    return {
        "small": nn.Linear(2, 12),
        "small_no_bias": nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 12, bias=False)),
        "large": nn.Sequential(nn.Linear(2, 80), nn.ReLU(), nn.Linear(80, 12)),
        "other": nn.Sequential(nn.Linear(2, 12), nn.Tanh()),
    }


def test_matrix_of_an_edge_by_hand():
    layer = NNConv(2, 1, nn.Identity(), "sum")
    graph = weft.graph(([0, 1], [1, 1]))
    out = layer(graph, torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 10.0], [100.0, 1000.0]]))
    assert out.flatten().tolist() == [0.0, 21.0 + 4300.0]


def test_largest_of_each_product_is_summed():
    layer = NNConv(2, 1, nn.Identity(), "max")
    out = layer(weft.graph(([0, 1], [1, 1])), torch.ones(2, 2), torch.tensor([[1.0, 10.0], [2.0, 3.0]]))
    assert out.flatten().tolist() == [0.0, 2.0 + 10.0]


@pytest.mark.parametrize("name", networks())
@pytest.mark.parametrize("aggregator", ["sum", "mean", "max"])
def test_every_way_gives_what_matrices_of_edges_do(name, aggregator):
    layer = NNConv(3, 4, networks()[name], aggregator)
    feat, efeat = torch.randn(5, 3, requires_grad=True), torch.randn(30, 2, requires_grad=True)
    out = layer(weft.graph((SRC, DST), num_nodes=5), feat, efeat)
    expected = with_matrices(layer, feat, efeat)
    torch.testing.assert_close(out, expected)
    leaves = [feat, efeat, *layer.parameters()]
    left, right = (torch.autograd.grad(value.square().sum(), leaves) for value in (out, expected))
    torch.testing.assert_close(left, right)


@pytest.mark.parametrize(("name", "rows"), [("small", False), ("large", True), ("other", True)])
def test_matrices_are_made_where_nothing_smaller_does(name, rows):
    network, kept = networks()[name], []
    graph = weft.graph((SRC, DST), num_nodes=5)
    with torch.autograd.graph.saved_tensors_hooks(lambda value: kept.append(value) or value, lambda value: value):
        NNConv(3, 4, network)(graph, torch.randn(5, 3, requires_grad=True), torch.randn(30, 2))
    assert any(value.shape[:1] == (30,) and value.numel() == 30 * 12 for value in kept) is rows


@pytest.mark.parametrize("whole", [False, True])
def test_network_with_hooks_is_called(whole):
    network, called = nn.Sequential(nn.Linear(2, 12)), []
    (network if whole else network[0]).register_forward_hook(lambda *_: called.append(1))
    NNConv(3, 4, network)(weft.graph((SRC, DST), num_nodes=5), torch.randn(5, 3), torch.randn(30, 2))
    assert called == [1]


def test_network_may_be_a_function_and_edges_have_any_shape():
    graph, feat = weft.graph((SRC, DST), num_nodes=5), torch.randn(5, 3)
    layer = NNConv(3, 4, lambda efeat: efeat.flatten(1))
    assert layer(graph, feat, torch.randn(30, 3, 4)).shape == (5, 4)


def test_pair_of_sizes_with_a_residual():
    graph = weft.heterograph({("s", "to", "d"): (SRC, DST)}, num_nodes_dict={"s": 5, "d": 4})
    layer = NNConv((3, 6), 4, nn.Linear(2, 12), "sum", residual=True, bias=False)
    feat, efeat = (torch.randn(5, 3), torch.randn(4, 6)), torch.randn(30, 2)
    torch.testing.assert_close(layer(graph, feat, efeat), with_matrices(layer, feat, efeat) + layer.res_fc(feat[1]))


def test_reset_leaves_the_network_alone():
    layer = NNConv(3, 4, nn.Linear(2, 12), residual=True)
    network, residual = layer.edge_func.weight.clone(), layer.res_fc.weight.clone()
    layer.reset_parameters()
    assert torch.equal(layer.edge_func.weight, network)
    assert not torch.equal(layer.res_fc.weight, residual)


def test_wrong_arguments_are_refused():
    graph, feat, efeat = weft.graph((SRC, DST), num_nodes=5), torch.randn(5, 3), torch.randn(30, 2)
    with pytest.raises(InputError, match="NNConv: got aggregator_type='min'; expected one of 'max', 'mean', 'sum'"):
        NNConv(3, 4, nn.Linear(2, 12), "min")
    for network in (nn.Linear(2, 13), nn.Sequential(nn.Linear(2, 13), nn.Tanh())):
        with pytest.raises(ShapeError, match=r"NNConv: edge_func gave shape \(30, 13\); expected \(30, 3 \* 4\)"):
            NNConv(3, 4, network)(graph, feat, efeat)
    with pytest.raises(ShapeError, match=r"NNConv: edge_func's last map got shape \(30, 1, 2\)"):
        NNConv(3, 4, nn.Linear(2, 12))(graph, feat, efeat.unsqueeze(1))
    with pytest.raises(ShapeError, match="NNConv: efeat has 29 rows"):
        NNConv(3, 4, nn.Linear(2, 12))(graph, feat, efeat[:29])

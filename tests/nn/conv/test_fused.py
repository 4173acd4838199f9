"""Aggregation and weight in one pass: the same results as the separate steps, and only where nothing else looks on."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import weft
from weft.kernels.native import is_available
from weft.nn import GraphConv, SAGEConv
from weft.nn.conv import fused, graph_conv, sage_conv
from weft.nn.conv.fused import fuses, is_plain
from weft.nn.dense import Linear

needs_native = pytest.mark.skipif(not is_available(), reason="built without the native library")


def random_graph(num_nodes: int = 30) -> weft.Graph:
    ends = torch.randint(0, num_nodes - 1, (2, 150), generator=torch.Generator().manual_seed(0))
    return weft.graph((ends[0], ends[1]), num_nodes=num_nodes)


def results_of(layer: nn.Module, graph: weft.Graph, *feats: Tensor) -> list[Tensor]:
    leaves = [feat.clone().requires_grad_() for feat in feats]
    out = layer(graph, leaves[0] if len(leaves) == 1 else tuple(leaves))
    weights = torch.linspace(-1, 1, out.numel(), dtype=out.dtype).view_as(out)
    return [out, *torch.autograd.grad((out * weights).sum(), [*leaves, *layer.parameters()])]


@needs_native
@pytest.mark.parametrize("norm", graph_conv.NORMS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_graph_conv_equals_its_separate_steps(norm, dtype, monkeypatch):
    graph, layer = random_graph(), GraphConv(5, 9, norm, allow_zero_in_degree=True).to(dtype)
    feat = torch.randn(30, 5, dtype=dtype, generator=torch.Generator().manual_seed(1))
    together = results_of(layer, graph, feat)
    monkeypatch.setattr(graph_conv, "fuses", lambda *_: False)
    for got, want in zip(together, results_of(layer, graph, feat), strict=True):
        torch.testing.assert_close(got, want)


@needs_native
@pytest.mark.parametrize("sizes", [5, (5, 4)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sage_mean_equals_its_separate_steps(sizes, dtype, monkeypatch):
    graph, layer = random_graph(), SAGEConv(sizes, 9, "mean").to(dtype)
    generator = torch.Generator().manual_seed(1)
    feats = [torch.randn(30, size, dtype=dtype, generator=generator) for size in (5, 4)[: 1 if sizes == 5 else 2]]
    together = results_of(layer, graph, *feats)
    monkeypatch.setattr(sage_conv, "fuses", lambda *_: False)
    for got, want in zip(together, results_of(layer, graph, *feats), strict=True):
        torch.testing.assert_close(got, want)


@needs_native
def test_rows_of_wide_floats_are_taken_and_the_rest_is_left_alone():
    feat, weight = torch.randn(4, 3), torch.randn(3, 2)
    assert fuses(feat, weight, None)
    assert not fuses(feat.half(), weight.half())
    assert not fuses(feat, weight.double())
    assert not fuses(feat[:, None], weight)
    with torch.autocast("cpu", torch.bfloat16):
        assert not fuses(feat, weight)


def test_hooks_of_the_linear_layers_are_called():
    layer, seen = SAGEConv(5, 9, "mean"), []
    assert is_plain(layer.fc_self, layer.fc_neigh)
    layer.fc_neigh.register_forward_hook(lambda *_: seen.append("neigh"))
    assert not is_plain(layer.fc_self, layer.fc_neigh)
    layer(random_graph(), torch.randn(30, 5))
    assert seen == ["neigh"]


def test_an_exchanged_linear_layer_is_called():
    class Doubled(Linear):
        def forward(self, input: Tensor) -> Tensor:
            return 2 * super().forward(input)

    layer = SAGEConv(5, 9, "mean")
    before = layer(random_graph(), torch.ones(30, 5))
    exchanged = Doubled(5, 9)
    exchanged.load_state_dict(layer.fc_self.state_dict())
    layer.fc_self = exchanged
    own = torch.nn.functional.linear(torch.ones(30, 5), exchanged.weight, exchanged.bias)
    torch.testing.assert_close(layer(random_graph(), torch.ones(30, 5)), before + own)


def test_the_reverse_layout_is_made_only_for_a_gradient():
    graph = random_graph()
    relation = graph_conv.relation_for("test", graph, True)
    weight = torch.randn(3, 2, requires_grad=True)
    out = fused.aggregate_linear(relation, torch.randn(30, 3), weight)
    out.sum().backward()
    assert weight.grad is not None
    assert relation._csr is None

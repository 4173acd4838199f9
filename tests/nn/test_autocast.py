"""Models of several layers under torch.autocast: near float32's results, gradients of the parameters' dtype.

Single layers are in tests/nn/conv/test_every_layer.py.
"""

from __future__ import annotations

import pytest
import torch
from torch import nn

import weft
from weft.nn import GATConv, GraphConv, HeteroGraphConv, LightGCN, SAGEConv

LOW = pytest.mark.parametrize("low", [torch.bfloat16, torch.float16], ids=str)


def check(model: nn.Module, *inputs: object, low: torch.dtype) -> None:
    expected = model(*inputs)
    with torch.autocast("cpu", dtype=low):
        found = model(*inputs)
    torch.testing.assert_close(found.float(), expected, rtol=0.1, atol=0.15)
    assert not torch.equal(found.float(), expected)
    parameters = list(model.parameters())
    wanted = torch.autograd.grad(expected.mean(), parameters)
    gradients = torch.autograd.grad(found.float().mean(), parameters)
    assert {gradient.dtype for gradient in gradients} == {torch.float32}
    torch.testing.assert_close(gradients, wanted, rtol=0.15, atol=0.05)


class Both(nn.Module):
    """Runs a model and returns its outputs in one tensor."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: object) -> torch.Tensor:
        out = self.model(*inputs)
        return torch.cat(list(out.values() if isinstance(out, dict) else out))


class Stack(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([SAGEConv(6, 8, "mean"), GATConv(8, 8, 1, allow_zero_in_degree=True)])
        self.last = GraphConv(8, 3, allow_zero_in_degree=True)

    def forward(self, graph: weft.Graph, feat: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            feat = torch.relu(layer(graph, feat)).flatten(1)
        return self.last(graph, feat)


@LOW
def test_layers_of_several_kinds_follow_each_other(low):
    graph = weft.graph((torch.randint(20, (90,)), torch.randint(20, (90,))), num_nodes=20)
    check(Stack(), graph, torch.randn(20, 6), low=low)


@LOW
def test_layers_of_several_edge_types_are_merged(low):
    ends = torch.randint(12, (2, 50))
    graph = weft.heterograph(
        {("user", "buys", "item"): tuple(ends), ("item", "bought", "user"): tuple(ends.flip(0))},
        num_nodes_dict={"user": 12, "item": 12},
    )
    model = HeteroGraphConv({name: SAGEConv(6, 4, "pool") for name in ("buys", "bought")})
    check(Both(model), graph, {"user": torch.randn(12, 6), "item": torch.randn(12, 6)}, low=low)


@LOW
def test_recommender_smooths_its_embeddings(low):
    graph = weft.heterograph(
        {("user", "buys", "item"): (torch.randint(9, (40,)), torch.randint(7, (40,)))},
        num_nodes_dict={"user": 9, "item": 7},
    )
    check(Both(LightGCN(9, 7, dim=4, num_layers=3)), graph, low=low)

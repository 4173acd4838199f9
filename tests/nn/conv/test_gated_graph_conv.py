"""GatedGraphConv: messages by hand, pairs against a product an edge, refusals."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, IdError, InputError, ShapeError
from weft.nn import GatedGraphConv

EDGES = ([0, 1, 1, 2, 0], [1, 0, 2, 1, 2])
TYPES = torch.tensor([0, 1, 0, 1, 2])


def step_by_step(layer, src, dst, feat, types):
    hidden = torch.nn.functional.pad(feat, (0, layer.linears[0].out_features - feat.shape[1]))
    for _ in range(layer._n_steps):
        messages = [layer.linears[kind](hidden[node]) for node, kind in zip(src, types.tolist(), strict=True)]
        arrived = torch.zeros_like(hidden).index_add(0, torch.tensor(dst), torch.stack(messages))
        hidden = layer.gru(arrived, hidden)
    return hidden


class Adder(torch.nn.Module):
    """In place of the recurrent unit: what arrives plus ten times what was there."""

    def forward(self, arrived, hidden):
        return arrived + 10 * hidden


def test_messages_by_hand():
    layer = GatedGraphConv(1, 2, 1, 2)
    layer.gru = Adder()
    with torch.no_grad():
        for number, linear in enumerate(layer.linears):
            linear.weight.copy_(torch.eye(2) * (number + 1))
            linear.bias.copy_(torch.tensor([0.0, 100.0 * (number + 1)]))
    out = layer(weft.graph(([0, 1, 1], [1, 2, 2])), torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([0, 0, 1]))
    assert out.tolist() == [[10.0, 0.0], [21.0, 100.0], [36.0, 300.0]]


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_products_of_pairs_are_those_of_edges(steps):
    layer, feat = GatedGraphConv(2, 4, steps, 3), torch.randn(3, 2, requires_grad=True)
    with torch.no_grad():
        for linear in layer.linears:
            linear.bias.normal_()
    out = layer(weft.graph(EDGES), feat, TYPES)
    expected = step_by_step(layer, *EDGES, feat, TYPES)
    torch.testing.assert_close(out, expected)
    leaves = [feat, *(layer.parameters() if steps else ())]
    left, right = (torch.autograd.grad(value.square().sum(), leaves, allow_unused=True) for value in (out, expected))
    torch.testing.assert_close(left, right)


def test_one_type_needs_no_types():
    graph, layer, feat = weft.graph(EDGES), GatedGraphConv(2, 4, 2, 1), torch.randn(3, 2)
    zeros = torch.zeros(5, dtype=torch.int64)
    torch.testing.assert_close(layer(graph, feat), layer(graph, feat, zeros))
    torch.testing.assert_close(layer(graph, feat), step_by_step(layer, *EDGES, feat, zeros))


def test_wrong_arguments_are_refused():
    graph, layer, feat = weft.graph(EDGES), GatedGraphConv(2, 4, 2, 3), torch.randn(3, 2)
    with pytest.raises(InputError, match="GatedGraphConv: got in_feats=5 and out_feats=4"):
        GatedGraphConv(5, 4, 2, 3)
    with pytest.raises(InputError, match="GatedGraphConv: got n_etypes=0"):
        GatedGraphConv(2, 4, 2, 0)
    with pytest.raises(InputError, match="GatedGraphConv: forward got no etypes, but the layer has 3 edge types"):
        layer(graph, feat)
    with pytest.raises(IdError, match="GatedGraphConv: etypes hold 3, which is past the end of 3 types"):
        layer(graph, feat, TYPES + 1)
    with pytest.raises(ShapeError, match="GatedGraphConv: etypes has 4 rows"):
        layer(graph, feat, TYPES[:4])
    with pytest.raises(ShapeError, match=r"GatedGraphConv: feat has shape \(3, 1, 2\); expected \(nodes, 2\)"):
        layer(graph, feat.unsqueeze(1), TYPES)
    block = weft.create_block(([0, 1, 2], [1, 0, 0]), num_src_nodes=3, num_dst_nodes=2)
    with pytest.raises(GraphError, match="GatedGraphConv: sources and destinations of the graph are different nodes"):
        layer(block, feat, TYPES[:3])

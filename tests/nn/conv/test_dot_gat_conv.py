"""DotGatConv: attention is the softmax of inner products, and the fused kernel agrees with separate steps."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.nn import DotGatConv


def random_graph(num_nodes=20, num_edges=90):
    graph = weft.graph((torch.randint(num_nodes, (num_edges,)), torch.randint(num_nodes, (num_edges,))))
    return graph, torch.randn(graph.num_nodes(), 5)


def test_attention_is_the_softmax_of_scaled_inner_products():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1, 2], [0, 0, 1])})
    source, destination = torch.randn(3, 5), torch.randn(2, 4)
    module = DotGatConv((5, 4), 3, 2)
    out, attention = module(graph, (source, destination), get_attention=True)
    keys, queries = module.fc_src(source).view(3, 2, 3), module.fc_dst(destination).view(2, 2, 3)
    expected = ((keys[:2] * queries[0]).sum(-1) / 3**0.5).softmax(0)
    torch.testing.assert_close(attention[:2, :, 0], expected)
    torch.testing.assert_close(out[0], (expected[:, :, None] * keys[:2]).sum(0))
    torch.testing.assert_close(out[1], keys[2])


@pytest.mark.parametrize("middle", [(), (2, 3)])
def test_fused_and_separate_steps_agree(middle):
    graph, _ = random_graph()
    feat = torch.randn(graph.num_nodes(), *middle, 5)
    module = DotGatConv(5, 3, 2, allow_zero_in_degree=True)
    fused = module(graph, feat)
    separate, attention = module(graph, feat, get_attention=True)
    assert attention.shape == (90, *middle, 2, 1)
    torch.testing.assert_close(fused, separate)
    left, right = (torch.autograd.grad(out.square().sum(), module.fc.weight) for out in (fused, separate))
    torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-4)


def test_one_map_serves_both_sides_of_a_pair():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1, 2], [0, 0, 1])})
    source, destination = torch.randn(3, 5), torch.randn(2, 5)
    one, two = DotGatConv(5, 3, 2), DotGatConv((5, 5), 3, 2)
    two.load_state_dict({"fc_src.weight": one.fc.weight, "fc_dst.weight": one.fc.weight})
    torch.testing.assert_close(one(graph, (source, destination)), two(graph, (source, destination)))

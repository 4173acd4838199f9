"""GATConv: attention sums to one, the fused kernel agrees with separate steps, dropout."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.nn import GATConv


def random_graph(num_nodes=20, num_edges=90):
    graph = weft.graph((torch.randint(num_nodes, (num_edges,)), torch.randint(num_nodes, (num_edges,))))
    return graph, torch.randn(graph.num_nodes(), 5)


def layer(**options):
    return GATConv(5, 3, 2, allow_zero_in_degree=True, **options)


def test_attention_of_incoming_edges_sums_to_one():
    graph, feat = random_graph()
    _, attention = layer()(graph, feat, get_attention=True)
    total = torch.zeros(graph.num_nodes(), 2).index_add(0, graph.edges()[1], attention.detach().squeeze(-1))
    torch.testing.assert_close(total, (graph.in_degrees() > 0).float().unsqueeze(1).expand(-1, 2))


@pytest.mark.parametrize("options", [{}, {"residual": True}, {"negative_slope": 0.7, "bias": False}])
def test_fused_and_separate_steps_agree(options):
    graph, feat = random_graph()
    module = layer(**options)
    fused = module(graph, feat)
    separate, _ = module(graph, feat, get_attention=True)
    torch.testing.assert_close(fused, separate)
    names, parameters = zip(*module.named_parameters(), strict=True)
    left = torch.autograd.grad(fused.square().sum(), parameters)
    right = torch.autograd.grad(separate.square().sum(), parameters)
    for name, one, other in zip(names, left, right, strict=True):
        torch.testing.assert_close(one, other, msg=lambda text, name=name: f"{name}: {text}")


def test_attention_dropout_follows_torchs_seed():
    graph, feat = random_graph()
    module = layer(attn_drop=0.5)
    outs = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        outs.append(module(graph, feat))
    assert torch.equal(outs[0], outs[1])
    assert not torch.equal(outs[0], outs[2])


def test_attention_dropout_drops_its_share_and_scales_the_rest():
    nodes = torch.arange(4000)
    module = layer(attn_drop=0.25, bias=False)
    out = module(weft.graph((nodes, nodes)), torch.ones(4000, 5))
    # With one incoming edge the attention is 1: a head gives 0 or 4/3 of the transformed features.
    scale = (out / module.fc(torch.ones(5)).view(2, 3)).mean(-1)
    kept = scale > 0.5
    torch.testing.assert_close(scale[kept], torch.full_like(scale[kept], 4 / 3))
    assert scale[~kept].abs().max() == 0
    assert kept.float().mean().item() == pytest.approx(0.75, abs=0.03)


def test_no_dropout_when_evaluating():
    graph, feat = random_graph()
    module = layer(attn_drop=0.5, feat_drop=0.5).eval()
    assert torch.equal(module(graph, feat), module(graph, feat))


def test_attention_dropout_compiles_without_a_break():
    torch.compiler.reset()
    graph, feat = random_graph()
    graph.create_formats_()
    module = layer(attn_drop=0.5)
    out = torch.compile(module, fullgraph=True, backend="aot_eager")(graph, feat)
    assert out.shape == (graph.num_nodes(), 2, 3)


def test_one_map_serves_both_sides_of_a_pair():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1, 2], [0, 0, 1])})
    source, destination = torch.randn(3, 5), torch.randn(2, 5)
    module = GATConv(5, 3, 2)
    out, attention = module(graph, (source, destination), get_attention=True)
    logits = (module.fc(source).view(3, 2, 3) * module.attn_l).sum(-1)[:2]
    logits = logits + (module.fc(destination).view(2, 2, 3) * module.attn_r).sum(-1)[0]
    torch.testing.assert_close(attention[:2, :, 0], torch.nn.functional.leaky_relu(logits, 0.2).softmax(0))
    assert out.shape == (2, 2, 3)

"""GATv2Conv: attention sums to one, the fused kernel agrees with separate steps, dropout, one map or two."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.nn import GATv2Conv


def random_graph(num_nodes=20, num_edges=90):
    graph = weft.graph((torch.randint(num_nodes, (num_edges,)), torch.randint(num_nodes, (num_edges,))))
    return graph, torch.randn(graph.num_nodes(), 5)


def layer(**options):
    return GATv2Conv(5, 3, 2, allow_zero_in_degree=True, **options)


def test_attention_of_incoming_edges_sums_to_one():
    graph, feat = random_graph()
    _, attention = layer()(graph, feat, get_attention=True)
    total = torch.zeros(graph.num_nodes(), 2).index_add(0, graph.edges()[1], attention.detach().squeeze(-1))
    torch.testing.assert_close(total, (graph.in_degrees() > 0).float().unsqueeze(1).expand(-1, 2))


@pytest.mark.parametrize("middle", [(), (2, 3)])
@pytest.mark.parametrize("options", [{}, {"residual": True, "share_weights": True}, {"negative_slope": 0.7}])
def test_fused_and_separate_steps_agree(options, middle):
    graph, _ = random_graph()
    feat = torch.randn(graph.num_nodes(), *middle, 5)
    module = layer(**options)
    fused = module(graph, feat)
    separate, attention = module(graph, feat, get_attention=True)
    assert attention.shape == (90, *middle, 2, 1)
    torch.testing.assert_close(fused, separate)
    names, parameters = zip(*module.named_parameters(), strict=True)
    left = torch.autograd.grad(fused.square().sum(), parameters)
    right = torch.autograd.grad(separate.square().sum(), parameters)
    for name, one, other in zip(names, left, right, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4, msg=lambda text, name=name: f"{name}: {text}")


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
    module = layer(attn_drop=0.25)
    out = module(weft.graph((nodes, nodes)), torch.ones(4000, 5))
    # With one incoming edge the attention is 1: a head gives 0 or 4/3 of the transformed features.
    scale = (out / module.fc_src(torch.ones(5)).view(2, 3)).mean(-1)
    kept = scale > 0.5
    torch.testing.assert_close(scale[kept], torch.full_like(scale[kept], 4 / 3))
    assert scale[~kept].abs().max() == 0
    assert kept.float().mean().item() == pytest.approx(0.75, abs=0.03)


def test_no_dropout_when_evaluating():
    graph, feat = random_graph()
    module = layer(attn_drop=0.5, feat_drop=0.5).eval()
    assert torch.equal(module(graph, feat), module(graph, feat))


def test_shared_weights_are_one_map_and_equal_two_maps_of_the_same_weights():
    graph, feat = random_graph()
    shared, separate = layer(share_weights=True), layer()
    assert shared.fc_src is shared.fc_dst
    assert len(list(shared.parameters())) == len(list(separate.parameters())) - 2
    separate.load_state_dict(shared.state_dict())
    torch.testing.assert_close(shared(graph, feat), separate(graph, feat))


def test_attention_dropout_compiles_without_a_break():
    torch.compiler.reset()
    graph, feat = random_graph()
    graph.create_formats_()
    out = torch.compile(layer(attn_drop=0.5), fullgraph=True, backend="aot_eager")(graph, feat)
    assert out.shape == (graph.num_nodes(), 2, 3)

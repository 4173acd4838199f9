"""TWIRLSConv and its propagation: steps and weights by hand, loops, isolated nodes, what is kept, refusals."""

from __future__ import annotations

import copy

import pytest
import torch

import weft
from weft.errors import GraphError, InputError, ShapeError
from weft.nn import TWIRLSConv, TWIRLSUnfoldingAndAttention

# 0 -> 1 twice and 1 -> 0: in-degrees 1, 2.
EDGES = ([0, 0, 1], [1, 1, 0])
FEAT = torch.tensor([[8.0], [2.0]])


def test_step_by_hand():
    out = TWIRLSUnfoldingAndAttention(1, alp=0.25, lam=2, prop_step=1)(weft.graph(EDGES), FEAT)
    # lam * degree + 1 - lam: 1 and 3.
    expected = [0.75 * 8 + 0.5 * 2 / 3**0.5 + 0.25 * 8, 0.75 * 2 + 0.5 * 16 / 3**0.5 + 0.25 * 2 / 3]
    assert out.flatten().tolist() == pytest.approx(expected)


def test_step_without_preconditioning_by_hand():
    module = TWIRLSUnfoldingAndAttention(1, alp=0.25, lam=2, prop_step=1, precond=False)
    expected = [0.25 * 8 + 0.5 * 2 / 2**0.5 + 0.25 * 8, 0.25 * 2 + 0.5 * 16 / 2**0.5 + 0.25 * 2]
    assert module(weft.graph(EDGES), FEAT).flatten().tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("options", "near", "far"),
    [({}, 1.0, 0.5), ({"tau": 1.5}, 1 / 1.5, 0.5), ({"T": 1.5}, 1.0, 0.0), ({"p": 0}, 1.0, 0.25)],
)
def test_weights_of_attention_by_hand(options, near, far):
    # 0 lies at a distance of 1 from 1 and of 2 from 2, both of which reach it.
    graph, feat = weft.graph(([1, 2], [0, 0])), torch.tensor([[0.0], [1.0], [2.0]])
    module = TWIRLSUnfoldingAndAttention(1, alp=0.5, lam=1, prop_step=1, init_att=True, **options)
    out = module(graph, feat)
    # Degrees: near + far, and 1 of the others.
    assert out[0].item() == pytest.approx(0.5 * (near * 1 + far * 2) / (near + far) ** 0.5, rel=1e-4)


def test_etas_stretch_the_distances():
    graph, feat = weft.graph(([1], [0])), torch.tensor([[0.0], [1.0]])
    module = TWIRLSUnfoldingAndAttention(1, alp=0.5, lam=1, prop_step=1, init_att=True, use_eta=True)
    with torch.no_grad():
        module.etas.fill_(4)
    # A weight of 1 / 4, over the root of a degree of 1 / 4.
    assert module(graph, feat)[0].item() == pytest.approx(0.5 * 0.25 / 0.25**0.5, rel=1e-4)
    module.reset_parameters()
    assert module.etas.tolist() == [1.0]


def test_isolated_node_stays_where_it_is():
    graph = weft.graph(([0, 1], [1, 0]), num_nodes=3)
    feat = torch.randn(3, 4)
    for options in ({}, {"attn_aft": 1}, {"precond": False}):
        out = TWIRLSUnfoldingAndAttention(4, 0, 1, 3, **options)(graph, feat)
        if options.get("precond", True):
            torch.testing.assert_close(out[2], feat[2])
        assert torch.isfinite(out).all()


@pytest.mark.parametrize("options", [{}, {"attention": True}, {"attn_bef": True, "p": 0.5}, {"precond": False}])
def test_each_node_has_one_loop_whatever_the_graph_has(options):
    src, dst = torch.randint(9, (40,)), torch.randint(8, (40,))
    src, dst = torch.cat([src, torch.tensor([2, 2, 5])]), torch.cat([dst, torch.tensor([2, 2, 5])])
    graph = weft.graph((src, dst), num_nodes=9)
    looped = weft.add_self_loop(weft.remove_self_loop(graph))
    layer = TWIRLSConv(4, 3, 5, 4, **options).double()
    feat = torch.randn(9, 4, dtype=torch.float64)
    bare = weft.remove_self_loop(graph)
    for other in (looped, bare):
        torch.testing.assert_close(layer(graph, feat), layer(other, feat))
    expected = layer.mlp_aft(layer.unfolding(looped, layer.mlp_bef(feat)))
    torch.testing.assert_close(layer(graph, feat), expected)


def test_gradients_are_those_of_finite_differences():
    graph = weft.graph((torch.randint(6, (20,)), torch.randint(5, (20,))), num_nodes=6)
    module = TWIRLSUnfoldingAndAttention(2, 0, 1, 3, attn_aft=1, init_att=True, use_eta=True, tau=0.01).double()
    feat = torch.randn(6, 2, dtype=torch.float64, requires_grad=True)

    def run(feat, etas):
        return torch.func.functional_call(module, {"etas": etas}, (graph, feat))

    assert torch.autograd.gradcheck(run, (feat, module.etas))


def test_propagation_before_all_layers_is_kept_for_its_graph_and_features(monkeypatch):
    layer, graph, other = TWIRLSConv(1, 2, 3, 2, num_mlp_before=0), weft.graph(EDGES), weft.graph(([0, 1], [1, 0]))
    calls, unfold = [], layer.unfolding.unfold
    monkeypatch.setattr(layer.unfolding, "unfold", lambda *arguments: calls.append(1) or unfold(*arguments))
    first = layer(graph, FEAT)
    layer(graph, FEAT).sum().backward()
    assert len(calls) == 1
    assert not torch.allclose(layer(other, FEAT), first)
    assert not torch.allclose(layer(graph, 2 * FEAT), first)
    torch.testing.assert_close(layer(graph, FEAT), first)


def test_copies_hold_no_features():
    layer = TWIRLSConv(1, 2, 3, 2, num_mlp_before=0)
    out = layer(weft.graph(EDGES), FEAT)
    twin = copy.deepcopy(layer)
    assert twin._kept is None
    assert torch.equal(twin(weft.graph(EDGES), FEAT), out)


def test_dropouts_follow_the_mode():
    graph, feat = weft.graph((torch.randint(9, (40,)), torch.randint(9, (40,)))), torch.randn(9, 4)
    for options in ({"dropout": 0.5}, {"attn_dropout": 0.5, "attention": True}, {"inp_dropout": 0.5}):
        layer = TWIRLSConv(4, 3, 5, 2, **options)
        assert not torch.equal(layer(graph, feat), layer(graph, feat))
        layer.eval()
        assert torch.equal(layer(graph, feat), layer(graph, feat))
    layer = TWIRLSConv(4, 3, 5, 2, num_mlp_before=0, attn_bef=True, attn_dropout=0.5)
    assert not torch.equal(layer(graph, feat), layer(graph, feat))


def test_norms_stand_before_all_layers_but_the_first():
    names = TWIRLSConv(4, 3, 5, 1, 2, 2, norm="batch").state_dict().keys()
    norms = sorted({name.rsplit(".", 1)[0] for name in names if ".norms." in name})
    assert norms == ["mlp_aft.norms.0", "mlp_aft.norms.1", "mlp_bef.norms.0"]


def test_what_does_not_fit_is_refused():
    graph = weft.graph(EDGES)
    with pytest.raises(InputError, match="TWIRLSConv: got norm='group'; expected one of 'batch', 'layer', 'none'"):
        TWIRLSConv(1, 1, 1, 1, norm="group")
    with pytest.raises(InputError, match="TWIRLSConv: got num_mlp_after=-1; expected a number of linear layers"):
        TWIRLSConv(1, 1, 1, 1, num_mlp_after=-1)
    with pytest.raises(ShapeError, match=r"TWIRLSConv: feat has shape \(2, 1\)"):
        TWIRLSConv(3, 1, 1, 1)(graph, FEAT)
    with pytest.raises(ShapeError, match=r"TWIRLSUnfoldingAndAttention: X has shape \(2, 2, 3\)"):
        TWIRLSUnfoldingAndAttention(3, 0, 1, 1)(graph, torch.ones(2, 2, 3))
    with pytest.raises(ShapeError, match="features have size 1, but there are 3 etas"):
        TWIRLSUnfoldingAndAttention(3, 0, 1, 1, init_att=True, use_eta=True)(graph, FEAT)
    block = weft.create_block(([0, 1], [0, 0]), num_src_nodes=2, num_dst_nodes=1)
    with pytest.raises(GraphError, match="TWIRLSConv: sources and destinations"):
        TWIRLSConv(1, 1, 1, 1)(block, FEAT)

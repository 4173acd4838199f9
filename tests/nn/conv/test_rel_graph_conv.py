"""RelGraphConv: by hand, a product an edge, types that change, dropout, refusals."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import IdError, InputError, ShapeError
from weft.nn import RelGraphConv
from weft.nn.conv import typed_pairs

EDGES = ([0, 1, 1, 2, 2], [1, 1, 2, 2, 2])
TYPES = torch.tensor([0, 1, 0, 1, 1])


def layer_by_hand(**options):
    """Return a layer of two relations whose weights are 1 and 10."""
    layer = RelGraphConv(1, 1, 2, **options)
    with torch.no_grad():
        layer.linear_r.W.copy_(torch.tensor([[[1.0]], [[10.0]]]))
        if layer.self_loop:
            layer.loop_weight.fill_(100.0)
    return layer


def test_sum_of_messages_by_hand():
    out = layer_by_hand(self_loop=False)(weft.graph(EDGES), torch.tensor([[1.0], [2.0], [3.0]]), TYPES)
    assert out.flatten().tolist() == [0.0, 21.0, 62.0]


def test_node_itself_has_a_weight_of_its_own():
    out = layer_by_hand()(weft.graph(EDGES), torch.tensor([[1.0], [2.0], [3.0]]), TYPES)
    assert out.flatten().tolist() == [100.0, 221.0, 362.0]


@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_norm_multiplies_messages_alone(shape):
    norm = torch.tensor([2.0, 1.0, 1.0, 0.0, 0.5]).view(shape)
    out = layer_by_hand()(weft.graph(EDGES), torch.tensor([[1.0], [2.0], [3.0]]), TYPES, norm)
    assert out.flatten().tolist() == [100.0, 222.0, 317.0]


@pytest.mark.parametrize("sizes", [(8, 3), (3, 8)])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("num_types", [1, 4, 50])
def test_sums_around_the_product_are_a_product_an_edge(sizes, weighted, num_types):
    src, dst, types = torch.randint(12, (90,)), torch.randint(9, (90,)), torch.randint(num_types, (90,))
    graph = weft.create_block((src, dst), num_src_nodes=12, num_dst_nodes=9)
    layer = RelGraphConv(*sizes, num_types, self_loop=False, bias=False).double()
    feat = torch.randn(12, sizes[0], dtype=torch.float64, requires_grad=True)
    norm = torch.rand(90, 1, dtype=torch.float64, requires_grad=True) if weighted else None
    messages = (feat[src].unsqueeze(1) @ layer.linear_r.W[types]).squeeze(1) * (1 if norm is None else norm)
    expected = torch.zeros(9, sizes[1], dtype=torch.float64).index_add(0, dst, messages)
    out = layer(graph, feat, types, norm)
    torch.testing.assert_close(out, expected)
    leaves = [feat, layer.linear_r.W, *([norm] if weighted else [])]
    left, right = (torch.autograd.grad(value.square().sum(), leaves, retain_graph=True) for value in (out, expected))
    torch.testing.assert_close(left, right)


def test_types_may_change_from_call_to_call():
    graph, layer, feat = weft.graph(EDGES), layer_by_hand(self_loop=False), torch.ones(3, 1)
    types = TYPES.clone()
    assert layer(graph, feat, types).flatten().tolist() == [0.0, 11.0, 21.0]
    types[0] = 1
    assert layer(graph, feat, types).flatten().tolist() == [0.0, 20.0, 21.0]
    assert layer(graph, feat, TYPES).flatten().tolist() == [0.0, 11.0, 21.0]


def test_grouping_is_made_once_for_layers_over_the_same_graph(monkeypatch):
    made = []
    group = typed_pairs._pairs_of_destinations
    monkeypatch.setattr(typed_pairs, "_pairs_of_destinations", lambda *args: made.append(1) or group(*args))
    graph, feat = weft.graph(EDGES), torch.randn(3, 4)
    for _ in range(3):
        for layer in (RelGraphConv(4, 4, 2), RelGraphConv(4, 4, 2, "bdd", 2)):
            layer(graph, feat, TYPES)
    assert len(made) == 1


def test_grouping_made_without_gradients_serves_with_them():
    graph, feat, layer = weft.graph(EDGES), torch.randn(3, 4), RelGraphConv(4, 4, 2)
    with torch.inference_mode():
        layer(graph, feat, TYPES)
    layer(graph, feat, TYPES).sum().backward()
    assert layer.linear_r.W.grad is not None


def test_pair_of_features_on_two_kinds_of_nodes():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1, 2], [0, 0, 1])})
    out = layer_by_hand()(graph, (torch.ones(3, 1), torch.full((2, 1), 2.0)), torch.tensor([0, 1, 1]))
    assert out.flatten().tolist() == [211.0, 210.0]


def test_layer_norm_comes_before_bias_and_activation_before_dropout():
    layer = RelGraphConv(4, 3, 2, layer_norm=True, activation=torch.exp, self_loop=False, dropout=0.5)
    with torch.no_grad():
        layer.h_bias.fill_(2.0)
    graph, feat = weft.graph((torch.randint(40, (200,)), torch.randint(40, (200,)))), torch.randn(40, 4)
    types = torch.randint(2, (200,))
    dropped, whole = layer(graph, feat, types), layer.eval()(graph, feat, types)
    torch.testing.assert_close(whole.log().mean(1), torch.full((40,), 2.0))
    kept = dropped != 0
    assert 0.2 < kept.float().mean() < 0.8
    torch.testing.assert_close(dropped[kept], 2 * whole[kept])


def test_order_that_was_promised_is_looked_at():
    layer, feat = RelGraphConv(4, 3, 2), torch.randn(3, 4)
    ordered = torch.tensor([0, 0, 0, 1, 1])
    assert torch.equal(layer(weft.graph(EDGES), feat, ordered, presorted=True), layer(weft.graph(EDGES), feat, ordered))
    with pytest.raises(InputError, match="RelGraphConv: etypes were promised to ascend"):
        layer(weft.graph(EDGES), feat, TYPES, presorted=True)


def test_wrong_types_and_shapes_are_refused():
    layer, graph, feat = RelGraphConv(4, 3, 2), weft.graph(EDGES), torch.randn(3, 4)
    with pytest.raises(IdError, match=r"RelGraphConv: etypes hold 2, which is past the end of 2 types"):
        layer(graph, feat, TYPES + 1)
    with pytest.raises(ShapeError, match="RelGraphConv: etypes has 4 types for 5 edges"):
        layer(graph, feat, TYPES[:4])
    with pytest.raises(ShapeError, match=r"RelGraphConv: norm has shape \(5, 2\)"):
        layer(graph, feat, TYPES, torch.ones(5, 2))
    with pytest.raises(ShapeError, match=r"RelGraphConv: feat has shape \(3, 2, 4\); expected \(nodes, 4\)"):
        layer(graph, torch.randn(3, 2, 4), TYPES)


def test_no_row_of_an_edge_is_kept_for_the_backward_pass():
    # 2 types and 3 nodes make at most 6 pairs; there are 400 edges.
    src, dst, types = torch.randint(3, (400,)), torch.randint(3, (400,)), torch.randint(2, (400,))
    rows = []
    with torch.autograd.graph.saved_tensors_hooks(lambda value: rows.append(value) or value, lambda value: value):
        RelGraphConv(4, 3, 2)(weft.graph((src, dst)), torch.randn(3, 4, requires_grad=True), types)
    assert max(value.shape[0] for value in rows if value.is_floating_point()) <= 6

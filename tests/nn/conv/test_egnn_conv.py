"""EGNNConv: motions of space, the layer as it is written, blocks, nodes at one place, refusals."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.nn import EGNNConv

SRC, DST = torch.tensor([0, 1, 2, 2, 3, 0]), torch.tensor([1, 2, 1, 3, 1, 2])


def as_written(layer, src, dst, feat, places, edge_feat=None):
    """Return the layer's outputs from rows of edges; features and places are pairs."""
    apart = places[0][src] - places[1][dst]
    radial = apart.square().sum(1, keepdim=True)
    parts = [feat[0][src], feat[1][dst], radial, *([] if edge_feat is None else [edge_feat])]
    messages = layer.edge_mlp(torch.cat(parts, 1))
    moves = layer.coord_mlp(messages) * apart / radial.sqrt()
    count = len(feat[1])
    degrees = torch.bincount(dst, minlength=count).clamp(min=1).unsqueeze(1)
    total = torch.zeros(count, messages.shape[1]).index_add(0, dst, messages)
    moved = torch.zeros_like(places[1]).index_add(0, dst, moves) / degrees
    return layer.node_mlp(torch.cat([feat[1], total], 1)), places[1] + moved


@pytest.mark.parametrize("edge_feat_size", [0, 2])
def test_layer_is_as_it_is_written(edge_feat_size):
    layer = EGNNConv(3, 8, 5, edge_feat_size)
    feat, places = torch.randn(4, 3, requires_grad=True), torch.randn(4, 3, requires_grad=True)
    edge_feat = torch.randn(6, 2, requires_grad=True) if edge_feat_size else None
    found = layer(weft.graph((SRC, DST)), feat, places, edge_feat)
    expected = as_written(layer, SRC, DST, (feat, feat), (places, places), edge_feat)
    torch.testing.assert_close(found, expected)
    leaves = [feat, places, *layer.parameters(), *([edge_feat] if edge_feat_size else [])]
    left, right = (
        torch.autograd.grad(hidden.square().sum() + moved.pow(3).sum(), leaves) for hidden, moved in (found, expected)
    )
    torch.testing.assert_close(left, right)


def test_features_are_the_same_and_places_move_along_when_space_is_turned():
    layer, graph, feat, places = EGNNConv(3, 8, 5), weft.graph((SRC, DST)), torch.randn(4, 3), torch.randn(4, 3)
    turn = torch.linalg.qr(torch.randn(3, 3)).Q
    shift = torch.randn(3)
    hidden, moved = layer(graph, feat, places)
    hidden_turned, moved_turned = layer(graph, feat, places @ turn + shift)
    torch.testing.assert_close(hidden_turned, hidden, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(moved_turned, moved @ turn + shift, rtol=1e-4, atol=1e-5)


def test_node_without_incoming_edges_stays_where_it_is():
    layer, places = EGNNConv(3, 8, 5), torch.randn(4, 3)
    _, moved = layer(weft.graph((SRC, DST)), torch.randn(4, 3), places)
    assert torch.equal(moved[0], places[0])


def test_nodes_at_one_place_have_finite_gradients():
    layer, places = EGNNConv(3, 8, 5), torch.zeros(2, 3, requires_grad=True)
    hidden, moved = layer(weft.graph(([0, 1, 1], [1, 0, 1])), torch.randn(2, 3), places)
    assert torch.equal(moved, places)
    (hidden.sum() + moved.sum()).backward()
    assert torch.isfinite(places.grad).all()


def test_self_loop_has_no_direction():
    layer, feat, places = EGNNConv(3, 8, 5), torch.randn(1, 3), torch.randn(1, 3, requires_grad=True)
    _, moved = layer(weft.graph(([0], [0])), feat, places)
    (gradient,) = torch.autograd.grad(moved.sum(), places)
    assert torch.equal(gradient, torch.ones(1, 3))


def test_blocks_and_pairs():
    layer, src, dst = EGNNConv(3, 8, 5), torch.tensor([0, 2, 3, 4]), torch.tensor([1, 0, 1, 1])
    feat, places = torch.randn(5, 3), torch.randn(5, 2)
    block = weft.create_block((src, dst), num_src_nodes=5, num_dst_nodes=2)
    expected = as_written(layer, src, dst, (feat, feat[:2]), (places, places[:2]))
    torch.testing.assert_close(layer(block, feat, places), expected)
    graph = weft.heterograph({("s", "to", "d"): (src, dst)})
    torch.testing.assert_close(layer(graph, (feat, feat[:2]), (places, places[:2])), expected)


def test_wrong_arguments_are_refused():
    graph, feat, places = weft.graph((SRC, DST)), torch.randn(4, 3), torch.randn(4, 3)
    with pytest.raises(InputError, match=r"EGNNConv: forward got no edge_feat, .* edge_feat_size=2"):
        EGNNConv(3, 8, 5, 2)(graph, feat, places)
    with pytest.raises(InputError, match=r"EGNNConv: forward got edge_feat, .* edge_feat_size=0"):
        EGNNConv(3, 8, 5)(graph, feat, places, torch.randn(6, 2))
    with pytest.raises(ShapeError, match=r"EGNNConv: edge_feat has shape \(6, 3\); expected \(edges, 2\)"):
        EGNNConv(3, 8, 5, 2)(graph, feat, places, torch.randn(6, 3))
    with pytest.raises(ShapeError, match="EGNNConv: feat has 3 rows"):
        EGNNConv(3, 8, 5)(graph, feat, places[:3])

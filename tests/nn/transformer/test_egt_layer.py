"""EGTLayer against its formula; virtual nodes, masks, dropout, errors."""

from __future__ import annotations

import pytest
import torch

from weft.errors import InputError, ShapeError
from weft.nn import EGTLayer

NODES, PAIRS = torch.randn(2, 3, 4), torch.randn(2, 3, 3, 5)


def defined(layer: EGTLayer, nfeat, efeat, mask=None):
    """Return the formula, node by node and head by head."""
    nodes, edges = layer.mha_ln_h(nfeat), layer.mha_ln_e(efeat)
    query, key, value = layer.qkv_proj(nodes).view(*nodes.shape[:2], 3, layer.head_dim, layer.num_heads).unbind(2)
    answers = torch.zeros(*nodes.shape[:2], layer.head_dim, layer.num_heads)
    all_scores = torch.zeros(*efeat.shape[:3], layer.num_heads)
    for graph, node, head in torch.cartesian_prod(
        *(torch.arange(size) for size in (*nodes.shape[:2], layer.num_heads))
    ).tolist():
        scores = (key[graph, :, :, head] @ query[graph, node, :, head]).clamp(-5, 5)
        scores = scores + layer.edge_input(edges)[graph, node, :, head]
        all_scores[graph, node, :, head] = scores
        gates = layer.gate(edges)[graph, node, :, head]
        kept = torch.ones(len(scores), dtype=torch.bool) if mask is None else mask[graph, node] == 0
        opened = torch.sigmoid(gates[kept])
        total = (torch.softmax(scores[kept], dim=0) * opened) @ value[graph, kept, :, head]
        scaled = node >= layer.num_virtual_nodes
        answers[graph, node, :, head] = torch.log(1 + opened.sum()) * total if scaled else total
    hidden = nfeat + layer.node_output(answers.flatten(2))
    changed = efeat + layer.edge_output(all_scores)
    return hidden + layer.node_ffn(hidden), changed + layer.edge_ffn(changed)


@pytest.mark.parametrize("num_virtual_nodes", [0, 1])
@pytest.mark.parametrize("masked", [False, True])
def test_gates_and_scores_of_pairs_steer_the_attention(num_virtual_nodes, masked):
    layer = EGTLayer(4, 5, 2, num_virtual_nodes)
    mask = None
    if masked:
        mask = torch.zeros(2, 3, 3)
        mask[0, :, 2] = mask[1, 1, 0] = -torch.inf
    torch.testing.assert_close(layer(NODES, PAIRS, mask), defined(layer, NODES, PAIRS, mask))


def test_large_products_are_cut():
    layer = EGTLayer(4, 5, 2, 0)
    with torch.no_grad():
        layer.qkv_proj.weight.mul_(30)
    torch.testing.assert_close(layer(NODES, PAIRS), defined(layer, NODES, PAIRS))


def test_features_of_pairs_may_be_left_as_they_are():
    layer, other = EGTLayer(4, 5, 2, 0, edge_update=False), EGTLayer(4, 5, 2, 0)
    other.load_state_dict(layer.state_dict(), strict=False)
    assert torch.equal(layer(NODES, PAIRS), other(NODES, PAIRS)[0])
    assert not [name for name in layer.state_dict() if name.startswith(("edge_output", "edge_ffn"))]


def test_node_for_which_all_are_masked_looks_at_nothing():
    layer, mask = EGTLayer(4, 5, 2, 0), torch.zeros(2, 3, 3)
    mask[0, 1] = -torch.inf
    nodes = NODES.clone().requires_grad_()
    out, _ = layer(nodes, PAIRS, mask)
    hidden = NODES[0, 1] + layer.node_output(torch.zeros(4))
    torch.testing.assert_close(out[0, 1], hidden + layer.node_ffn(hidden))
    out.sum().backward()
    assert torch.isfinite(nodes.grad).all()


def test_dropout_acts_on_attention_and_on_what_is_added():
    still = EGTLayer(4, 5, 2, 0, dropout=1.0)
    nodes, pairs = still(NODES, PAIRS)
    assert torch.equal(nodes, NODES)
    assert torch.equal(pairs, PAIRS)
    blind = EGTLayer(4, 5, 2, 0, attn_dropout=1.0)
    hidden = NODES + blind.node_output(torch.zeros(4))
    torch.testing.assert_close(blind(NODES, PAIRS)[0], hidden + blind.node_ffn(hidden))


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="EGTLayer: got feat_size=4, num_heads=3"):
        EGTLayer(4, 5, 3, 0)
    layer = EGTLayer(4, 5, 2, 0)
    with pytest.raises(ShapeError, match=r"EGTLayer: nfeat has shape \(2, 3, 3\)"):
        layer(NODES[..., :3], PAIRS)
    with pytest.raises(ShapeError, match=r"EGTLayer: efeat has shape \(2, 3, 3, 4\); expected \(2, 3, 3, 5\)"):
        layer(NODES, PAIRS[..., :4])
    with pytest.raises(ShapeError, match=r"EGTLayer: mask has shape \(2, 3\)"):
        layer(NODES, PAIRS, torch.zeros(2, 3))
    with pytest.raises(InputError, match=r"mask has dtype torch\.bool; expected floats, -inf"):
        layer(NODES, PAIRS, torch.zeros(2, 3, 3, dtype=torch.bool))


def test_it_says_its_arguments():
    assert "num_heads=2, num_virtual_nodes=1, edge_update=True" in repr(EGTLayer(4, 5, 2, 1))

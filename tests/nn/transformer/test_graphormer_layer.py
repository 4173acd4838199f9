"""GraphormerLayer: where norms stand, padding, dropout, errors."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from weft.errors import InputError, ShapeError
from weft.nn import GraphormerLayer

NODES, BIAS = torch.randn(2, 3, 4), torch.randn(2, 3, 3, 2)


def test_norms_stand_after_the_sums():
    layer = GraphormerLayer(4, 6, 2, dropout=0.0, attn_dropout=0.0)
    hidden = layer.attn_layer_norm(NODES + layer.attn(NODES, BIAS))
    torch.testing.assert_close(layer(NODES, BIAS), layer.ffn_layer_norm(hidden + layer.ffn(hidden)))


def test_or_first():
    layer = GraphormerLayer(4, 6, 2, norm_first=True, dropout=0.0, attn_dropout=0.0)
    hidden = NODES + layer.attn(layer.attn_layer_norm(NODES), BIAS)
    torch.testing.assert_close(layer(NODES, BIAS), hidden + layer.ffn(layer.ffn_layer_norm(hidden)))


@pytest.mark.parametrize("kind", ["add", "mul"])
def test_padding_changes_nothing(kind):
    layer = GraphormerLayer(4, 6, 2, attn_bias_type=kind, dropout=0.0, attn_dropout=0.0)
    padded, bias = torch.randn(2, 5, 4), torch.randn(2, 5, 5, 2)
    padded[:, :3], bias[:, :3, :3] = NODES, BIAS
    mask = torch.zeros(2, 5, 5, dtype=torch.bool)
    mask[:, :, 3:] = mask[:, 3:] = True
    out = layer(padded, bias, mask)
    torch.testing.assert_close(out[:, :3], layer(NODES, BIAS))
    assert torch.isfinite(out).all()


def test_dropout_of_everything_leaves_the_nodes_themselves():
    layer = GraphormerLayer(4, 6, 2, norm_first=True, dropout=1.0)
    assert torch.equal(layer(NODES, BIAS), NODES)


def test_activation_is_used():
    torch.manual_seed(1)
    layer = GraphormerLayer(4, 6, 2, activation=nn.Tanh(), dropout=0.0)
    assert isinstance(layer.ffn[1], nn.Tanh)
    assert isinstance(GraphormerLayer(4, 6, 2).ffn[1], nn.ReLU)
    assert GraphormerLayer(4, 6, 2).ffn[1] is not GraphormerLayer(4, 6, 2).ffn[1]


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="attn_bias_type='div'"):
        GraphormerLayer(4, 6, 2, attn_bias_type="div")
    with pytest.raises(
        ShapeError, match=r"GraphormerLayer: nfeat has shape \(2, 3, 3\); expected \(graphs, nodes, 4\)"
    ):
        GraphormerLayer(4, 6, 2)(NODES[..., :3])

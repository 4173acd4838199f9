"""GlobalAttentionPooling by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

import weft
from weft.errors import ShapeError
from weft.nn import GlobalAttentionPooling


def gate() -> nn.Linear:
    """Return a gate that gives the first of two features."""
    linear = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[1.0, 0.0]]))
    return linear


BOTH = weft.batch([weft.graph(([0], [1])), weft.graph(([], [])), weft.graph(([0], [0]))])
FEAT = torch.tensor([[math.log(3), 4.0], [0.0, 8.0], [5.0, 1.0]])


def test_softmax_of_each_graph_weighs_its_nodes():
    out, attention = GlobalAttentionPooling(gate())(BOTH, FEAT, get_attention=True)
    torch.testing.assert_close(attention, torch.tensor([[0.75], [0.25], [1.0]]))
    torch.testing.assert_close(out, torch.tensor([[0.75 * math.log(3), 5.0], [0.0, 0.0], [5.0, 1.0]]))


def test_features_are_mapped_before_they_are_summed():
    mapped = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        mapped.weight.copy_(torch.tensor([[0.0, 10.0]]))
    out = GlobalAttentionPooling(gate(), mapped)(BOTH, FEAT)
    torch.testing.assert_close(out, torch.tensor([[50.0], [0.0], [10.0]]))


def test_further_dimensions_are_carried_along():
    module, feat = GlobalAttentionPooling(gate()), torch.randn(3, 4, 2)
    torch.testing.assert_close(module(BOTH, feat)[:, 1], module(BOTH, feat[:, 1]))


def test_gate_of_several_numbers_is_refused():
    with pytest.raises(ShapeError, match=r"gate_nn gave a tensor of shape \(3, 2\); expected \(3, 1\)"):
        GlobalAttentionPooling(nn.Linear(2, 2))(BOTH, FEAT)

"""JumpingKnowledge by hand, and its attention against the formula."""

from __future__ import annotations

import pytest
import torch

from weft.errors import InputError, ShapeError
from weft.nn import JumpingKnowledge

ONE, TWO = torch.tensor([[1.0, 5.0], [0.0, 2.0]]), torch.tensor([[2.0, 3.0], [0.0, 4.0]])


def test_concatenation_and_maximum_by_hand():
    assert JumpingKnowledge()([ONE, TWO]).tolist() == [[1, 5, 2, 3], [0, 2, 0, 4]]
    assert JumpingKnowledge("max")([ONE, TWO]).tolist() == [[2, 5], [0, 4]]
    assert JumpingKnowledge()([ONE, TWO[:, :1]]).tolist() == [[1, 5, 2], [0, 2, 0]]


def test_first_of_equal_layers_takes_the_gradient_of_the_maximum():
    one, other = torch.ones(1, 2, requires_grad=True), torch.ones(1, 2, requires_grad=True)
    JumpingKnowledge("max")([one, other]).sum().backward()
    assert (one.grad.tolist(), other.grad.tolist()) == ([[1, 1]], [[0, 0]])


def test_attention_weighs_the_layers_of_each_node():
    module = JumpingKnowledge("lstm", in_feats=2, num_layers=2)
    layers = torch.stack([ONE, TWO], dim=1)
    lstm = torch.nn.LSTM(2, 2, bidirectional=True, batch_first=True)
    lstm.load_state_dict(module.lstm.state_dict())
    states, _ = lstm(layers)
    share = torch.softmax(states @ module.att.weight.T + module.att.bias, dim=1)
    torch.testing.assert_close(module([ONE, TWO]), share[:, 0] * ONE + share[:, 1] * TWO)


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="mode='mean'; expected one of 'cat', 'lstm', 'max'"):
        JumpingKnowledge("mean")
    with pytest.raises(InputError, match="in_feats=4 and num_layers=None; 'lstm' needs both"):
        JumpingKnowledge("lstm", 4)
    with pytest.raises(InputError, match="feat_list is empty"):
        JumpingKnowledge()([])
    with pytest.raises(ShapeError, match=r"feat_list has shapes \(2, 2\), \(2, 1\); expected one shape"):
        JumpingKnowledge("max")([ONE, TWO[:, :1]])
    with pytest.raises(ShapeError, match=r"\(2, 2\), \(1, 2\)"):
        JumpingKnowledge()([ONE, TWO[:1]])
    with pytest.raises(ShapeError, match=r"expected \(nodes, 3\)"):
        JumpingKnowledge("lstm", 3, 2)([ONE, TWO])


def test_it_says_its_mode():
    assert repr(JumpingKnowledge("max")) == "JumpingKnowledge(mode='max')"

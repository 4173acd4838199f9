"""LSTMCells are PyTorch's LSTM: parameters, and steps."""

from __future__ import annotations

import pytest
import torch

from weft.nn.lstm_cells import LSTMCells


@pytest.mark.parametrize(("num_layers", "bidirectional"), [(1, False), (3, False), (1, True)])
def test_parameters_are_those_of_the_lstm(num_layers, bidirectional):
    torch.manual_seed(3)
    expected = torch.nn.LSTM(5, 4, num_layers, bidirectional=bidirectional).state_dict()
    torch.manual_seed(3)
    found = LSTMCells(5, 4, num_layers, bidirectional).state_dict()
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert torch.equal(found[name], value), name


@pytest.mark.parametrize("num_layers", [1, 3])
def test_steps_are_those_of_the_lstm(num_layers):
    lstm, cells = torch.nn.LSTM(5, 4, num_layers), LSTMCells(5, 4, num_layers)
    cells.load_state_dict(lstm.state_dict())
    values = torch.randn(3, 2, 5)
    expected, _ = lstm(values)
    states = [(torch.zeros(2, 4), torch.zeros(2, 4))] * num_layers
    for value, wanted in zip(values, expected, strict=True):
        out, states = cells(value, states)
        torch.testing.assert_close(out, wanted)


def test_reading_both_ways_is_that_of_the_lstm():
    lstm, cells = torch.nn.LSTM(5, 4, bidirectional=True), LSTMCells(5, 4, bidirectional=True)
    cells.load_state_dict(lstm.state_dict())
    values = torch.randn(3, 2, 5)
    torch.testing.assert_close(torch.stack(cells.both_ways(list(values))), lstm(values)[0])


def test_it_says_its_sizes():
    assert repr(LSTMCells(5, 4, 2)) == "LSTMCells(5, 4, num_layers=2)"
    assert repr(LSTMCells(5, 4, bidirectional=True)) == "LSTMCells(5, 4, num_layers=1, bidirectional=True)"

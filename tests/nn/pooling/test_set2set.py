"""Set2Set against PyTorch's LSTM and one graph at a time."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.nn import Set2Set


def read_one_by_one(module: Set2Set, feats: list[torch.Tensor]) -> torch.Tensor:
    """Return what the formula gives, with ``nn.LSTM`` itself and each graph on its own."""
    lstm = torch.nn.LSTM(module.output_dim, module.input_dim, module.n_layers)
    lstm.load_state_dict(module.lstm.state_dict())
    rows = []
    for feat in feats:
        state, answer = None, torch.zeros(1, 1, module.output_dim)
        for _ in range(module.n_iters):
            query, state = lstm(answer, state)
            attention = torch.softmax(feat @ query.flatten(), dim=0)
            answer = torch.cat([query.flatten(), attention @ feat]).view(1, 1, -1)
        rows.append(answer.flatten())
    return torch.stack(rows)


@pytest.mark.parametrize("n_layers", [1, 3])
def test_it_is_an_lstm_that_reads_by_attention(n_layers):
    module = Set2Set(4, 3, n_layers)
    feats = [torch.randn(count, 4) for count in (2, 0, 5)]
    batch = weft.batch([weft.graph(([], []), num_nodes=len(feat)) for feat in feats])
    torch.testing.assert_close(module(batch, torch.cat(feats)), read_one_by_one(module, feats))


def test_zero_parameters_read_the_mean():
    module = Set2Set(1, 1, 1)
    for parameter in module.parameters():
        parameter.data.zero_()
    assert module(weft.graph(([0], [1])), torch.tensor([[1.0], [4.0]])).tolist() == [[0.0, 2.5]]


def test_wrong_arguments_are_refused():
    with pytest.raises(ShapeError, match=r"Set2Set: feat has shape \(2, 3\); expected \(nodes, 4\)"):
        Set2Set(4, 1, 1)(weft.graph(([0], [1])), torch.randn(2, 3))
    with pytest.raises(InputError, match="n_iters=0; expected a number of iterations, 1 or more"):
        Set2Set(4, 0, 1)
    with pytest.raises(InputError, match="n_layers=0; expected a number of layers, 1 or more"):
        Set2Set(4, 1, 0)

"""A stack of LSTM cells that is given one input after another."""

from __future__ import annotations

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]
"""Hidden state and cell, ``(N, hidden_size)`` each."""


class LSTMCells(nn.Module):
    """The cells of an ``nn.LSTM``, one call a step: torch.compile, which refuses ``nn.LSTM``, takes them.

    Parameters have the names, shapes and initial values of ``nn.LSTM(input_size, hidden_size, num_layers)``:
    ``weight_ih_l0`` ``(4 * hidden_size, input_size)``, ``weight_hh_l0``, ``bias_ih_l0``, ``bias_hh_l0``, and so on
    with ``l1``. Its state dicts load.

    Source: Hochreiter and Schmidhuber 1997, Long Short-Term Memory (Neural Computation 9), in PyTorch's form.
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int) -> None:
        """Make the cells: ``num_layers`` of them, each on top of the one before."""
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        for layer in range(num_layers):
            for name, *shape in (
                ("weight_ih", 4 * hidden_size, hidden_size if layer else input_size),
                ("weight_hh", 4 * hidden_size, hidden_size),
                ("bias_ih", 4 * hidden_size),
                ("bias_hh", 4 * hidden_size),
            ):
                self.register_parameter(f"{name}_l{layer}", nn.Parameter(torch.empty(shape)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew, uniform within ``1 / sqrt(hidden_size)``."""
        bound = self.hidden_size**-0.5 if self.hidden_size > 0 else 0.0
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, value: Tensor, states: list[State]) -> tuple[Tensor, list[State]]:
        """Return the output of the last layer, ``(N, hidden_size)``, and the states of all after one more input.

        Args:
            value: ``(N, input_size)``.
            states: of each layer.
        """
        new_states = []
        for layer, state in enumerate(states):
            names = (f"{name}_l{layer}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            value, cell = torch.lstm_cell(value, state, *(getattr(self, name) for name in names))
            new_states.append((value, cell))
        return value, new_states

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"{self.input_size}, {self.hidden_size}, num_layers={self.num_layers}"

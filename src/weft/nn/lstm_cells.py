"""LSTM cells that are given one input after another."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor]
"""Hidden state and cell, ``(N, hidden_size)`` each."""


class LSTMCells(nn.Module):
    """The cells of an ``nn.LSTM``, one call a step; unlike it, torch.compile and any 16-bit type on a CPU take them.

    Parameters have the names, shapes and initial values of ``nn.LSTM(input_size, hidden_size, num_layers,
    bidirectional=bidirectional)``: ``weight_ih_l0`` ``(4 * hidden_size, input_size)``, ``weight_hh_l0``,
    ``bias_ih_l0``, ``bias_hh_l0``; the same with ``l1`` and so on; and with ``l0_reverse``. Its state dicts load.

    Source: Hochreiter and Schmidhuber 1997, Long Short-Term Memory (Neural Computation 9), in PyTorch's form.
    """

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bidirectional: bool = False) -> None:
        """Make the cells.

        Args:
            input_size: size of an input.
            hidden_size: size of an output.
            num_layers: number of cells, each on top of the one before.
            bidirectional: whether there is a second cell that reads backwards; for one layer.
        """
        super().__init__()
        assert num_layers == 1 or not bidirectional
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bidirectional = bidirectional
        cells = [f"l{layer}" for layer in range(num_layers)] + ["l0_reverse"] * bidirectional
        for number, cell in enumerate(cells):
            for name, *shape in (
                ("weight_ih", 4 * hidden_size, hidden_size if number and not bidirectional else input_size),
                ("weight_hh", 4 * hidden_size, hidden_size),
                ("bias_ih", 4 * hidden_size),
                ("bias_hh", 4 * hidden_size),
            ):
                self.register_parameter(f"{name}_{cell}", nn.Parameter(torch.empty(shape)))
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
            value, cell = self._step(f"l{layer}", value, state)
            new_states.append((value, cell))
        return value, new_states

    def both_ways(self, values: Sequence[Tensor]) -> list[Tensor]:
        """Return ``(N, 2 * hidden_size)`` for each input ``(N, input_size)``: what both cells give as they pass it."""
        onwards = self._outputs("l0", values)
        backwards = self._outputs("l0_reverse", values[::-1])[::-1]
        return [torch.cat(pair, dim=-1) for pair in zip(onwards, backwards, strict=True)]

    def _outputs(self, cell: str, values: Sequence[Tensor]) -> list[Tensor]:
        nothing = values[0].new_zeros(values[0].shape[0], self.hidden_size)
        state, outputs = (nothing, nothing), []
        for value in values:
            state = self._step(cell, value, state)
            outputs.append(state[0])
        return outputs

    def _step(self, cell: str, value: Tensor, state: State) -> State:
        names = (f"{name}_{cell}" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
        return torch.lstm_cell(value, state, *(getattr(self, name) for name in names))

    def extra_repr(self) -> str:
        """Return the arguments."""
        both = ", bidirectional=True" if self.bidirectional else ""
        return f"{self.input_size}, {self.hidden_size}, num_layers={self.num_layers}{both}"

"""Many weights as combinations of a few."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from weft import checks


class WeightBasis(nn.Module):
    """Weights that are linear combinations of a few shared ones, so that many relations need few parameters.

    ``out[r] = sum(w_comp[r, b] * weight[b])`` over the bases ``b``.

    Parameters: ``weight`` ``(num_bases, *shape)`` and ``w_comp`` ``(num_outputs, num_bases)``, Glorot uniform with the
    gain of ReLU. With as many bases as outputs, weights of their own would do with fewer parameters.

    Source: Schlichtkrull et al. 2018 (arXiv:1703.06103), eq. 3; DGL's ``dgl.nn.WeightBasis``.

    >>> WeightBasis((4, 3), num_bases=2, num_outputs=5)().shape
    torch.Size([5, 4, 3])
    """

    def __init__(self, shape: Sequence[int], num_bases: int, num_outputs: int) -> None:
        """Make the module.

        Args:
            shape: of one weight.
            num_bases: number of shared weights.
            num_outputs: number of weights to make of them.

        Raises:
            InputError: a number below 1.
        """
        super().__init__()
        self.shape = tuple(shape)
        self.num_bases = checks.whole_number("WeightBasis", "num_bases", num_bases, least=1)
        self.num_outputs = checks.whole_number("WeightBasis", "num_outputs", num_outputs, least=1)
        self.weight = nn.Parameter(torch.empty(self.num_bases, *self.shape))
        self.w_comp = nn.Parameter(torch.empty(self.num_outputs, self.num_bases))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        gain = nn.init.calculate_gain("relu")
        nn.init.xavier_uniform_(self.weight, gain=gain)
        nn.init.xavier_uniform_(self.w_comp, gain=gain)

    def forward(self) -> Tensor:
        """Return ``(num_outputs, *shape)``: all weights."""
        return (self.w_comp @ self.weight.flatten(1)).view(self.num_outputs, *self.shape)

    def extra_repr(self) -> str:
        """Return the sizes for ``print``."""
        return f"shape={self.shape}, num_bases={self.num_bases}, num_outputs={self.num_outputs}"

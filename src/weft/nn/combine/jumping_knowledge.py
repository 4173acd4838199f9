"""One output from those of several layers."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError, ShapeError
from weft.nn.lstm_cells import LSTMCells

MODES = ("cat", "max", "lstm")


class JumpingKnowledge(nn.Module):
    """What several layers gave for each node, in one: side by side, the maximum, or weighted by attention.

    - ``'cat'``: ``[h_1, ..., h_T]``;
    - ``'max'``: ``max(h_1, ..., h_T)``, each number on its own;
    - ``'lstm'``: ``sum(a_t * h_t)``, where ``a`` is the softmax over the layers of ``att([forward_t, backward_t])``,
      the states of an LSTM that reads ``h_1`` to ``h_T`` both ways.

    Parameters, with ``'lstm'`` alone: those of an ``nn.LSTM(in_feats, num_layers * in_feats // 2)`` of both directions,
    as ``lstm.weight_ih_l0`` and so on; ``att.weight`` ``(1, 2 * (num_layers * in_feats // 2))`` and ``att.bias``.

    Source: Xu et al. 2018 (arXiv:1806.03536), section 4; DGL's ``dgl.nn.JumpingKnowledge``.

    >>> JumpingKnowledge("max")([torch.tensor([[1.0, 5.0]]), torch.tensor([[2.0, 3.0]])])
    tensor([[2., 5.]])
    """

    def __init__(self, mode: str = "cat", in_feats: int | None = None, num_layers: int | None = None) -> None:
        """Make the module.

        Args:
            mode: ``'cat'``, ``'max'`` or ``'lstm'``.
            in_feats: size of each layer's output; needed by ``'lstm'``.
            num_layers: number of layers, which sets the size of the LSTM; needed by ``'lstm'``.

        Raises:
            InputError: an unknown mode, or an argument missing for ``'lstm'``.
        """
        super().__init__()
        checks.choice("JumpingKnowledge", "mode", mode, MODES)
        self.mode, self.in_feats = mode, in_feats
        if mode == "lstm":
            if in_feats is None or num_layers is None:
                raise InputError(
                    f"JumpingKnowledge: got in_feats={in_feats} and num_layers={num_layers}; 'lstm' needs both, "
                    "the size and the number of the layers' outputs."
                )
            hidden = num_layers * in_feats // 2
            self.lstm = LSTMCells(in_feats, hidden, bidirectional=True)
            self.att = nn.Linear(2 * hidden, 1)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        if self.mode == "lstm":
            self.lstm.reset_parameters()
            self.att.reset_parameters()

    def forward(self, feat_list: Sequence[Tensor]) -> Tensor:
        """Return one row for each node.

        Args:
            feat_list: what each layer gave: ``(N, *, D)``; of one shape but with ``'cat'``, which takes other last
                dimensions, and ``(N, in_feats)`` with ``'lstm'``.

        Returns:
            ``(N, *, D)``; with ``'cat'`` the last dimension is the sum of all.

        Raises:
            InputError: no outputs.
            ShapeError: outputs that do not fit together.
        """
        feats = list(feat_list)
        self._check(feats)
        if self.mode == "cat":
            return torch.cat(feats, dim=-1)
        if self.mode == "max":
            # Of equals the first layer takes the gradient.
            return torch.stack(feats, dim=-1).max(dim=-1).values
        share = self.att(torch.stack(self.lstm.both_ways(feats))).softmax(dim=0)
        return (share * torch.stack(feats)).sum(dim=0)

    def _check(self, feats: list[Tensor]) -> None:
        if not feats:
            raise InputError("JumpingKnowledge: feat_list is empty; expected what one layer or more gave.")
        first = feats[0].shape
        if self.mode == "cat":
            fits = len(first) > 1 and all(feat.shape[:-1] == first[:-1] for feat in feats)
        else:
            fits = len(first) > 1 and all(feat.shape == first for feat in feats)
        if self.mode == "lstm":
            fits = fits and len(first) == 2 and first[1] == self.in_feats
        if not fits:
            form = f"(nodes, {self.in_feats})" if self.mode == "lstm" else "one shape of two or more dimensions"
            shapes = ", ".join(str(tuple(feat.shape)) for feat in feats)
            raise ShapeError(f"JumpingKnowledge: feat_list has shapes {shapes}; expected {form}.")

    def extra_repr(self) -> str:
        """Return the mode."""
        return f"mode={self.mode!r}"

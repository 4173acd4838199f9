"""SIGN: a perceptron over features that were smoothed beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError


class SIGN(nn.Module):
    """A map for each hop's smoothed features, side by side, then a multilayer perceptron.

    The graph is needed once, before training: `weft.transforms.SIGNDiffusion` writes the features of ``1 ... k`` hops
    into node columns. After that a batch is any set of rows.

    Shapes: ``num_hops + 1`` tensors ``(n, in_feats)``, the nodes' own features first, to ``(n, out_feats)``.

    Source: Frasca et al. 2020 (arXiv:2004.11198), eq. 3.

    >>> import torch, weft
    >>> graph = weft.graph(([0, 1, 2], [1, 2, 0]))
    >>> graph.ndata["feat"] = torch.randn(3, 4)
    >>> graph = weft.transforms.SIGNDiffusion(k=2)(graph)
    >>> hops = [graph.ndata[name] for name in ("feat", "out_feat_1", "out_feat_2")]
    >>> weft.nn.models.SIGN(4, 16, 3, num_hops=2)(hops).shape
    torch.Size([3, 3])
    """

    def __init__(
        self,
        in_feats: int,
        hidden_feats: int,
        out_feats: int,
        num_hops: int = 3,
        num_layers: int = 2,
        *,
        dropout: float = 0.5,
        input_drop: float = 0.0,
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of each hop's features.
            hidden_feats: size of each hop's map, and between the perceptron's layers.
            out_feats: size of the output.
            num_hops: at least 0.
            num_layers: of the perceptron, at least 1.
            dropout: after each activation.
            input_drop: dropout of the input.

        Raises:
            InputError: a count that is too small.
        """
        super().__init__()
        checks.whole_number("SIGN", "num_hops", num_hops)
        checks.whole_number("SIGN", "num_layers", num_layers, least=1)
        self.input_drop = nn.Dropout(input_drop)
        self.hops = nn.ModuleList(nn.Linear(in_feats, hidden_feats) for _ in range(num_hops + 1))
        sizes = [hidden_feats * (num_hops + 1), *[hidden_feats] * (num_layers - 1)]
        layers: list[nn.Module] = [nn.PReLU(), nn.Dropout(dropout)]
        for before, after in pairwise(sizes):
            layers += [nn.Linear(before, after), nn.PReLU(), nn.Dropout(dropout)]
        self.perceptron = nn.Sequential(*layers, nn.Linear(sizes[-1], out_feats))

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for layer in (*self.hops, *self.perceptron):
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()
            elif isinstance(layer, nn.PReLU):
                nn.init.constant_(layer.weight, 0.25)

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Return ``(n, out_feats)`` of ``num_hops + 1`` tensors ``(n, in_feats)``.

        Raises:
            InputError: another number of tensors.
        """
        if len(feats) != len(self.hops):
            raise InputError(
                f"SIGN: got features of {len(feats)} hops; expected {len(self.hops)}, the nodes' own first."
            )
        mapped = [one(self.input_drop(feat)) for one, feat in zip(self.hops, feats, strict=True)]
        out: Tensor = self.perceptron(torch.cat(mapped, dim=1))
        return out

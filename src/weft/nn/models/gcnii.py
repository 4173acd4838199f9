"""GCNII: graph convolution of many layers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.nn.conv import GCN2Conv
from weft.nn.conv.scaled_sum import degree_scale, scaled_sum
from weft.nn.dense import linear
from weft.nn.models.staged import StagedModel, reset
from weft.ops.target import relation_of


class GCNII(StagedModel):
    """A linear map in, many layers of :class:`weft.nn.GCN2Conv` with ReLU, a linear map out.

    Shapes: ``(N, in_feats)`` to ``(N, out_feats)``. A node without incoming edges keeps its first features' share; add
    self-loops, as the paper does.

    Source: Chen et al. 2020 (arXiv:2007.02133), eq. 5; defaults are those for Cora.

    >>> import torch, weft
    >>> graph = weft.add_self_loop(weft.graph(([0, 1, 2], [1, 2, 0])))
    >>> weft.nn.models.GCNII(4, 16, 2, num_layers=8)(graph, torch.randn(3, 4)).shape
    torch.Size([3, 2])
    """

    def __init__(
        self,
        in_feats: int,
        hidden_feats: int,
        out_feats: int,
        num_layers: int = 64,
        alpha: float = 0.1,
        lambda_: float = 0.5,
        *,
        dropout: float = 0.6,
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of input features.
            hidden_feats: size of all layers between.
            out_feats: size of the output.
            num_layers: at least 1.
            alpha: share of the first features in each layer.
            lambda_: how far a layer's map is from the identity: ``log(lambda_ / layer + 1)``.
            dropout: of each layer's input.

        Raises:
            InputError: ``num_layers`` below 1.
        """
        super().__init__()
        checks.whole_number("GCNII", "num_layers", num_layers, least=1)
        self.enter_map = nn.Linear(in_feats, hidden_feats)
        self.layers = nn.ModuleList(
            GCN2Conv(hidden_feats, number, alpha, lambda_, allow_zero_in_degree=True, bias=False)
            for number in range(1, num_layers + 1)
        )
        self.leave_map = nn.Linear(hidden_feats, out_feats)
        self.dropout = nn.Dropout(dropout)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(self.enter_map, *self.layers, self.leave_map)

    @property
    def num_stages(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def constants(self, graph: Any) -> Tensor:
        """Return ``in_degree^-1/2`` of each node, ``(N,)`` float64."""
        return degree_scale(relation_of("GCNII", graph), "dst", -0.5, torch.float64)

    def enter(self, feat: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mapped features, twice: what changes, and what is mixed in."""
        first = torch.relu(self.enter_map(self.dropout(feat)))
        return first, first

    def stage(
        self, index: int, graph: Any, state: tuple[Tensor, Tensor], constants: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the layer's output after ReLU, and the first features."""
        relation, layer = relation_of("GCNII", graph), self.layers[index]
        assert isinstance(layer, GCN2Conv)
        hidden, first = self.dropout(state[0]), state[1][: relation.num_dst]
        if constants is None:
            return torch.relu(layer(graph, hidden, first)), first
        scale = constants.to(hidden.dtype)
        mixed = torch.lerp(scaled_sum(relation, hidden, scale, scale[: relation.num_dst]), first, layer.alpha)
        return torch.relu(torch.lerp(mixed, linear(mixed, layer.weight1.t()), layer.beta)), first

    def leave(self, state: tuple[Tensor, Tensor]) -> Tensor:
        """Return the mapped output."""
        out: Tensor = self.leave_map(self.dropout(state[0]))
        return out

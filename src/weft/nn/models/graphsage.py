"""GraphSAGE: layers of a node's own features beside an aggregate of its neighbours'."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.nn.conv import SAGEConv
from weft.nn.models.staged import StagedModel, reset


class GraphSAGE(StagedModel):
    """Layers of :class:`weft.nn.SAGEConv`, ReLU and dropout between.

    Shapes: ``(N, in_feats)`` to ``(N, out_feats)``. A node without incoming edges is computed from its own features.

    Source: Hamilton et al. 2017 (arXiv:1706.02216), algorithm 1.

    >>> import torch, weft
    >>> graph = weft.graph(([0, 1, 2], [1, 2, 0]))
    >>> weft.nn.models.GraphSAGE(4, 16, 2)(graph, torch.randn(3, 4)).shape
    torch.Size([3, 2])
    """

    def __init__(
        self,
        in_feats: int,
        hidden_feats: int,
        out_feats: int,
        num_layers: int = 2,
        aggregator_type: str = "mean",
        *,
        dropout: float = 0.5,
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of input features.
            hidden_feats: size between layers.
            out_feats: size of the output.
            num_layers: at least 1.
            aggregator_type: as :class:`weft.nn.SAGEConv` takes it.
            dropout: of the features between layers.

        Raises:
            InputError: ``num_layers`` below 1, or an unknown aggregator.
        """
        super().__init__()
        checks.whole_number("GraphSAGE", "num_layers", num_layers, least=1)
        sizes = [in_feats, *[hidden_feats] * (num_layers - 1), out_feats]
        self.layers = nn.ModuleList(SAGEConv(size, after, aggregator_type) for size, after in pairwise(sizes))
        self.dropout = nn.Dropout(dropout)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(*self.layers)

    @property
    def num_stages(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def stage(self, index: int, graph: Any, state: Tensor, constants: None = None) -> Tensor:
        """Return the layer's output, after ReLU and dropout where another layer follows."""
        out: Tensor = self.layers[index](graph, state)
        return out if index == len(self.layers) - 1 else self.dropout(torch.relu(out))

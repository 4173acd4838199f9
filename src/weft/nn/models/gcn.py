"""GCN: layers of normalised neighbour sums."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.nn.conv import GraphConv
from weft.nn.conv.scaled_sum import degree_scale, scaled_sum
from weft.nn.dense import linear
from weft.nn.models.staged import StagedModel, reset
from weft.ops.target import relation_of


class GCN(StagedModel):
    """Layers of :class:`weft.nn.GraphConv` with both degrees, ReLU and dropout between.

    ``h' = D_out^-1/2 A D_in^-1/2 dropout(h) W + b`` in each layer; no activation after the last. A node without
    incoming edges gets the bias alone; add self-loops, as the paper does, to keep its own features.

    On sampled blocks degrees are those within the block, as DGL's are; `layerwise_inference` uses the whole graph's.

    Shapes: ``(N, in_feats)`` to ``(N, out_feats)``.

    Source: Kipf and Welling 2017 (arXiv:1609.02907), eq. 9.

    >>> import torch, weft
    >>> graph = weft.add_self_loop(weft.graph(([0, 1, 2], [1, 2, 0])))
    >>> weft.nn.models.GCN(4, 16, 2)(graph, torch.randn(3, 4)).shape
    torch.Size([3, 2])
    """

    def __init__(
        self, in_feats: int, hidden_feats: int, out_feats: int, num_layers: int = 2, *, dropout: float = 0.5
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of input features.
            hidden_feats: size between layers.
            out_feats: size of the output.
            num_layers: at least 1.
            dropout: of each layer's input.

        Raises:
            InputError: ``num_layers`` below 1.
        """
        super().__init__()
        checks.whole_number("GCN", "num_layers", num_layers, least=1)
        sizes = [in_feats, *[hidden_feats] * (num_layers - 1), out_feats]
        self.layers = nn.ModuleList(
            GraphConv(size, after, allow_zero_in_degree=True) for size, after in pairwise(sizes)
        )
        self.dropout = nn.Dropout(dropout)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(*self.layers)

    @property
    def num_stages(self) -> int:
        """Return the number of layers."""
        return len(self.layers)

    def constants(self, graph: Any) -> tuple[Tensor, Tensor]:
        """Return ``degree^-1/2`` of each node, outgoing and incoming, ``(N,)`` float64 each."""
        relation = relation_of("GCN", graph)
        outgoing, incoming = (degree_scale(relation, side, -0.5, torch.float64) for side in ("src", "dst"))
        return outgoing, incoming

    def stage(self, index: int, graph: Any, state: Tensor, constants: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Return the layer's output, after ReLU where another layer follows."""
        layer, state = self.layers[index], self.dropout(state)
        assert isinstance(layer, GraphConv)
        assert layer.weight is not None
        if constants is None:
            out = layer(graph, state)
        else:
            relation = relation_of("GCN", graph)
            out_scale, in_scale = (scale.to(state.dtype) for scale in constants)
            summed = scaled_sum(relation, state, out_scale, in_scale[: relation.num_dst])
            out = linear(summed, layer.weight.t(), layer.bias)
        return out if index == len(self.layers) - 1 else torch.relu(out)

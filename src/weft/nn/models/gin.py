"""GIN: as good at telling graphs apart as message passing gets."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError
from weft.nn.conv import GINConv
from weft.nn.models.staged import StagedModel, reset
from weft.nn.pooling import AvgPooling, MaxPooling, SumPooling

READOUTS = {"sum": SumPooling, "mean": AvgPooling, "max": MaxPooling}


class GIN(StagedModel):
    """Layers of :class:`weft.nn.GINConv` over perceptrons with batch norm; a prediction from each layer, added up.

    With a readout, what each layer holds is read out graph by graph, and the output has a row for each graph of a
    batch; without one, a row for each node.

    Shapes: ``(N, in_feats)`` to ``(graphs, out_feats)``, or to ``(N, out_feats)`` without a readout. A node without
    incoming edges is computed from its own features.

    Source: Xu et al. 2019 (arXiv:1810.00826), eq. 4.1 and 4.2.

    >>> import torch, weft
    >>> graph = weft.batch([weft.graph(([0, 1], [1, 0])), weft.graph(([0, 1, 2], [1, 2, 0]))])
    >>> weft.nn.models.GIN(4, 16, 3)(graph, torch.randn(5, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        in_feats: int,
        hidden_feats: int,
        out_feats: int,
        num_layers: int = 5,
        *,
        readout: str | None = "sum",
        aggregator_type: str = "sum",
        learn_eps: bool = False,
        dropout: float = 0.5,
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of input features.
            hidden_feats: size of all layers.
            out_feats: size of the output.
            num_layers: of the paper, which counts the input as one: ``num_layers - 1`` convolutions; at least 2.
            readout: ``sum``, ``mean`` or ``max``; None for an output a node.
            aggregator_type: as :class:`weft.nn.GINConv` takes it.
            learn_eps: whether each layer learns how much a node's own features count.
            dropout: of each layer's prediction.

        Raises:
            InputError: ``num_layers`` below 2, or an unknown readout or aggregator.
        """
        super().__init__()
        checks.whole_number("GIN", "num_layers", num_layers, least=2)
        if readout is not None:
            checks.choice("GIN", "readout", readout, READOUTS)
        self.readout = None if readout is None else READOUTS[readout]()
        sizes = [in_feats, *[hidden_feats] * (num_layers - 1)]
        self.layers = nn.ModuleList(
            GINConv(_perceptron(sizes[index], hidden_feats), aggregator_type, learn_eps=learn_eps)
            for index in range(num_layers - 1)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden_feats) for _ in self.layers)
        self.predictions = nn.ModuleList(nn.Linear(size, out_feats) for size in sizes)
        self.dropout = nn.Dropout(dropout)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(*self.layers, *self.norms, *self.predictions)

    @property
    def num_stages(self) -> int:
        """Return the number of convolutions."""
        return len(self.layers)

    def constants(self, graph: Any) -> None:
        """Refuse a model that reads graphs out: parts of the nodes have no graphs to speak of.

        Raises:
            InputError: the model has a readout.
        """
        if self.readout is not None:
            raise InputError("GIN: gives a row for each graph; for outputs of nodes make it with readout=None.")

    def enter(self, feat: Tensor) -> tuple[Tensor, ...]:
        """Return the features, which are the first that predict."""
        return (feat,)

    def stage(self, index: int, graph: Any, state: tuple[Tensor, ...], constants: None = None) -> tuple[Tensor, ...]:
        """Return what each layer so far holds of the destinations."""
        hidden = torch.relu(self.norms[index](self.layers[index](graph, state[-1])))
        return (*(rows[: len(hidden)] for rows in state), hidden)

    def leave(self, state: tuple[Tensor, ...]) -> Tensor:
        """Return the sum of the predictions."""
        return sum(self.dropout(predict(rows)) for predict, rows in zip(self.predictions, state, strict=True))

    def forward(self, graph: Any, feat: Tensor) -> Tensor:
        """Return ``(graphs, out_feats)``, or ``(N, out_feats)`` without a readout; then ``graph`` may be blocks."""
        if self.readout is None:
            out: Tensor = super().forward(graph, feat)
            return out
        state = self.enter(feat)
        for index in range(self.num_stages):
            state = self.stage(index, graph, state)
        return self.leave(tuple(self.readout(graph, rows) for rows in state))


def _perceptron(in_feats: int, hidden_feats: int) -> nn.Sequential:
    """Return two linear maps with batch norm and ReLU between, as the paper has them."""
    return nn.Sequential(
        nn.Linear(in_feats, hidden_feats),
        nn.BatchNorm1d(hidden_feats),
        nn.ReLU(),
        nn.Linear(hidden_feats, hidden_feats),
    )

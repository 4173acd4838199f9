"""PNA: several statistics of the neighbours, scaled by degree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError
from weft.graph.graph import Graph
from weft.nn.conv import PNAConv
from weft.nn.models.gin import READOUTS
from weft.nn.models.staged import reset
from weft.ops.target import relation_of


class PNA(nn.Module):
    """A map in, layers of :class:`weft.nn.PNAConv` with ReLU between, a readout, a map out.

    With a readout the output has a row for each graph of a batch, without one a row for each node. Each layer divides
    by the root of the number of nodes of a node's graph, so there is no inference by parts of a graph.

    Shapes: ``(N, in_feats)``, and ``(E, edge_feats)``, to ``(graphs, out_feats)`` or ``(N, out_feats)``. A node without
    incoming edges is computed from its own features.

    Source: Corso et al. 2020 (arXiv:2004.05718).

    >>> import torch, weft
    >>> graph = weft.batch([weft.graph(([0, 1], [1, 0])), weft.graph(([0, 1, 2], [1, 2, 0]))])
    >>> model = weft.nn.models.PNA(4, 16, 3, delta=weft.nn.models.PNA.mean_log_degree([graph]))
    >>> model(graph, torch.randn(5, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        in_feats: int,
        hidden_feats: int,
        out_feats: int,
        num_layers: int = 4,
        *,
        delta: float,
        aggregators: Sequence[str] = ("mean", "max", "min", "std"),
        scalers: Sequence[str] = ("identity", "amplification", "attenuation"),
        num_towers: int = 1,
        edge_feats: int = 0,
        readout: str | None = "mean",
        dropout: float = 0.0,
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of input features.
            hidden_feats: size of all layers, a multiple of ``num_towers``.
            out_feats: size of the output.
            num_layers: at least 1.
            delta: what ``log(degree + 1)`` is compared with; `mean_log_degree` of the training graphs.
            aggregators: as :class:`weft.nn.PNAConv` takes them.
            scalers: as :class:`weft.nn.PNAConv` takes them.
            num_towers: parts into which features are cut.
            edge_feats: size of the edges' features; 0 for edges without.
            readout: ``sum``, ``mean`` or ``max``; None for an output a node.
            dropout: of each layer.

        Raises:
            InputError: a count below 1, an unknown name, or towers that do not divide the size.
        """
        super().__init__()
        checks.whole_number("PNA", "num_layers", num_layers, least=1)
        if readout is not None:
            checks.choice("PNA", "readout", readout, READOUTS)
        self.readout = None if readout is None else READOUTS[readout]()
        self.enter_map = nn.Linear(in_feats, hidden_feats)
        self.layers = nn.ModuleList(
            PNAConv(hidden_feats, hidden_feats, aggregators, scalers, delta, dropout, num_towers, edge_feats)
            for _ in range(num_layers)
        )
        self.leave_map = nn.Linear(hidden_feats, out_feats)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        reset(self.enter_map, *self.layers, self.leave_map)

    @staticmethod
    def mean_log_degree(graphs: Iterable[Graph]) -> float:
        """Return the mean of ``log(in-degree + 1)`` over all nodes of the training graphs: the paper's delta.

        Raises:
            InputError: the graphs have no edges, so that there is nothing to compare with.
        """
        degrees = [relation_of("mean_log_degree", graph).in_degrees() for graph in graphs]
        logarithms = torch.log(torch.cat(degrees).double() + 1) if degrees else torch.zeros(0)
        if not bool((logarithms > 0).any()):
            raise InputError("PNA.mean_log_degree: the graphs have no edges; expected graphs to train on.")
        return float(logarithms.mean())

    def forward(self, graph: Graph, feat: Tensor, edge_feat: Tensor | None = None) -> Tensor:
        """Return ``(graphs, out_feats)``, or ``(N, out_feats)`` without a readout.

        Args:
            graph: a graph or a batch, with one node and one edge type.
            feat: ``(N, in_feats)``.
            edge_feat: ``(E, edge_feats)``, for a model made with ``edge_feats``.

        Raises:
            InputError, ShapeError: as :class:`weft.nn.PNAConv`.
        """
        hidden = self.enter_map(feat)
        for layer in self.layers:
            hidden = torch.relu(layer(graph, hidden, edge_feat))
        if self.readout is not None:
            hidden = self.readout(graph, hidden)
        out: Tensor = self.leave_map(hidden)
        return out

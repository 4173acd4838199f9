"""A readout that asks the nodes of each graph several times."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft import checks
from weft.graph.graph import Graph
from weft.nn.lstm_cells import LSTMCells
from weft.nn.pooling.nodes import checked_counts, rows_of_graphs
from weft.ops.segment import segment_reduce, segment_softmax


class Set2Set(nn.Module):
    """What an LSTM reads out of the nodes of each graph by attention, ``n_iters`` times.

    Starting from ``q* = 0`` and a state of 0, each time::

        q  = LSTM(q*)
        a  = softmax(<feat[v], q>)  over the nodes v of the graph
        q* = [q, sum(a[v] * feat[v])]

    The last ``q*`` is the output; the sum is 0 for a graph without nodes. Parameters: those of an
    ``nn.LSTM(2 * input_dim, input_dim, n_layers)``, as ``lstm.weight_ih_l0`` and so on.

    Source: Vinyals, Bengio and Kudlur 2016 (arXiv:1511.06391), eqs. 3 to 7; DGL's ``dgl.nn.Set2Set``.
    """

    def __init__(self, input_dim: int, n_iters: int, n_layers: int) -> None:
        """Make the module.

        Args:
            input_dim: size of node features.
            n_iters: how often the nodes are asked; 1 or more.
            n_layers: layers of the LSTM; 1 or more.
        """
        super().__init__()
        self.input_dim = input_dim
        self.output_dim = 2 * input_dim
        self.n_iters = checks.whole_number("Set2Set", "n_iters", n_iters, least=1, meaning="a number of iterations")
        self.n_layers = checks.whole_number("Set2Set", "n_layers", n_layers, least=1, meaning="a number of layers")
        self.lstm = LSTMCells(self.output_dim, self.input_dim, n_layers)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.lstm.reset_parameters()

    def forward(self, graph: Graph, feat: Tensor) -> Tensor:
        """Return a row for each graph of a batch.

        Args:
            graph: a batch of ``B`` graphs with ``N`` nodes of one type; any other graph is a batch of one.
            feat: ``(N, input_dim)``.

        Returns:
            ``(B, 2 * input_dim)``.

        Raises:
            ShapeError: features of another form.
        """
        counts = checked_counts("Set2Set", graph, feat, dims=2, size=self.input_dim)
        nothing = feat.new_zeros(len(counts), self.input_dim)
        states = [(nothing, nothing)] * self.n_layers
        answer = feat.new_zeros(len(counts), self.output_dim)
        for _ in range(self.n_iters):
            query, states = self.lstm(answer, states)
            scores = (feat * rows_of_graphs(query, counts, feat.shape[0])).sum(dim=1, keepdim=True)
            read = segment_reduce(counts, segment_softmax(counts, scores) * feat, "sum")
            answer = torch.cat([query, read], dim=1)
        return answer

    def extra_repr(self) -> str:
        """Return the arguments that are not those of ``lstm``."""
        return f"n_iters={self.n_iters}"

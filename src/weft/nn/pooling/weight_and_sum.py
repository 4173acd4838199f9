"""A sum over the nodes of each graph, weighted by a number that each node's features give."""

from __future__ import annotations

from torch import Tensor, nn

from weft.graph.graph import Graph
from weft.nn.pooling.nodes import checked_counts
from weft.ops.segment import segment_reduce


class WeightAndSum(nn.Module):
    """Sum over the nodes of each graph, each weighted by how much its features say it matters.

    ``out[b] = sum(sigmoid(<w, feats[v]> + c) * feats[v])`` over the nodes ``v`` of graph ``b``; 0 for a graph without
    nodes. Parameters: ``atom_weighting.0.weight`` ``(1, in_feats)`` and ``atom_weighting.0.bias`` ``(1,)``.

    Source: DGL's ``dgl.nn.WeightAndSum``, a readout of molecules.
    """

    def __init__(self, in_feats: int) -> None:
        """Take the size of node features."""
        super().__init__()
        self.in_feats = in_feats
        self.atom_weighting = nn.Sequential(nn.Linear(in_feats, 1), nn.Sigmoid())

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        linear = self.atom_weighting[0]
        assert isinstance(linear, nn.Linear)
        linear.reset_parameters()

    def forward(self, g: Graph, feats: Tensor) -> Tensor:
        """Return a row for each graph of a batch.

        Args:
            g: a batch of ``B`` graphs with ``N`` nodes of one type; any other graph is a batch of one.
            feats: ``(N, *, in_feats)``.

        Returns:
            ``(B, *, in_feats)``.

        Raises:
            ShapeError: features of another form.
        """
        counts = checked_counts("WeightAndSum", g, feats, size=self.in_feats)
        return segment_reduce(counts, self.atom_weighting(feats) * feats, "sum")

"""Sum, mean and maximum over the nodes of each graph."""

from __future__ import annotations

from torch import Tensor, nn

from weft.graph.graph import Graph
from weft.nn.pooling.nodes import checked_counts
from weft.ops.segment import segment_reduce


class SumPooling(nn.Module):
    """Sum over the nodes of each graph.

    ``out[b] = sum(feat[v])`` over the nodes ``v`` of graph ``b``; 0 for a graph without nodes. No parameters.

    Source: DGL's ``dgl.nn.SumPooling``.

    >>> import torch, weft
    >>> both = weft.batch([weft.graph(([0], [1])), weft.graph(([0], [2]))])
    >>> SumPooling()(both, torch.tensor([[1.0], [2.0], [3.0], [4.0], [5.0]]))
    tensor([[ 3.],
            [12.]])
    """

    def forward(self, graph: Graph, feat: Tensor) -> Tensor:
        """Return a row for each graph of a batch.

        Args:
            graph: a batch of ``B`` graphs with ``N`` nodes of one type; any other graph is a batch of one.
            feat: ``(N, *trailing)`` of a floating dtype.

        Returns:
            ``(B, *trailing)``.

        Raises:
            ShapeError: not a row for each node.
            DtypeError: not floating point.
            TypeNameError: a graph of several node types.
        """
        return segment_reduce(checked_counts("SumPooling", graph, feat), feat, "sum")


class AvgPooling(nn.Module):
    """Mean over the nodes of each graph.

    ``out[b] = sum(feat[v]) / n(b)`` over the ``n(b)`` nodes ``v`` of graph ``b``; 0 for a graph without nodes. No
    parameters.

    Source: DGL's ``dgl.nn.AvgPooling``, which gives NaN for a single graph without nodes.
    """

    def forward(self, graph: Graph, feat: Tensor) -> Tensor:
        """Return a row for each graph of a batch; arguments and errors as `SumPooling` has them."""
        return segment_reduce(checked_counts("AvgPooling", graph, feat), feat, "mean")


class MaxPooling(nn.Module):
    """Maximum over the nodes of each graph.

    ``out[b] = max(feat[v])`` over the nodes ``v`` of graph ``b``, each trailing number on its own; 0 for a graph
    without nodes. Of equals, the first node takes the gradient. No parameters.

    Source: DGL's ``dgl.nn.MaxPooling``.
    """

    def forward(self, graph: Graph, feat: Tensor) -> Tensor:
        """Return a row for each graph of a batch; arguments and errors as `SumPooling` has them."""
        return segment_reduce(checked_counts("MaxPooling", graph, feat), feat, "max")

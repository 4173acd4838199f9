"""The nodes of each graph with the largest features, in order."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError
from weft.graph.batch_counts import offsets
from weft.graph.graph import Graph
from weft.nn.pooling.nodes import checked_counts


class SortPooling(nn.Module):
    """The ``k`` nodes of each graph that have the largest features, side by side.

    The features of a node are sorted, smallest first; then the nodes of a graph by their largest feature, largest
    first, and the first of equals first. The first ``k`` rows are the output; zeros follow where a graph has fewer than
    ``k`` nodes. No parameters.

    Source: Zhang et al. 2018, An End-to-End Deep Learning Architecture for Graph Classification (AAAI); DGL's
    ``dgl.nn.SortPooling``, which gives a graph without nodes the rows of another.

    >>> import weft
    >>> both = weft.batch([weft.graph(([0], [1])), weft.graph(([], []), num_nodes=1)])
    >>> SortPooling(2)(both, torch.tensor([[1.0, 0.0], [2.0, 3.0], [5.0, 4.0]]))
    tensor([[2., 3., 0., 1.],
            [4., 5., 0., 0.]])
    """

    def __init__(self, k: int) -> None:
        """Take the number of nodes that are kept of each graph, 1 or more."""
        super().__init__()
        self.k = checks.whole_number("SortPooling", "k", k, least=1, meaning="a number of nodes")

    def forward(self, graph: Graph, feat: Tensor) -> Tensor:
        """Return a row for each graph of a batch.

        Args:
            graph: a batch of ``B`` graphs with ``N`` nodes of one type; any other graph is a batch of one.
            feat: ``(N, D)`` of a floating dtype.

        Returns:
            ``(B, k * D)``; zeros for a graph without nodes.

        Raises:
            ShapeError: features of another form.
            InputError: a NaN, which has no place in an order.
        """
        counts = checked_counts("SortPooling", graph, feat, dims=2)
        if not torch.compiler.is_compiling() and bool(feat.isnan().any()):
            first = int(feat.isnan().any(dim=1).nonzero()[0])
            raise InputError(
                f"SortPooling: feat is NaN at node {first}; a NaN has no place in an order. Replace it, with "
                "torch.nan_to_num for instance."
            )
        num_nodes, size = feat.shape
        if size == 0:
            return feat.new_zeros(len(counts), 0)
        rows = feat.sort(dim=1).values
        # By largest feature, then by graph: both sorts are stable, so each graph's nodes stay in the first order.
        by_key = rows[:, -1].detach().argsort(descending=True, stable=True)
        graphs = torch.repeat_interleave(torch.arange(len(counts), device=feat.device), counts, output_size=num_nodes)
        order = by_key[graphs[by_key].argsort(stable=True)]
        places = torch.arange(self.k, device=feat.device)
        # A row of zeros stands behind the last, for places that no node fills.
        starts = offsets(counts)[:-1]
        taken = torch.where(places < counts[:, None], places + starts[:, None], num_nodes)
        order = torch.cat([order, order.new_full((1,), num_nodes)])
        padded = torch.cat([rows, rows.new_zeros(1, size)])
        return padded[order[taken]].flatten(1)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"k={self.k}"

"""Features brought to a common scale, and the weights of a normalised adjacency matrix."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from weft import checks
from weft.graph import Graph
from weft.ops import copy_e_sum
from weft.transforms.base import BaseTransform


class RowFeatNormalizer(BaseTransform):
    """Divides each row of features by its sum; a row that sums to less than 1 stays.

    Source: DGL's ``dgl.RowFeatNormalizer``, which changes the tensors of its argument.
    """

    def __init__(
        self,
        subtract_min: bool = False,
        node_feat_names: Sequence[str] | None = None,
        edge_feat_names: Sequence[str] | None = None,
    ) -> None:
        """Say how.

        Args:
            subtract_min: take the smallest number of the whole feature off it first, so that none is negative.
            node_feat_names: node features; others stay as they are.
            edge_feat_names: edge features; others stay as they are.
        """
        self.subtract_min = subtract_min
        self.node_feat_names = list(node_feat_names or ())
        self.edge_feat_names = list(edge_feat_names or ())

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with normalised features."""
        normalised = g.clone()
        sides = (
            ("node", normalised.node_frames, self.node_feat_names),
            ("edge", normalised.edge_frames, self.edge_feat_names),
        )
        for kind, frames, names in sides:
            for frame in frames:
                for name in names:
                    if len(frames) == 1 or name in frame.columns:
                        column = frame.get("RowFeatNormalizer", name)
                        checks.floating("RowFeatNormalizer", f"{kind} feature {name!r}", column)
                        frame.set("RowFeatNormalizer", name, self._normalised(column))
        return normalised

    def _normalised(self, column: Tensor) -> Tensor:
        if self.subtract_min and column.numel() > 0:
            column = column - column.min()
        total = column.sum() if column.dim() == 1 else column.sum(dim=-1, keepdim=True)
        return column / total.clamp(min=1)


class GCNNorm(BaseTransform):
    """Writes ``w / sqrt(d(u) * d(v))`` to each edge ``(u, v)`` of the relations within one node type.

    ``w`` is the edge's weight, 1 without weights, and ``d`` the sum of the weights that come in at a node; it is 0
    where one of the two is 0.

    Source: Kipf and Welling 2017 (arXiv:1609.02907); DGL's ``dgl.GCNNorm``.
    """

    def __init__(self, eweight_name: str = "w") -> None:
        """Take the name of the edge feature that holds the weights, if it is there, and gets the result."""
        self.eweight_name = eweight_name

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with the weights."""
        weighted = g.clone()
        for triple, relation, frame in zip(g.canonical_etypes, g.relations, weighted.edge_frames, strict=True):
            if triple[0] != triple[2]:
                continue
            if self.eweight_name in frame.columns:
                weight = frame.columns[self.eweight_name]
                checks.floating("GCNNorm", f"edge feature {self.eweight_name!r}", weight)
            else:
                weight = torch.ones(relation.num_edges, device=g.device)
            incoming = copy_e_sum(relation, weight)
            nothing = incoming == 0
            # Ones before the root: its slope at 0 is infinite, and 0 times that is NaN.
            scale = incoming.masked_fill(nothing, 1.0).rsqrt().masked_fill(nothing, 0.0)
            src, dst = relation.coo()
            norm = weight * scale.index_select(0, src) * scale.index_select(0, dst)
            frame.set("GCNNorm", self.eweight_name, norm)
        return weighted

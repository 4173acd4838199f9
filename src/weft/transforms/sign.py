"""Node features that have gone several hops, computed before training."""

from __future__ import annotations

import torch
from torch import Tensor

from weft import checks, ops
from weft.errors import InputError
from weft.graph.graph import Graph
from weft.graph.homogeneous import edge_weights, homogeneous_relation
from weft.relation import Relation
from weft.transforms.base import BaseTransform


class SIGNDiffusion(BaseTransform):
    """Adds node features that have gone 1 to ``k`` hops along the edges, so that training needs no message passing.

    Feature ``{out_feat_name}_{i}`` is feature ``{out_feat_name}_{i-1}`` (``in_feat_name`` for the first) after one
    step of the operator. For each node, summed over its in-edges:

    - ``'raw'``: weight times the source's feature;
    - ``'rw'``: the same, each weight divided by the sum over the in-edges of the destination;
    - ``'gcn'``: the same, each weight divided by the root of that sum at both ends; 0 where there is none;
    - ``'ppr'``: ``(1 - alpha)`` times ``'gcn'`` plus ``alpha`` times the feature at the start.

    Zeros for a node without in-edges, but for the part of ``'ppr'``. Gradients flow to the feature and the weights.

    Source: Rossi et al. 2020 (arXiv:2004.11198), DGL's ``dgl.transforms.SIGNDiffusion``, which writes into the graph it
    is given, and gives NaN for ``'rw'`` with weights at a node without in-edges.
    """

    _OPERATORS = ("raw", "rw", "gcn", "ppr")

    def __init__(
        self,
        k: int,
        in_feat_name: str = "feat",
        out_feat_name: str = "out_feat",
        eweight_name: str | None = None,
        diffuse_op: str = "raw",
        alpha: float = 0.2,
    ) -> None:
        """Take what is diffused, and how.

        Args:
            k: number of hops, at least 1.
            in_feat_name: node feature to read, ``(N, *trailing)``, floating.
            out_feat_name: stem of the names of the features to write.
            eweight_name: edge feature with weights, at least 0 but for ``'raw'``; all 1 by default.
            diffuse_op: operator.
            alpha: share of the feature at the start for ``'ppr'``.
        """
        k = checks.whole_number("SIGNDiffusion", "k", k, least=1)
        checks.choice("SIGNDiffusion", "diffuse_op", diffuse_op, self._OPERATORS)
        if not 0 <= alpha <= 1:
            raise InputError(f"SIGNDiffusion: alpha is {alpha}; expected a share from 0 to 1.")
        self.k = k
        self.in_feat_name = in_feat_name
        self.out_feat_name = out_feat_name
        self.eweight_name = eweight_name
        self.diffuse_op = diffuse_op
        self.alpha = alpha

    def __call__(self, g: Graph) -> Graph:
        """Return the graph with the diffused features."""
        relation = homogeneous_relation("SIGNDiffusion", g)
        start = g.node_frames[0].get("SIGNDiffusion", self.in_feat_name)
        checks.floating("SIGNDiffusion", f"node feature {self.in_feat_name!r}", start)
        weights = self._weights(g, relation, start)
        diffused = g.with_relations(g.relations)
        feature = start
        for hop in range(1, self.k + 1):
            feature = ops.u_mul_e_sum(relation, feature, weights)
            if self.diffuse_op == "ppr":
                feature = (1 - self.alpha) * feature + self.alpha * start
            diffused.node_frames[0].set("SIGNDiffusion", f"{self.out_feat_name}_{hop}", feature)
        return diffused

    def _weights(self, g: Graph, relation: Relation, start: Tensor) -> Tensor:
        """Return the operator's weight of each edge, ``(E, 1, ...)``, in the dtype of the feature."""
        if self.eweight_name is None:
            weights = start.new_ones(g.num_edges())
        else:
            weights = edge_weights("SIGNDiffusion", g, self.eweight_name).to(start.dtype)
        if self.diffuse_op != "raw":
            if bool((weights < 0).any()):
                raise InputError(
                    f"SIGNDiffusion: edge weight {self.eweight_name!r} is {float(weights.min())} at its lowest, but "
                    f"diffuse_op={self.diffuse_op!r} divides by sums of weights; expected none below 0."
                )
            sums = ops.copy_e_sum(relation, weights)
            some = torch.where(sums > 0, sums, 1)  # so that no gradient passes through a division by zero
            scale = torch.where(sums > 0, 1 / some if self.diffuse_op == "rw" else some.rsqrt(), 0)
            src, dst = relation.coo()
            weights = weights * scale[dst]
            if self.diffuse_op != "rw":
                weights = weights * scale[src]
        return weights.reshape(-1, *[1] * (start.dim() - 1))

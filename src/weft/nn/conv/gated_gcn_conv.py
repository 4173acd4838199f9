"""Graph convolution whose edges have features and open gates for messages."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft.nn.conv.inputs import Features, both_features, check_vectors, edge_features, relation_for
from weft.nn.dense import Linear, add
from weft.ops import copy_e_sum, u_add_v, u_mul_e_sum
from weft.ops.target import GraphLike

_EPSILON = 1e-6


class GatedGCNConv(nn.Module):
    """Gated mean of the neighbours' features, and new features of the edges from which the gates come.

    Over the edges ``e = (u, v)``, with ``gate = sigmoid(edge)``,

        edge[e] = D(feat[u]) + E(feat[v]) + C(edge_feat[e])
        node[v] = A(feat[v]) + sum(gate[e] * B(feat[u])) / (sum(gate[e]) + 1e-6)

    and of each, with a norm over the batch of its own: ``dropout(residual + activation(norm(x)))``. A node without
    incoming edges has nothing but ``A(feat[v])`` in ``node``.

    Parameters: ``A``, ``B``, ``D``, ``E`` from ``input_feats`` and ``C`` from ``edge_feats`` to ``output_feats``, drawn
    as ``torch.nn.Linear`` does; ``bn_node.*`` and ``bn_edge.*``, which are there without ``batch_norm`` too.

    Source: Bresson and Laurent 2018 (arXiv:1711.07553), in the form of Dwivedi et al. 2020 (arXiv:2003.00982); DGL's
    ``dgl.nn.GatedGCNConv``.

    >>> import weft
    >>> node, edge = GatedGCNConv(4, 2, 3)(weft.graph(([0, 1, 2], [1, 2, 0])), torch.rand(3, 4), torch.rand(3, 2))
    >>> node.shape, edge.shape
    (torch.Size([3, 3]), torch.Size([3, 3]))
    """

    def __init__(
        self,
        input_feats: int,
        edge_feats: int,
        output_feats: int,
        dropout: float = 0,
        batch_norm: bool = True,
        residual: bool = True,
        activation: Callable[[Tensor], Tensor] | None = functional.relu,
    ) -> None:
        """Make the layer.

        Args:
            input_feats: size of node features.
            edge_feats: size of edge features.
            output_feats: size of both outputs.
            dropout: of both outputs.
            batch_norm: whether they are normalised over the batch.
            residual: whether the inputs are added to them, where all three sizes are the same.
            activation: of both, before the inputs are added.
        """
        super().__init__()
        self._input_feats, self._edge_feats = input_feats, edge_feats
        self.dropout = nn.Dropout(dropout)
        self.batch_norm = batch_norm
        self.residual = residual and input_feats == edge_feats == output_feats
        self.A = Linear(input_feats, output_feats)
        self.B = Linear(input_feats, output_feats)
        self.D = Linear(input_feats, output_feats)
        self.E = Linear(input_feats, output_feats)
        self.C = Linear(edge_feats, output_feats)
        self.bn_node = nn.BatchNorm1d(output_feats)
        self.bn_edge = nn.BatchNorm1d(output_feats)
        self.activation = activation

    def reset_parameters(self) -> None:
        """Draw the parameters anew, and forget the statistics of the batches."""
        for layer in (self.A, self.B, self.D, self.E, self.C, self.bn_node, self.bn_edge):
            layer.reset_parameters()

    def forward(self, graph: GraphLike, feat: Features, edge_feat: Tensor) -> tuple[Tensor, Tensor]:
        """Return new features of the destination nodes and of the edges.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, input_feats)``, or a pair for sources and destinations; see Note [Features of a layer].
            edge_feat: ``(E, edge_feats)``.

        Returns:
            ``(D, output_feats)`` and ``(E, output_feats)``.

        Raises:
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("GatedGCNConv", graph, allow_zero_in_degree=True)
        source, destination = both_features("GatedGCNConv", graph, relation, feat)
        for name, value in (("feat", source), ("destination feat", destination)):
            check_vectors("GatedGCNConv", name, value, self._input_feats)
        edge_feat = edge_features("GatedGCNConv", relation, edge_feat, self._edge_feats)
        edge = add(u_add_v(relation, self.D(source), self.E(destination)), self.C(edge_feat))
        gate = torch.sigmoid(edge)
        total = copy_e_sum(relation, gate) + _EPSILON
        node = add(self.A(destination), u_mul_e_sum(relation, self.B(source), gate) / total)
        return self._finish(node, destination, self.bn_node), self._finish(edge, edge_feat, self.bn_edge)

    def _finish(self, out: Tensor, before: Tensor, norm: nn.BatchNorm1d) -> Tensor:
        if self.batch_norm:
            out = norm(out)
        if self.activation is not None:
            out = self.activation(out)
        dropped: Tensor = self.dropout(add(out, before) if self.residual else out)
        return dropped

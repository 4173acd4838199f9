"""Continuous-filter convolution of SchNet."""

from __future__ import annotations

import math

from torch import Tensor, nn

from weft.nn.conv.inputs import Features, check_vectors, edge_features, relation_for, source_features
from weft.nn.dense import Linear
from weft.ops import u_mul_e_sum
from weft.ops.target import GraphLike


class ShiftedSoftplus(nn.Module):
    """``log(exp(x) + 1) - log(2)``: a softplus that is 0 at 0."""

    def __init__(self) -> None:
        """Make the module."""
        super().__init__()
        self.softplus = nn.Softplus()

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the function of each number."""
        shifted: Tensor = self.softplus(inputs) - math.log(2.0)
        return shifted


class CFConv(nn.Module):
    """Sum of the neighbours' mapped features, each number times a filter that is a function of the edge.

    ``out[v] = project_out(sum(project_node(node_feats[u]) * project_edge(edge_feats[e])))`` over the edges
    ``e = (u, v)``; the sum is 0 for a node without incoming edges. ``project_edge`` is two linear maps, each with a
    shifted softplus after it, and ``project_out`` one.

    Parameters: ``project_edge.0``, ``project_edge.2``, ``project_node`` and ``project_out.0``, drawn as
    ``torch.nn.Linear`` does.

    Source: Schuett et al. 2017 (arXiv:1706.08566), figure 2; DGL's ``dgl.nn.CFConv``.

    >>> import torch, weft
    >>> layer = CFConv(node_in_feats=3, edge_in_feats=2, hidden_feats=4, out_feats=5)
    >>> layer(weft.graph(([0, 1, 2], [1, 2, 0])), torch.rand(3, 3), torch.rand(3, 2)).shape
    torch.Size([3, 5])
    """

    def __init__(self, node_in_feats: int, edge_in_feats: int, hidden_feats: int, out_feats: int) -> None:
        """Make the layer.

        Args:
            node_in_feats: size of node features.
            edge_in_feats: size of edge features, such as a distance in radial basis functions.
            hidden_feats: size of filters.
            out_feats: size of output features.
        """
        super().__init__()
        self._node_in_feats, self._edge_in_feats = node_in_feats, edge_in_feats
        self.project_edge = nn.Sequential(
            Linear(edge_in_feats, hidden_feats),
            ShiftedSoftplus(),
            Linear(hidden_feats, hidden_feats),
            ShiftedSoftplus(),
        )
        self.project_node = Linear(node_in_feats, hidden_feats)
        self.project_out = nn.Sequential(Linear(hidden_feats, out_feats), ShiftedSoftplus())

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()

    def forward(self, g: GraphLike, node_feats: Features, edge_feats: Tensor) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            g: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            node_feats: ``(S, node_in_feats)``, or a pair whose first is that; destinations' own are not read.
            edge_feats: ``(E, edge_in_feats)``.

        Returns:
            ``(D, out_feats)``.

        Raises:
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("CFConv", g, allow_zero_in_degree=True)
        source = source_features("CFConv", relation, node_feats)
        check_vectors("CFConv", "node_feats", source, self._node_in_feats)
        edge_feats = edge_features("CFConv", relation, edge_feats, self._edge_in_feats, "edge_feats")
        out: Tensor = self.project_out(u_mul_e_sum(relation, self.project_node(source), self.project_edge(edge_feats)))
        return out

"""Convolution of features and coordinates that turns, shifts and mirrors with them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft.nn.conv.inputs import Features, both_features, check_vectors, optional_edge_features, relation_for
from weft.nn.dense import Linear, add, linear
from weft.ops import copy_e_mean, copy_e_sum, u_add_v, u_sub_v
from weft.ops.target import GraphLike
from weft.relation import Relation


class EGNNConv(nn.Module):
    """New features and coordinates of nodes from those of their neighbours, equivariant under motions of space.

    Over the edges ``e = (u, v)``, with ``d = x[u] - x[v]``,

        m[e] = edge_mlp(h[u], h[v], |d|^2, edge_feat[e])
        h'[v] = node_mlp(h[v], sum(m[e]))
        x'[v] = x[v] + mean(coord_mlp(m[e]) * d / |d|)

    where ``d / |d|`` is 0 for nodes at one place. Sum and mean are 0 for a node without incoming edges.

    Parameters: ``edge_mlp.0``, ``edge_mlp.2``, ``node_mlp.0``, ``node_mlp.2``, ``coord_mlp.0`` and ``coord_mlp.2``
    (without bias), drawn as ``torch.nn.Linear`` does; SiLU stands between them and after ``edge_mlp.2``.

    The first map of ``edge_mlp`` is taken of nodes and edges apart, so that no row an edge holds the features of both
    ends. Where DGL 2.1 gives gradients that are no numbers (an edge between nodes at one place, a self-loop for one),
    the gradient of the direction is that of a vector of length 0 over 1, and vanishes for a self-loop.

    Source: Satorras et al. 2021 (arXiv:2102.09844), eq. 3 to 6; DGL's ``dgl.nn.EGNNConv``.

    >>> import weft
    >>> graph = weft.graph(([0, 1, 2], [1, 2, 0]))
    >>> h, x = EGNNConv(4, 8, 5)(graph, torch.rand(3, 4), torch.rand(3, 3))
    >>> h.shape, x.shape
    (torch.Size([3, 5]), torch.Size([3, 3]))
    """

    def __init__(self, in_size: int, hidden_size: int, out_size: int, edge_feat_size: int = 0) -> None:
        """Make the layer.

        Args:
            in_size: size of node features.
            hidden_size: size inside of the maps.
            out_size: size of new node features.
            edge_feat_size: size of edge features; 0 for none.
        """
        super().__init__()
        self.in_size = in_size
        self.hidden_size = hidden_size
        self.out_size = out_size
        self.edge_feat_size = edge_feat_size
        self.edge_mlp = nn.Sequential(
            Linear(2 * in_size + edge_feat_size + 1, hidden_size),
            nn.SiLU(),
            Linear(hidden_size, hidden_size),
            nn.SiLU(),
        )
        self.node_mlp = nn.Sequential(
            Linear(in_size + hidden_size, hidden_size), nn.SiLU(), Linear(hidden_size, out_size)
        )
        self.coord_mlp = nn.Sequential(Linear(hidden_size, hidden_size), nn.SiLU(), Linear(hidden_size, 1, bias=False))

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()

    def forward(
        self, graph: GraphLike, node_feat: Features, coord_feat: Features, edge_feat: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return new features and coordinates of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            node_feat: ``(S, in_size)``, or a pair for sources and destinations; see Note [Features of a layer].
            coord_feat: ``(S, dim)`` coordinates in a space of any dimension, or a pair likewise.
            edge_feat: ``(E, edge_feat_size)``, for a layer made with such.

        Returns:
            ``(D, out_size)`` and ``(D, dim)``.

        Raises:
            InputError: edge features that are missing, or that the layer was not made for.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("EGNNConv", graph, allow_zero_in_degree=True)
        source, destination = both_features("EGNNConv", graph, relation, node_feat)
        for name, value in (("node_feat", source), ("destination node_feat", destination)):
            check_vectors("EGNNConv", name, value, self.in_size)
        places = both_features("EGNNConv", graph, relation, coord_feat)
        for name, value in zip(("coord_feat", "destination coord_feat"), places, strict=True):
            check_vectors("EGNNConv", name, value, places[0].shape[-1])
        edge_feat = optional_edge_features("EGNNConv", relation, edge_feat, self.edge_feat_size)
        apart = u_sub_v(relation, *places)
        radial = apart.square().sum(1, keepdim=True)
        messages = self._messages(relation, source, destination, radial, edge_feat)
        directions = apart / torch.where(radial > 0, radial, 1.0).sqrt()
        hidden = self.node_mlp(torch.cat([destination, copy_e_sum(relation, messages).to(destination.dtype)], 1))
        return hidden, places[1] + copy_e_mean(relation, self.coord_mlp(messages) * directions)

    def _messages(
        self, relation: Relation, source: Tensor, destination: Tensor, radial: Tensor, edge_feat: Tensor | None
    ) -> Tensor:
        """Return ``(E, hidden_size)``."""
        first, *rest = self.edge_mlp
        assert isinstance(first, nn.Linear)
        sizes = [self.in_size, self.in_size, 1 + self.edge_feat_size]
        of_source, of_destination, of_edge = first.weight.split(sizes, 1)
        edges = radial if edge_feat is None else torch.cat([radial, edge_feat.to(radial.dtype)], 1)
        ends = u_add_v(relation, linear(source, of_source), linear(destination, of_destination, first.bias))
        messages = add(ends, linear(edges, of_edge))
        for layer in rest:
            messages = layer(messages)
        return messages

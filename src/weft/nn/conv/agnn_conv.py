"""Attention by the angle between features."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft.errors import ShapeError
from weft.nn.conv.inputs import Features, both_features, relation_for
from weft.ops import dot_attention
from weft.ops.target import GraphLike


class AGNNConv(nn.Module):
    """Sum of the neighbours' features, weighted by attention to those that point the same way.

    ``out[v] = sum(a[u, v] * feat[u])`` over the edges ``(u, v)``, where ``a`` is the softmax, over the edges of ``v``,
    of ``beta * cos(feat[u], feat[v])``. The cosine with a vector of zeros is 0. A node without incoming edges gets 0.

    Parameters: ``beta`` ``(1,)``, which is a buffer unless it is learned.

    Scores, softmax and weighted sum are one kernel that stores no value of an edge.

    Source: Thekumparampil et al. 2018 (arXiv:1803.03735); DGL's ``dgl.nn.AGNNConv``.
    """

    beta: Tensor

    def __init__(self, init_beta: float = 1.0, learn_beta: bool = True, allow_zero_in_degree: bool = False) -> None:
        """Make the layer.

        Args:
            init_beta: first value of ``beta``.
            learn_beta: whether ``beta`` is a parameter.
            allow_zero_in_degree: whether nodes without incoming edges are accepted.
        """
        super().__init__()
        self._allow_zero_in_degree = allow_zero_in_degree
        self._init_beta = init_beta
        beta = torch.tensor([float(init_beta)], dtype=torch.float32)
        if learn_beta:
            self.beta = nn.Parameter(beta)
        else:
            self.register_buffer("beta", beta)

    def reset_parameters(self) -> None:
        """Put ``beta`` back to its first value."""
        nn.init.constant_(self.beta, self._init_beta)

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(self, graph: GraphLike, feat: Features) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations.
            feat: ``(S, *, dim)``, or a pair for sources and destinations; see Note [Features of a layer].

        Returns:
            ``(D, *, dim)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("AGNNConv", graph, self._allow_zero_in_degree)
        source, destination = both_features("AGNNConv", graph, relation, feat)
        if source.dim() < 2 or source.shape[1:] != destination.shape[1:]:
            raise ShapeError(
                f"AGNNConv: feat has shape {tuple(source.shape)} and destination feat {tuple(destination.shape)}; "
                "expected (nodes, ..., dim), alike but for the number of nodes."
            )
        key = functional.normalize(source, dim=-1)
        if not isinstance(feat, tuple):
            query = key if destination is source else key[: relation.num_dst]
        else:
            query = functional.normalize(destination, dim=-1)
        # Dimensions between nodes and features are heads to the kernel.
        heads, dim = source.shape[1:-1].numel(), source.shape[-1]
        out = dot_attention(
            relation,
            query.reshape(relation.num_dst, heads, dim),
            key.reshape(relation.num_src, heads, dim),
            source.reshape(relation.num_src, heads, dim),
            self.beta.expand(heads),
        )
        return out.view(relation.num_dst, *source.shape[1:])

"""EdgeConv: the largest of the neighbours' differences."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft.errors import ShapeError
from weft.nn.conv.inputs import Features, both_features, check_size, relation_for
from weft.nn.dense import Linear, add, linear
from weft.ops import copy_e_max, copy_u_min, v_sub_u
from weft.ops.target import GraphLike
from weft.relation import Relation


class EdgeConv(nn.Module):
    """Maximum over the neighbours of a map of their difference to the node, plus a map of the node.

    ``out[v] = max(norm(theta(feat[v] - feat[u]) + phi(feat[v])))`` over the edges ``(u, v)``, number by number; 0 for a
    node without incoming edges. ``norm`` is over all edges of the batch, with ``batch_norm``.

    Parameters: ``theta`` and ``phi`` from ``in_feat`` to ``out_feat``, drawn as ``torch.nn.Linear`` does; ``bn.*``.

    Since ``theta`` is linear, all that depends on the neighbour is a row a node: there is no row an edge, but for a
    norm in training, whose statistics are over edges.

    Source: Wang et al. 2019 (arXiv:1801.07829), eq. 7, 8 and its code, in which ``phi`` is of the node; DGL's
    ``dgl.nn.EdgeConv``.

    >>> import weft
    >>> EdgeConv(3, 5)(weft.graph(([0, 1, 2], [1, 2, 0])), torch.rand(3, 3)).shape
    torch.Size([3, 5])
    """

    def __init__(
        self, in_feat: int, out_feat: int, batch_norm: bool = False, allow_zero_in_degree: bool = False
    ) -> None:
        """Make the layer.

        Args:
            in_feat: size of input features.
            out_feat: size of output features.
            batch_norm: whether messages are normalised over the edges of the batch.
            allow_zero_in_degree: whether nodes without incoming edges are accepted; their output is 0.
        """
        super().__init__()
        self._in_feat = in_feat
        self._allow_zero_in_degree = allow_zero_in_degree
        self.batch_norm = batch_norm
        self.theta = Linear(in_feat, out_feat)
        self.phi = Linear(in_feat, out_feat)
        if batch_norm:
            self.bn = nn.BatchNorm1d(out_feat)

    def reset_parameters(self) -> None:
        """Draw the parameters anew, and forget the statistics of the batches."""
        self.theta.reset_parameters()
        self.phi.reset_parameters()
        if self.batch_norm:
            self.bn.reset_parameters()

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(self, g: GraphLike, feat: Features) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            g: a graph or block with one edge type: ``S`` sources, ``D`` destinations.
            feat: ``(S, *, in_feat)``, or a pair for sources and destinations; see Note [Features of a layer]. With
                ``batch_norm`` one vector a node.

        Returns:
            ``(D, *, out_feat)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("EdgeConv", g, self._allow_zero_in_degree)
        source, destination = both_features("EdgeConv", g, relation, feat)
        check_size("EdgeConv", "feat", source, self._in_feat)
        check_size("EdgeConv", "destination feat", destination, self._in_feat)
        of_source = linear(source, self.theta.weight)
        of_destination = linear(destination, self.theta.weight + self.phi.weight, _sum(self.theta.bias, self.phi.bias))
        if not self.batch_norm:
            return _largest_difference(relation, of_destination, of_source)
        if source.dim() != 2:
            raise ShapeError(
                f"EdgeConv: feat has shape {tuple(source.shape)}; with batch_norm expected (nodes, {self._in_feat})."
            )
        if self.bn.training:
            return copy_e_max(relation, self.bn(v_sub_u(relation, of_destination, of_source)))
        # Between batches the norm is a factor and a summand for each number, of whatever sign.
        assert self.bn.running_mean is not None
        assert self.bn.running_var is not None
        factor = self.bn.weight * torch.rsqrt(self.bn.running_var + self.bn.eps)
        summand = self.bn.bias - self.bn.running_mean * factor
        return _largest_difference(relation, of_destination * factor + summand, of_source * factor)


def _largest_difference(relation: Relation, of_destination: Tensor, of_source: Tensor) -> Tensor:
    """Return ``max(of_destination[v] - of_source[u])`` over the edges of each destination; 0 for one without edges."""
    isolated = (relation.in_degrees() == 0).view(-1, *(1,) * (of_source.dim() - 1))
    return add(of_destination, -copy_u_min(relation, of_source)).masked_fill(isolated, 0.0)


def _sum(one: Tensor | None, other: Tensor | None) -> Tensor | None:
    return other if one is None else one if other is None else one + other

"""Topology adaptive graph convolution: a matrix for each number of steps."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from weft import checks
from weft.nn.conv.inputs import check_edge_weight, check_size, node_features, relation_among
from weft.nn.conv.smoothing import smooth, smoothing_weights
from weft.nn.dense import Linear, linear, plus_linear
from weft.ops.target import GraphLike


class TAGConv(nn.Module):
    """Sum of linear maps of the features smoothed 0, 1, ... ``k`` times.

    ``out = activation(bias + sum(M ** i @ feat @ W[i].T))`` over ``i`` from 0 to ``k``, where ``W[i]`` is columns
    ``i * in_feats`` to ``(i + 1) * in_feats`` of ``lin.weight``. ``M[v, u]`` is the number of edges ``(u, v)`` over
    ``sqrt(in_degree(u) * in_degree(v))``, and a degree of 0 counts as 1; with edge weights, what `EdgeWeightNorm` makes
    of them. A node without incoming edges receives 0 in every step.

    Parameters: ``lin.weight`` ``(out_feats, (k + 1) * in_feats)``, Glorot normal with the gain of ReLU; ``lin.bias``
    ``(out_feats,)``, drawn as ``torch.nn.Linear`` does.

    The steps are taken by features of the smaller size: before the maps, or after them by Horner's rule. The features
    of all steps are never put side by side.

    Source: Du et al. 2017 (arXiv:1710.10370); DGL's ``dgl.nn.TAGConv``.
    """

    def __init__(
        self,
        in_feats: int,
        out_feats: int,
        k: int = 2,
        bias: bool = True,
        activation: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features.
            out_feats: size of output features.
            k: number of steps.
            bias: whether a bias is added.
            activation: applied last.

        Raises:
            InputError: ``k`` is no number of steps.
        """
        super().__init__()
        self._in_feats = in_feats
        self._out_feats = out_feats
        self._k = checks.whole_number("TAGConv", "k", k, meaning="a number of steps")
        self._activation = activation
        self.lin = Linear(in_feats * (k + 1), out_feats, bias=bias)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weight anew."""
        nn.init.xavier_normal_(self.lin.weight, gain=nn.init.calculate_gain("relu"))

    def forward(self, graph: GraphLike, feat: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """Return new features of the nodes.

        Args:
            graph: a graph with one edge type between nodes of one type: ``N`` nodes, ``E`` edges.
            feat: ``(N, *, in_feats)``.
            edge_weight: ``(E,)`` or ``(E, 1)``, above 0: in place of degrees, sums of weights normalise.

        Returns:
            ``(N, *, out_feats)``.

        Raises:
            GraphError: sources and destinations are different nodes.
            InputError: an edge weight of 0 or less.
            ShapeError: a shape that does not fit.
        """
        relation = relation_among("TAGConv", graph)
        feat = node_features("TAGConv", relation, feat)
        check_size("TAGConv", "feat", feat, self._in_feats)
        check_edge_weight("TAGConv", relation, edge_weight)
        weights = smoothing_weights("TAGConv", relation, edge_weight)
        maps = self.lin.weight.split(self._in_feats, 1)
        if self._out_feats < self._in_feats:
            out = linear(feat, maps[-1])
            for weight in reversed(maps[:-1]):
                out = plus_linear(smooth(relation, out, weights), feat, weight)
            out = out if self.lin.bias is None else out + self.lin.bias
        else:
            out, hidden = linear(feat, maps[0], self.lin.bias), feat
            for weight in maps[1:]:
                hidden = smooth(relation, hidden, weights)
                out = plus_linear(out, hidden, weight)
        return out if self._activation is None else self._activation(out)

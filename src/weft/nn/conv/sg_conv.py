"""Simple graph convolution: smooth several times, multiply once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from weft import checks
from weft.nn.conv.fused import is_plain
from weft.nn.conv.inputs import check_edge_weight, check_size, node_features, relation_among
from weft.nn.conv.kept import Kept, takes_no_gradient
from weft.nn.conv.smoothing import smooth, smoothing_weights
from weft.nn.dense import Linear, add, linear
from weft.ops.target import GraphLike
from weft.relation import Relation


class SGConv(nn.Module):
    """Linear map of features that were smoothed ``k`` times.

    ``out = fc(norm(M ** k @ feat))``, where ``M[v, u]`` is the number of edges ``(u, v)`` over
    ``sqrt(in_degree(u) * in_degree(v))``, and a degree of 0 counts as 1; with edge weights, what `EdgeWeightNorm` makes
    of them. A node without incoming edges receives 0 in every step.

    Parameters: ``fc.weight`` ``(out_feats, in_feats)``, Glorot uniform; ``fc.bias`` ``(out_feats,)``, zeros.

    Where ``fc`` makes features smaller and nothing stands before it, they are multiplied before they are smoothed.

    With ``cached``, the smoothed features are kept, and given again for the same graph, features and edge weights: for
    training on one graph, where the layer becomes a linear map. Others are smoothed anew, as are features or weights
    that take a gradient and whatever ``torch.compile`` runs. (DGL gives what it kept to any graph and features.)

    Source: Wu et al. 2019 (arXiv:1902.07153); DGL's ``dgl.nn.SGConv``.
    """

    def __init__(
        self,
        in_feats: int,
        out_feats: int,
        k: int = 1,
        cached: bool = False,
        bias: bool = True,
        norm: Callable[[Tensor], Tensor] | None = None,
        allow_zero_in_degree: bool = False,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features.
            out_feats: size of output features.
            k: number of steps.
            cached: whether smoothed features are kept.
            bias: whether a bias is added.
            norm: applied to smoothed features.
            allow_zero_in_degree: whether nodes without incoming edges are accepted.

        Raises:
            InputError: ``k`` is no number of steps.
        """
        super().__init__()
        self.fc = Linear(in_feats, out_feats, bias=bias)
        self._k = checks.whole_number("SGConv", "k", k, meaning="a number of steps")
        self._cached = cached
        self._kept: Kept | None = None
        self.norm = norm
        self._allow_zero_in_degree = allow_zero_in_degree
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        nn.init.xavier_uniform_(self.fc.weight)
        if self.fc.bias is not None:
            nn.init.zeros_(self.fc.bias)

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(self, graph: GraphLike, feat: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """Return new features of the nodes.

        Args:
            graph: a graph with one edge type between nodes of one type: ``N`` nodes, ``E`` edges.
            feat: ``(N, *, in_feats)``.
            edge_weight: ``(E,)`` or ``(E, 1)``, above 0: in place of degrees, sums of weights normalise.

        Returns:
            ``(N, *, out_feats)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed; sources and destinations are different
                nodes.
            InputError: an edge weight of 0 or less.
            ShapeError: a shape that does not fit.
        """
        relation = relation_among("SGConv", graph, self._allow_zero_in_degree)
        feat = node_features("SGConv", relation, feat)
        check_size("SGConv", "feat", feat, self.fc.in_features)
        check_edge_weight("SGConv", relation, edge_weight)
        narrows = self.fc.out_features < self.fc.in_features and self.norm is None and is_plain(self.fc)
        if narrows and not self._cached:
            out = self._smooth(relation, linear(feat, self.fc.weight), edge_weight)
            return out if self.fc.bias is None else add(out, self.fc.bias)
        if self._cached and takes_no_gradient(feat, edge_weight):
            if self._kept is None or not self._kept.is_of(relation, feat, edge_weight):
                self._kept = Kept.of(lambda: self._smooth(relation, feat, edge_weight), relation, feat, edge_weight)
            feat = self._kept.result
        else:
            feat = self._smooth(relation, feat, edge_weight)
        if self.norm is not None:
            feat = self.norm(feat)
        out = self.fc(feat)
        return out

    def _smooth(self, relation: Relation, feat: Tensor, edge_weight: Tensor | None) -> Tensor:
        return smooth(relation, feat, smoothing_weights("SGConv", relation, edge_weight), self._k)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is copied and pickled: without the features that are kept, and their graph."""
        return {**self.__dict__, "_kept": None}

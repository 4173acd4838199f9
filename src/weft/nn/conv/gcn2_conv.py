"""GCNII: graph convolution for many layers, with a way back to the first features and to the identity."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import ShapeError
from weft.nn.conv.inputs import Features, check_edge_weight, check_size, edge_factor, relation_for, source_features
from weft.nn.conv.scaled_sum import degree_scale, scaled_sum
from weft.nn.conv.smoothing import smoothing_weights
from weft.nn.dense import add, linear
from weft.ops import u_mul_e_sum
from weft.ops.target import GraphLike
from weft.relation import Relation


class GCN2Conv(nn.Module):
    """Smoothed features mixed with the first layer's, times a matrix that deep layers keep near the identity.

    ``out = activation(((1 - alpha) * M @ feat + alpha * feat_0) @ W(weight1) + bias)``, where ``W(weight)`` is
    ``(1 - beta) * identity + beta * weight`` and ``beta = log(lambda_ / layer + 1)``. Unless
    ``project_initial_features``, ``feat_0`` is multiplied by ``W(weight2)`` instead.

    ``M[v, u]`` is the number of edges ``(u, v)`` over ``sqrt(in_degree(u) * in_degree(v))``, where a degree of 0 counts
    as 1; with edge weights, what `EdgeWeightNorm` makes of them. In a block or bipartite graph, whose sources receive
    nothing, ``out_degree(u)`` stands for ``in_degree(u)``, as in `GraphConv`; DGL's layer takes none of these.

    Parameters: ``weight1`` and, unless ``project_initial_features``, ``weight2``, ``(in_feats, in_feats)``, normally
    distributed; ``bias`` ``(in_feats,)``, zeros.

    Source: Chen et al. 2020 (arXiv:2007.02133), eq. 5; DGL's ``dgl.nn.GCN2Conv``.
    """

    weight2: nn.Parameter | None
    bias: nn.Parameter | None

    def __init__(
        self,
        in_feats: int,
        layer: int,
        alpha: float = 0.1,
        lambda_: float = 1,
        project_initial_features: bool = True,
        allow_zero_in_degree: bool = False,
        bias: bool = True,
        activation: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input and output features.
            layer: number of the layer in the network, from 1.
            alpha: share of the first features.
            lambda_: the larger, the farther from the identity; ``beta`` is from 0 to 1 up to ``1.718 * layer``.
            project_initial_features: whether one matrix serves both kinds of features.
            allow_zero_in_degree: whether nodes without incoming edges are accepted; they receive 0.
            bias: whether a bias is added.
            activation: applied last.

        Raises:
            InputError: ``layer`` is below 1.
        """
        super().__init__()
        checks.whole_number("GCN2Conv", "layer", layer, least=1, meaning="the number of the layer")
        self._in_feats = in_feats
        self._project_initial_features = project_initial_features
        self.alpha = alpha
        self.beta = math.log(lambda_ / layer + 1)
        self._activation = activation
        self._allow_zero_in_degree = allow_zero_in_degree
        self.weight1 = nn.Parameter(torch.empty(in_feats, in_feats))
        second = None if project_initial_features else nn.Parameter(torch.empty(in_feats, in_feats))
        self.register_parameter("weight2", second)
        self.register_parameter("bias", nn.Parameter(torch.empty(in_feats)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        nn.init.normal_(self.weight1)
        if self.weight2 is not None:
            nn.init.normal_(self.weight2)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(self, graph: GraphLike, feat: Features, feat_0: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, *, in_feats)``, or a pair whose first is that; see Note [Features of a layer].
            feat_0: ``(D, *, in_feats)`` of the first layer; of all sources of a block will do.
            edge_weight: ``(E,)`` or ``(E, 1)``, above 0: in place of degrees, sums of weights normalise.

        Returns:
            ``(D, *, in_feats)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            InputError: an edge weight of 0 or less.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("GCN2Conv", graph, self._allow_zero_in_degree)
        source = source_features("GCN2Conv", relation, feat)
        check_size("GCN2Conv", "feat", source, self._in_feats)
        check_edge_weight("GCN2Conv", relation, edge_weight)
        apart = bool(getattr(graph, "is_block", False)) or relation.num_src != relation.num_dst
        hidden = self._smooth(relation, source, edge_weight, apart)
        initial = self._initial(relation, feat_0, hidden, apart)
        if self.weight2 is None:
            mixed = torch.lerp(hidden, initial, self.alpha)
            out = linear(mixed, self._near_identity(self.weight1).t(), self.bias)
        else:
            first = (1 - self.alpha) * self._near_identity(self.weight1)
            second = self.alpha * self._near_identity(self.weight2)
            out = add(linear(hidden, first.t(), self.bias), linear(initial, second.t()))
        return out if self._activation is None else self._activation(out)

    def _smooth(self, relation: Relation, feat: Tensor, edge_weight: Tensor | None, apart: bool) -> Tensor:
        weights = smoothing_weights("GCN2Conv", relation, edge_weight)
        if weights is not None:
            return u_mul_e_sum(relation, feat, edge_factor(weights, feat))
        dst_scale = degree_scale(relation, "dst", -0.5, feat.dtype)
        src_scale = degree_scale(relation, "src", -0.5, feat.dtype) if apart else dst_scale
        return scaled_sum(relation, feat, src_scale, dst_scale)

    def _initial(self, relation: Relation, feat_0: Tensor, hidden: Tensor, apart: bool) -> Tensor:
        """Return the first features of the destinations, in the dtype of what they are mixed with."""
        if apart and isinstance(feat_0, Tensor) and feat_0.shape[:1] == (relation.num_src,):
            feat_0 = feat_0[: relation.num_dst]
        relation.check_rows("GCN2Conv", "feat_0", feat_0, "v")
        if feat_0.shape != hidden.shape:
            raise ShapeError(
                f"GCN2Conv: feat_0 has shape {tuple(feat_0.shape)}; expected {tuple(hidden.shape)}, that of the output."
            )
        return feat_0.to(hidden.dtype)

    def _near_identity(self, weight: Tensor) -> Tensor:
        """Return ``(1 - beta) * identity + beta * weight``."""
        identity = torch.eye(self._in_feats, dtype=weight.dtype, device=weight.device)
        return torch.lerp(identity, weight, self.beta)

    def extra_repr(self) -> str:
        """Return size, alpha and beta for ``print``."""
        return f"in={self._in_feats}, alpha={self.alpha}, beta={self.beta}"

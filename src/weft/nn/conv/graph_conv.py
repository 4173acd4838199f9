"""Graph convolution of Kipf and Welling."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError, ShapeError
from weft.nn.conv.fused import aggregate_linear, fuses
from weft.nn.conv.inputs import Features, check_edge_weight, check_size, edge_factor, relation_for, source_features
from weft.nn.conv.scaled_sum import column, degree_scale, scaled_sum
from weft.nn.dense import add, linear
from weft.ops import u_mul_e_sum
from weft.ops.target import GraphLike
from weft.relation import Relation

NORMS = ("none", "both", "right", "left")


class GraphConv(nn.Module):
    """Sum of the neighbours' features, normalised by degrees, times a weight matrix.

    ``out[v] = activation(bias + sum(c[u, v] * feat[u]) @ weight)`` over the edges ``(u, v)``, where ``c`` is
    ``1 / sqrt(out_degree(u) * in_degree(v))`` for ``both``, ``1 / in_degree(v)`` for ``right``, ``1 / out_degree(u)``
    for ``left`` and 1 for ``none``. Edge weights multiply ``c`` and leave the degrees alone.

    Parameters: ``weight`` ``(in_feats, out_feats)``, Glorot uniform; ``bias`` ``(out_feats,)``, zeros.

    Source: Kipf and Welling 2017 (arXiv:1609.02907); DGL's ``dgl.nn.GraphConv``.
    """

    weight: nn.Parameter | None
    bias: nn.Parameter | None

    def __init__(
        self,
        in_feats: int,
        out_feats: int,
        norm: str = "both",
        weight: bool = True,
        bias: bool = True,
        activation: Callable[[Tensor], Tensor] | None = None,
        allow_zero_in_degree: bool = False,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features.
            out_feats: size of output features.
            norm: ``both``, ``right``, ``left`` or ``none``.
            weight: whether the layer has a weight of its own; without one, `forward` may be given one.
            bias: whether a bias is added.
            activation: applied last.
            allow_zero_in_degree: whether nodes without incoming edges are accepted; their sum is 0.

        Raises:
            InputError: an unknown ``norm``.
        """
        super().__init__()
        checks.choice("GraphConv", "norm", norm, NORMS)
        self._in_feats = in_feats
        self._out_feats = out_feats
        self._norm = norm
        self._allow_zero_in_degree = allow_zero_in_degree
        self.register_parameter("weight", nn.Parameter(torch.empty(in_feats, out_feats)) if weight else None)
        self.register_parameter("bias", nn.Parameter(torch.empty(out_feats)) if bias else None)
        self.reset_parameters()
        self._activation = activation

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        if self.weight is not None:
            nn.init.xavier_uniform_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(
        self,
        graph: GraphLike,
        feat: Features,
        weight: Tensor | None = None,
        edge_weight: Tensor | None = None,
    ) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, *, in_feats)``, or a pair whose first is that; see Note [Features of a layer].
            weight: ``(in_feats, any)``, for a layer made with ``weight=False``.
            edge_weight: ``(E,)`` or ``(E, 1)``.

        Returns:
            ``(D, *, out_feats)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            InputError: ``weight`` was given to a layer that has one.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("GraphConv", graph, self._allow_zero_in_degree)
        source = source_features("GraphConv", relation, feat)
        check_edge_weight("GraphConv", relation, edge_weight)
        if weight is None:
            weight = self.weight
        elif self.weight is not None:
            raise InputError(
                "GraphConv: forward got a weight, but the layer has its own; make it with weight=False to give one."
            )
        if weight is None:
            out = self._with_bias(self._aggregate(relation, source, edge_weight))
        elif weight.shape[0] > weight.shape[1]:
            check_size("GraphConv", "feat", source, weight.shape[0])
            # Messages of the smaller size travel.
            out = self._with_bias(self._aggregate(relation, linear(source, weight.t()), edge_weight))
        elif edge_weight is None and fuses(source, weight, self.bias):
            check_size("GraphConv", "feat", source, weight.shape[0])
            out = aggregate_linear(relation, source, weight, *self._scales(relation, source.dtype), bias=self.bias)
        else:
            check_size("GraphConv", "feat", source, weight.shape[0])
            out = linear(self._aggregate(relation, source, edge_weight), weight.t(), self.bias)
        return out if self._activation is None else self._activation(out)

    def _scales(self, relation: Relation, dtype: torch.dtype) -> tuple[Tensor | None, Tensor | None]:
        """Return the factors of sources and destinations."""
        power, src_scale, dst_scale = -0.5 if self._norm == "both" else -1.0, None, None
        if self._norm in ("both", "left"):
            src_scale = degree_scale(relation, "src", power, dtype)
        if self._norm in ("both", "right"):
            dst_scale = degree_scale(relation, "dst", power, dtype)
        return src_scale, dst_scale

    def _aggregate(self, relation: Relation, feat: Tensor, edge_weight: Tensor | None) -> Tensor:
        src_scale, dst_scale = self._scales(relation, feat.dtype)
        if edge_weight is None:
            return scaled_sum(relation, feat, src_scale, dst_scale)
        if src_scale is not None:
            feat = feat * column(src_scale, feat)
        out = u_mul_e_sum(relation, feat, edge_factor(edge_weight, feat))
        return out if dst_scale is None else out * column(dst_scale, out)

    def _with_bias(self, out: Tensor) -> Tensor:
        if self.bias is None:
            return out
        if out.shape[-1] != self._out_feats:
            raise ShapeError(
                f"GraphConv: without a weight the features keep their size {out.shape[-1]}, but the bias has "
                f"{self._out_feats}; make the layer with out_feats={out.shape[-1]} or bias=False."
            )
        return add(out, self.bias)

    def extra_repr(self) -> str:
        """Return sizes, norm and activation for ``print``."""
        return f"in={self._in_feats}, out={self._out_feats}, normalization={self._norm}, activation={self._activation}"

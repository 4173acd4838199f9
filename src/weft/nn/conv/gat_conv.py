"""Graph attention."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from weft.nn.conv.attention_scores import attention_scores
from weft.nn.conv.fused import gat_aggregate
from weft.nn.conv.inputs import (
    Features,
    Sizes,
    attention_seed,
    check_edge_weight,
    check_size,
    destinations_of,
    edge_factor,
    pair_of_sizes,
    relation_for,
    source_features,
)
from weft.nn.dense import Linear, add
from weft.ops import edge_softmax, gat_attention, u_add_v, u_mul_e_sum
from weft.ops.target import GraphLike
from weft.relation import Relation


class GATConv(nn.Module):
    """Sum of the neighbours' transformed features, weighted by attention.

    ``out[v, h] = sum(a[u, v, h] * fc(feat[u])[h])`` over the edges ``(u, v)``, where ``a`` is the softmax, over the
    edges of ``v``, of ``leaky_relu(<attn_l[h], fc(feat[u])[h]> + <attn_r[h], fc(feat[v])[h]>)``. Residual and bias are
    added to it.

    Parameters: ``fc.weight`` ``(num_heads * out_feats, in_feats)``, or ``fc_src`` and ``fc_dst`` for a pair of sizes;
    ``attn_l`` and ``attn_r`` ``(1, num_heads, out_feats)``; ``bias`` ``(num_heads * out_feats,)``; ``res_fc.weight``
    and, in place of ``bias``, ``res_fc.bias`` when the residual changes the size. Weights are Glorot normal with the
    gain of ReLU.

    Scores, softmax, weighted sum and bias are one kernel that stores nothing of an edge, backward included. It is left
    for separate steps when the attention is asked for, or edges have weights.

    Source: Velickovic et al. 2018 (arXiv:1710.10903); DGL's ``dgl.nn.GATConv``.
    """

    bias: nn.Parameter | None
    res_fc: nn.Module | None

    def __init__(
        self,
        in_feats: Sizes,
        out_feats: int,
        num_heads: int,
        feat_drop: float = 0.0,
        attn_drop: float = 0.0,
        negative_slope: float = 0.2,
        residual: bool = False,
        activation: Callable[[Tensor], Tensor] | None = None,
        allow_zero_in_degree: bool = False,
        bias: bool = True,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features, or sizes of source and destination features.
            out_feats: size of output features a head.
            num_heads: number of heads.
            feat_drop: dropout of the input features.
            attn_drop: dropout of the attention.
            negative_slope: of the leaky ReLU.
            residual: whether the destinations' input features are added, mapped where the sizes differ.
            activation: applied last.
            allow_zero_in_degree: whether nodes without incoming edges are accepted; their sum is 0.
            bias: whether a bias is added.
        """
        super().__init__()
        self._num_heads = num_heads
        self._in_src_feats, self._in_dst_feats = pair_of_sizes(in_feats)
        self._out_feats = out_feats
        self._allow_zero_in_degree = allow_zero_in_degree
        width = out_feats * num_heads
        if isinstance(in_feats, int):
            self.fc = Linear(in_feats, width, bias=False)
        else:
            self.fc_src = Linear(self._in_src_feats, width, bias=False)
            self.fc_dst = Linear(self._in_dst_feats, width, bias=False)
        self.attn_l = nn.Parameter(torch.empty(1, num_heads, out_feats))
        self.attn_r = nn.Parameter(torch.empty(1, num_heads, out_feats))
        self.feat_drop = nn.Dropout(feat_drop)
        self.attn_drop = nn.Dropout(attn_drop)
        self.leaky_relu = nn.LeakyReLU(negative_slope)
        mapped = residual and self._in_dst_feats != width
        self.res_fc = None
        if residual:
            self.res_fc = Linear(self._in_dst_feats, width, bias=bias) if mapped else nn.Identity()
        self.register_parameter("bias", nn.Parameter(torch.zeros(width)) if bias and not mapped else None)
        self.reset_parameters()
        self.activation = activation

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        gain = nn.init.calculate_gain("relu")
        linears = (self.fc,) if hasattr(self, "fc") else (self.fc_src, self.fc_dst)
        for weight in (*(linear.weight for linear in linears), self.attn_l, self.attn_r):
            nn.init.xavier_normal_(weight, gain=gain)
        if self.bias is not None:
            nn.init.zeros_(self.bias)
        if isinstance(self.res_fc, nn.Linear):
            nn.init.xavier_normal_(self.res_fc.weight, gain=gain)
            if self.res_fc.bias is not None:
                nn.init.zeros_(self.res_fc.bias)

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(
        self,
        graph: GraphLike,
        feat: Features,
        edge_weight: Tensor | None = None,
        get_attention: bool = False,
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Return new features of the destination nodes, and the attention if it is asked for.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, *, in_feats)``, or a pair for sources and destinations; see Note [Features of a layer].
            edge_weight: ``(E,)`` or ``(E, 1)``: multiplies the attention after the softmax.
            get_attention: whether the attention is returned too, after dropout and edge weights.

        Returns:
            ``(D, *, num_heads, out_feats)``; with ``get_attention`` also ``(E, *, num_heads, 1)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("GATConv", graph, self._allow_zero_in_degree)
        feat = tuple(map(self.feat_drop, feat)) if isinstance(feat, tuple) else self.feat_drop(feat)
        destination, hidden_src, hidden_dst = self._transform(graph, relation, feat)
        check_edge_weight("GATConv", relation, edge_weight)
        attention, bias = None, self.bias
        if get_attention or edge_weight is not None:
            attention = self._attention(relation, *self._scores(relation, hidden_src, hidden_dst), edge_weight)
            out = u_mul_e_sum(relation, hidden_src, attention)
        elif hidden_dst is None:
            # The kernel adds the bias, unless a residual comes before it or autocast has other types for it.
            inside = self.res_fc is None and bias is not None and bias.dtype == hidden_src.dtype
            out = self._aggregate(relation, hidden_src, bias if inside else None)
            bias = None if inside else bias
        else:
            out = self._fused(relation, hidden_src, *self._scores(relation, hidden_src, hidden_dst))
        if self.res_fc is not None:
            out = add(out, self.res_fc(destination).view_as(out))
        if bias is not None:
            out = add(out, bias.view(self._num_heads, self._out_feats))
        if self.activation is not None:
            out = self.activation(out)
        if get_attention:
            assert attention is not None
            return out, attention
        return out

    def _transform(self, graph: GraphLike, relation: Relation, feat: Features) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return destination features, and transformed features of sources and destinations, ``(_, *, heads, dim)``.

        The last are None where they are the first rows of the sources'.
        """
        source = source_features("GATConv", relation, feat)
        check_size("GATConv", "feat", source, self._in_src_feats)
        if isinstance(feat, tuple):
            destination = feat[1]
            relation.check_rows("GATConv", "feat[1]", destination, "v")
            check_size("GATConv", "destination feat", destination, self._in_dst_feats)
            pair = (self.fc, self.fc) if hasattr(self, "fc") else (self.fc_src, self.fc_dst)
            return destination, self._heads(pair[0], source), self._heads(pair[1], destination)
        destination = destinations_of("GATConv", graph, relation, source)
        if hasattr(self, "fc"):
            return destination, self._heads(self.fc, source), None
        return destination, self._heads(self.fc_src, source), self._heads(self.fc_dst, destination)

    def _heads(self, layer: nn.Module, feat: Tensor) -> Tensor:
        hidden = layer(feat)
        return hidden.view(*hidden.shape[:-1], self._num_heads, self._out_feats)

    def _scores(self, relation: Relation, hidden_src: Tensor, hidden_dst: Tensor | None) -> tuple[Tensor, Tensor]:
        if hidden_dst is None:
            hidden_dst = hidden_src if relation.num_dst == relation.num_src else hidden_src[: relation.num_dst]
        return attention_scores(hidden_src, hidden_dst, self.attn_l[0], self.attn_r[0])

    def _fused(self, relation: Relation, hidden: Tensor, score_src: Tensor, score_dst: Tensor) -> Tensor:
        # Further dimensions of the features are further heads to the kernel.
        flat = hidden.flatten(1, -2), score_src.flatten(1), score_dst.flatten(1)
        out = gat_attention(relation, *flat, self.leaky_relu.negative_slope, *self._dropout())
        return out.view(relation.num_dst, *hidden.shape[1:])

    def _aggregate(self, relation: Relation, hidden: Tensor, bias: Tensor | None) -> Tensor:
        attn_src, attn_dst = (self._of_all_heads(attn[0], hidden) for attn in (self.attn_l, self.attn_r))
        inside = None if bias is None else self._of_all_heads(bias.view(self._num_heads, -1), hidden)
        options = self.leaky_relu.negative_slope, *self._dropout()
        out = gat_aggregate(relation, hidden.flatten(1, -2), attn_src, attn_dst, inside, *options)
        return out.view(relation.num_dst, *hidden.shape[1:])

    @staticmethod
    def _of_all_heads(vectors: Tensor, hidden: Tensor) -> Tensor:
        """Return a vector for each head of the kernel, to which further dimensions of ``hidden`` are further heads."""
        return vectors if hidden.dim() == 3 else vectors.expand(hidden.shape[1:]).flatten(0, -2)

    def _dropout(self) -> tuple[float, int | Tensor]:
        """Return probability and seed of the attention's dropout."""
        drops = self.training and self.attn_drop.p > 0
        return (self.attn_drop.p, attention_seed()) if drops else (0.0, 0)

    def _attention(
        self, relation: Relation, score_src: Tensor, score_dst: Tensor, edge_weight: Tensor | None
    ) -> Tensor:
        """Return ``(E, *, heads, 1)`` after dropout and edge weights."""
        logits = self.leaky_relu(u_add_v(relation, score_src.unsqueeze(-1), score_dst.unsqueeze(-1)))
        attention: Tensor = self.attn_drop(edge_softmax(relation, logits))
        if edge_weight is not None:
            attention = attention * edge_factor(edge_weight, attention)
        return attention

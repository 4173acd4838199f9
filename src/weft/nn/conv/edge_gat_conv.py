"""Graph attention that reads features of edges, and passes them on."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from weft.nn.conv.attention_scores import attention_scores
from weft.nn.conv.incidence import incidence
from weft.nn.conv.inputs import Features, Sizes, both_features, check_size, pair_of_sizes, relation_for
from weft.nn.dense import Linear, add
from weft.ops import edge_softmax, u_add_v, u_mul_e_sum
from weft.ops.target import GraphLike
from weft.relation import Relation


class EdgeGATConv(nn.Module):
    """Sum of the neighbours' and the edges' transformed features, weighted by attention.

    ``out[v, h] = sum(a[e, h] * (fc(feat[u])[h] + fc_edge(edge_feat[e])[h]))`` over the edges ``e = (u, v)``, where
    ``a`` is the softmax, over the edges of ``v``, of ``leaky_relu(<attn_l[h], fc(feat[u])[h]> + <attn_r[h],
    fc(feat[v])[h]> + <attn_edge[h], fc_edge(edge_feat[e])[h]>)``. Residual and bias are added to it.

    Parameters: ``fc.weight`` ``(num_heads * out_feats, in_feats)``, or ``fc_src`` and ``fc_dst`` for a pair of sizes;
    ``fc_edge.weight`` ``(num_heads * out_feats, edge_feats)``; ``attn_l``, ``attn_r`` and ``attn_edge`` ``(1,
    num_heads, out_feats)``; ``bias`` ``(num_heads * out_feats,)``, zeros; ``res_fc.weight`` for the residual, whatever
    the sizes. Weights are Glorot normal with the gain of ReLU.

    Features of edges are summed before they are transformed, and scored by the transformed vector, so their transformed
    features are never stored.

    Source: Monninger et al. 2023, SCENE (arXiv:2301.03512); DGL's ``dgl.nn.EdgeGATConv``.
    """

    bias: nn.Parameter | None
    res_fc: nn.Module | None

    def __init__(
        self,
        in_feats: Sizes,
        edge_feats: int,
        out_feats: int,
        num_heads: int,
        feat_drop: float = 0.0,
        attn_drop: float = 0.0,
        negative_slope: float = 0.2,
        residual: bool = True,
        activation: Callable[[Tensor], Tensor] | None = None,
        allow_zero_in_degree: bool = False,
        bias: bool = True,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features, or sizes of source and destination features.
            edge_feats: size of features of edges.
            out_feats: size of output features a head.
            num_heads: number of heads.
            feat_drop: dropout of the features of nodes.
            attn_drop: dropout of the attention.
            negative_slope: of the leaky ReLU.
            residual: whether the destinations' input features are added, mapped.
            activation: applied last.
            allow_zero_in_degree: whether nodes without incoming edges are accepted; their sum is 0.
            bias: whether a bias is added.
        """
        super().__init__()
        self._num_heads = num_heads
        self._in_src_feats, self._in_dst_feats = pair_of_sizes(in_feats)
        self._edge_feats = edge_feats
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
        self.register_parameter("bias", nn.Parameter(torch.empty(width)) if bias else None)
        self.res_fc = Linear(self._in_dst_feats, width, bias=False) if residual else None
        self.fc_edge = Linear(edge_feats, width, bias=False)
        self.attn_edge = nn.Parameter(torch.empty(1, num_heads, out_feats))
        self.reset_parameters()
        self.activation = activation

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        gain = nn.init.calculate_gain("relu")
        linears = (self.fc,) if hasattr(self, "fc") else (self.fc_src, self.fc_dst)
        weights = [linear.weight for linear in linears]
        weights += [self.attn_l, self.attn_r, self.fc_edge.weight, self.attn_edge]
        if isinstance(self.res_fc, nn.Linear):
            weights.append(self.res_fc.weight)
        for weight in weights:
            nn.init.xavier_normal_(weight, gain=gain)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(
        self, graph: GraphLike, feat: Features, edge_feat: Tensor, get_attention: bool = False
    ) -> Tensor | tuple[Tensor, Tensor]:
        """Return new features of the destination nodes, and the attention if it is asked for.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, *, in_feats)``, or a pair for sources and destinations; see Note [Features of a layer].
            edge_feat: ``(E, *, edge_feats)``.
            get_attention: whether the attention is returned too, after dropout.

        Returns:
            ``(D, *, num_heads, out_feats)``; with ``get_attention`` also ``(E, *, num_heads, 1)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("EdgeGATConv", graph, self._allow_zero_in_degree)
        feat = tuple(map(self.feat_drop, feat)) if isinstance(feat, tuple) else self.feat_drop(feat)
        source, destination = both_features("EdgeGATConv", graph, relation, feat)
        check_size("EdgeGATConv", "feat", source, self._in_src_feats)
        check_size("EdgeGATConv", "destination feat", destination, self._in_dst_feats)
        relation.check_rows("EdgeGATConv", "edge_feat", edge_feat, "e")
        check_size("EdgeGATConv", "edge_feat", edge_feat, self._edge_feats)
        hidden, hidden_dst = self._transform(relation, source, destination, isinstance(feat, tuple))
        attention = self._attention(relation, hidden, hidden_dst, edge_feat)
        out = u_mul_e_sum(relation, hidden, attention)
        out = add(out, self._from_edges(relation, edge_feat, attention).to(out.dtype))
        if self.res_fc is not None:
            out = add(out, self.res_fc(destination).view_as(out))
        if self.bias is not None:
            out = add(out, self.bias.view(self._num_heads, self._out_feats))
        if self.activation is not None:
            out = self.activation(out)
        return (out, attention) if get_attention else out

    def _transform(self, relation: Relation, source: Tensor, destination: Tensor, pair: bool) -> tuple[Tensor, Tensor]:
        """Return transformed features of sources and destinations, ``(_, *, heads, dim)``."""
        heads = (self._num_heads, self._out_feats)
        if not hasattr(self, "fc"):
            return self.fc_src(source).unflatten(-1, heads), self.fc_dst(destination).unflatten(-1, heads)
        hidden = self.fc(source).unflatten(-1, heads)
        if pair:
            return hidden, self.fc(destination).unflatten(-1, heads)
        return hidden, hidden if destination is source else hidden[: relation.num_dst]

    def _attention(self, relation: Relation, hidden: Tensor, hidden_dst: Tensor, edge_feat: Tensor) -> Tensor:
        """Return ``(E, *, heads, 1)`` after dropout."""
        score_src, score_dst = attention_scores(hidden, hidden_dst, self.attn_l[0], self.attn_r[0])
        # <attn, fc_edge(x)> = <fc_edge.T(attn), x>: a vector of the input's size for each head.
        vectors = (self._edge_maps() * self.attn_edge[0].unsqueeze(-1)).sum(1)
        score_edge = nn.functional.linear(edge_feat, vectors)
        logits = self.leaky_relu(u_add_v(relation, score_src, score_dst) + score_edge)
        attention: Tensor = self.attn_drop(edge_softmax(relation, logits))
        return attention.unsqueeze(-1)

    def _from_edges(self, relation: Relation, edge_feat: Tensor, attention: Tensor) -> Tensor:
        """Return the edges' share of the sum, transformed once it is summed: ``(D, *, heads, dim)``."""
        summed = u_mul_e_sum(incidence(relation), edge_feat.unsqueeze(-2), attention)
        return torch.einsum("...hi,hoi->...ho", summed, self._edge_maps().to(summed.dtype))

    def _edge_maps(self) -> Tensor:
        """Return the map of each head, ``(heads, out_feats, edge_feats)``."""
        return self.fc_edge.weight.view(self._num_heads, self._out_feats, self._edge_feats)

"""Graph attention whose scores are of both ends together."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from weft.nn.conv.inputs import (
    Features,
    Sizes,
    attention_seed,
    check_size,
    destinations_of,
    pair_of_sizes,
    relation_for,
    source_features,
)
from weft.nn.dense import Linear, add
from weft.ops import edge_softmax, gatv2_attention, u_add_v, u_mul_e_sum
from weft.ops.target import GraphLike
from weft.relation import Relation


class GATv2Conv(nn.Module):
    """Sum of the neighbours' transformed features, weighted by attention that both ends decide together.

    ``out[v, h] = sum(a[u, v, h] * fc_src(feat[u])[h])`` over the edges ``(u, v)``, where ``a`` is the softmax, over the
    edges of ``v``, of ``<attn[h], leaky_relu(fc_src(feat[u])[h] + fc_dst(feat[v])[h])>``. The residual is added to it.

    Parameters: ``fc_src`` and ``fc_dst``, one and the same with ``share_weights``, each with a ``weight`` and a
    ``bias``; ``attn`` ``(1, num_heads, out_feats)``; ``res_fc`` when the residual changes the size. Weights are Glorot
    normal with the gain of ReLU, biases 0.

    Scores, softmax and weighted sum are one kernel that stores no value of an edge. It is left for separate steps when
    the attention is asked for.

    Source: Brody, Alon and Yahav 2022 (arXiv:2105.14491); DGL's ``dgl.nn.GATv2Conv``.
    """

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
        share_weights: bool = False,
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
            bias: whether the maps of the features have a bias.
            share_weights: whether one map serves both ends; sources and destinations have maps of their own for a pair
                of sizes, as in DGL.
        """
        super().__init__()
        self._num_heads = num_heads
        self._in_src_feats, self._in_dst_feats = pair_of_sizes(in_feats)
        self._out_feats = out_feats
        self._allow_zero_in_degree = allow_zero_in_degree
        width = out_feats * num_heads
        self.share_weights = share_weights
        self.fc_src = Linear(self._in_src_feats, width, bias=bias)
        self.fc_dst = self.fc_src
        if not (share_weights and isinstance(in_feats, int)):
            self.fc_dst = Linear(self._in_dst_feats, width, bias=bias)
        self.attn = nn.Parameter(torch.empty(1, num_heads, out_feats))
        self.feat_drop = nn.Dropout(feat_drop)
        self.attn_drop = nn.Dropout(attn_drop)
        self.leaky_relu = nn.LeakyReLU(negative_slope)
        self.res_fc = None
        if residual:
            mapped = self._in_dst_feats != width
            self.res_fc = Linear(self._in_dst_feats, width, bias=bias) if mapped else nn.Identity()
        self.activation = activation
        self.bias = bias
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        gain = nn.init.calculate_gain("relu")
        linears: list[nn.Linear] = [self.fc_src]
        # DGL draws the map of the destinations of a pair of sizes once only, when its weights are to be shared.
        if not self.share_weights:
            linears.append(self.fc_dst)
        for linear in linears:
            nn.init.xavier_normal_(linear.weight, gain=gain)
        nn.init.xavier_normal_(self.attn, gain=gain)
        if isinstance(self.res_fc, nn.Linear):
            nn.init.xavier_normal_(self.res_fc.weight, gain=gain)
            linears.append(self.res_fc)
        for linear in linears:
            if linear.bias is not None:
                nn.init.zeros_(linear.bias)

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(self, graph: GraphLike, feat: Features, get_attention: bool = False) -> Tensor | tuple[Tensor, Tensor]:
        """Return new features of the destination nodes, and the attention if it is asked for.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, *, in_feats)``, or a pair for sources and destinations; see Note [Features of a layer].
            get_attention: whether the attention is returned too, after dropout.

        Returns:
            ``(D, *, num_heads, out_feats)``; with ``get_attention`` also ``(E, *, num_heads, 1)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("GATv2Conv", graph, self._allow_zero_in_degree)
        feat = tuple(map(self.feat_drop, feat)) if isinstance(feat, tuple) else self.feat_drop(feat)
        destination, hidden_src, hidden_dst = self._transform(graph, relation, feat)
        attn = self.attn[0]
        attention = None
        if get_attention:
            scores = (self.leaky_relu(u_add_v(relation, hidden_src, hidden_dst)) * attn).sum(-1, keepdim=True)
            attention = self.attn_drop(edge_softmax(relation, scores))
            out = u_mul_e_sum(relation, hidden_src, attention)
        else:
            out = self._fused(relation, hidden_src, hidden_dst, attn)
        if self.res_fc is not None:
            out = add(out, self.res_fc(destination).view_as(out))
        if self.activation is not None:
            out = self.activation(out)
        return out if attention is None else (out, attention)

    def _transform(self, graph: GraphLike, relation: Relation, feat: Features) -> tuple[Tensor, Tensor, Tensor]:
        """Return destination features, and transformed features of sources and destinations, ``(_, *, heads, dim)``."""
        source = source_features("GATv2Conv", relation, feat)
        check_size("GATv2Conv", "feat", source, self._in_src_feats)
        if isinstance(feat, tuple):
            destination = feat[1]
            relation.check_rows("GATv2Conv", "feat[1]", destination, "v")
        else:
            destination = destinations_of("GATv2Conv", graph, relation, source)
        check_size("GATv2Conv", "destination feat", destination, self._in_dst_feats)
        hidden = self._heads(self.fc_src, source)
        if self.fc_dst is self.fc_src and not isinstance(feat, tuple):
            return destination, hidden, hidden if destination is source else hidden[: relation.num_dst]
        return destination, hidden, self._heads(self.fc_dst, destination)

    def _heads(self, layer: nn.Module, feat: Tensor) -> Tensor:
        hidden = layer(feat)
        return hidden.view(*hidden.shape[:-1], self._num_heads, self._out_feats)

    def _fused(self, relation: Relation, hidden_src: Tensor, hidden_dst: Tensor, attn: Tensor) -> Tensor:
        drops = self.training and self.attn_drop.p > 0
        middle = hidden_src.shape[1:-2].numel()
        # Further dimensions of the features are further heads to the kernel.
        out = gatv2_attention(
            relation,
            hidden_src.flatten(1, -2),
            hidden_dst.flatten(1, -2),
            attn if middle == 1 else attn.repeat(middle, 1),
            self.leaky_relu.negative_slope,
            self.attn_drop.p if drops else 0.0,
            attention_seed() if drops else 0,
        )
        return out.view(relation.num_dst, *hidden_src.shape[1:])

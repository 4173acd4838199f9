"""Graph attention that gives edges new features too."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft.nn.conv.attention_scores import head_scores
from weft.nn.conv.inputs import (
    Features,
    Sizes,
    both_features,
    check_edge_weight,
    check_size,
    edge_factor,
    pair_of_sizes,
    relation_for,
)
from weft.nn.dense import Linear, linear
from weft.ops import edge_softmax, u_add_v, u_mul_e_sum
from weft.ops.target import GraphLike


class EGATConv(nn.Module):
    """New features of edges from both ends and themselves, and attention of nodes that reads them.

    ``edges[e, h] = leaky_relu(fc_ni(nfeats[u])[h] + fc_nj(nfeats[v])[h] + fc_fij(efeats[e])[h] + bias[h])`` for an edge
    ``e = (u, v)``, with a slope of 0.01; ``nodes[v, h] = sum(a[e, h] * fc_node_src(nfeats[u])[h])`` over the edges of
    ``v``, where ``a`` is the softmax, over these edges, of ``<attn[h], edges[e, h]>``.

    Parameters: ``fc_node_src.weight`` ``(num_heads * out_node_feats, in_node_feats)``; ``fc_ni.weight``,
    ``fc_nj.weight`` and ``fc_fij.weight`` ``(num_heads * out_edge_feats, in)``; ``attn`` ``(1, num_heads,
    out_edge_feats)``; ``bias`` ``(num_heads * out_edge_feats,)``, zeros. Weights are Glorot normal with the gain of
    ReLU.

    Source: Kaminski et al. 2022, the Rossmann toolbox (doi:10.1093/bib/bbab371), supplement; DGL's ``dgl.nn.EGATConv``,
    which cannot be made without a bias, takes no blocks with one tensor, and never allows isolated nodes.
    """

    bias: nn.Parameter | None

    def __init__(
        self,
        in_node_feats: Sizes,
        in_edge_feats: int,
        out_node_feats: int,
        out_edge_feats: int,
        num_heads: int,
        bias: bool = True,
    ) -> None:
        """Make the layer.

        Args:
            in_node_feats: size of input features of nodes, or sizes of source and destination features.
            in_edge_feats: size of input features of edges.
            out_node_feats: size of output features of nodes a head.
            out_edge_feats: size of output features of edges a head.
            num_heads: number of heads.
            bias: whether a bias is added to the features of edges.
        """
        super().__init__()
        self._num_heads = num_heads
        self._in_src_node_feats, self._in_dst_node_feats = pair_of_sizes(in_node_feats)
        self._in_edge_feats = in_edge_feats
        self._out_node_feats = out_node_feats
        self._out_edge_feats = out_edge_feats
        self._allow_zero_in_degree = False
        width = out_edge_feats * num_heads
        self.fc_node_src = Linear(self._in_src_node_feats, out_node_feats * num_heads, bias=False)
        self.fc_ni = Linear(self._in_src_node_feats, width, bias=False)
        self.fc_nj = Linear(self._in_dst_node_feats, width, bias=False)
        self.fc_fij = Linear(in_edge_feats, width, bias=False)
        self.attn = nn.Parameter(torch.empty(1, num_heads, out_edge_feats))
        self.register_parameter("bias", nn.Parameter(torch.empty(width)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        gain = nn.init.calculate_gain("relu")
        for layer in (self.fc_node_src, self.fc_ni, self.fc_fij, self.fc_nj):
            nn.init.xavier_normal_(layer.weight, gain=gain)
        nn.init.xavier_normal_(self.attn, gain=gain)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, which get 0; or refuse them, as at first."""
        self._allow_zero_in_degree = set_value

    def forward(
        self,
        graph: GraphLike,
        nfeats: Features,
        efeats: Tensor,
        edge_weight: Tensor | None = None,
        get_attention: bool = False,
    ) -> tuple[Tensor, ...]:
        """Return new features of the destination nodes and of the edges, and the attention if it is asked for.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            nfeats: ``(S, *, in_node_feats)``, or a pair for sources and destinations; see Note [Features of a layer].
            efeats: ``(E, *, in_edge_feats)``.
            edge_weight: ``(E,)`` or ``(E, 1)``: multiplies the attention after the softmax.
            get_attention: whether the attention is returned too, after edge weights.

        Returns:
            ``(D, *, num_heads, out_node_feats)`` and ``(E, *, num_heads, out_edge_feats)``; with ``get_attention`` also
            ``(E, *, num_heads, 1)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("EGATConv", graph, self._allow_zero_in_degree)
        source, destination = both_features("EGATConv", graph, relation, nfeats)
        check_size("EGATConv", "nfeats", source, self._in_src_node_feats)
        check_size("EGATConv", "destination nfeats", destination, self._in_dst_node_feats)
        relation.check_rows("EGATConv", "efeats", efeats, "e")
        check_size("EGATConv", "efeats", efeats, self._in_edge_feats)
        check_edge_weight("EGATConv", relation, edge_weight)
        # Neither a product nor a sum asks for its result in the backward pass, so one array is written over.
        ends = u_add_v(relation, self.fc_ni(source), self.fc_nj(destination))
        own = linear(efeats, self.fc_fij.weight, self.bias)
        summed = ends.add_(own) if ends.dtype == own.dtype and ends.shape == own.shape else ends + own
        edges = functional.leaky_relu_(summed).unflatten(-1, (self._num_heads, self._out_edge_feats))
        attention = edge_softmax(relation, head_scores(edges, self.attn[0])).unsqueeze(-1)
        if edge_weight is not None:
            attention = attention * edge_factor(edge_weight, attention)
        hidden = self.fc_node_src(source).unflatten(-1, (self._num_heads, self._out_node_feats))
        nodes = u_mul_e_sum(relation, hidden, attention)
        return (nodes, edges, attention) if get_attention else (nodes, edges)

"""Graph attention by inner products."""

from __future__ import annotations

from torch import Tensor, nn

from weft.nn.conv.inputs import (
    Features,
    Sizes,
    check_size,
    destinations_of,
    pair_of_sizes,
    relation_for,
    source_features,
)
from weft.nn.dense import Linear
from weft.ops import dot_attention, edge_softmax, u_dot_v, u_mul_e_sum
from weft.ops.target import GraphLike
from weft.relation import Relation


class DotGatConv(nn.Module):
    """Sum of the neighbours' transformed features, weighted by attention that is their inner product.

    ``out[v, h] = sum(a[u, v, h] * fc(feat[u])[h])`` over the edges ``(u, v)``, where ``a`` is the softmax, over the
    edges of ``v``, of ``<fc(feat[u])[h], fc(feat[v])[h]> / sqrt(out_feats)``.

    Parameters: ``fc.weight`` ``(num_heads * out_feats, in_feats)``, or ``fc_src`` and ``fc_dst`` for a pair of sizes,
    drawn as ``torch.nn.Linear`` does.

    Scores, softmax and weighted sum are one kernel that stores no value of an edge. It is left for separate steps when
    the attention is asked for.

    Source: Vaswani et al. 2017 (arXiv:1706.03762); DGL's ``dgl.nn.DotGatConv``.
    """

    def __init__(self, in_feats: Sizes, out_feats: int, num_heads: int, allow_zero_in_degree: bool = False) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features, or sizes of source and destination features.
            out_feats: size of output features a head.
            num_heads: number of heads.
            allow_zero_in_degree: whether nodes without incoming edges are accepted; their output is 0.
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

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for linear in (self.fc,) if hasattr(self, "fc") else (self.fc_src, self.fc_dst):
            linear.reset_parameters()

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(self, graph: GraphLike, feat: Features, get_attention: bool = False) -> Tensor | tuple[Tensor, Tensor]:
        """Return new features of the destination nodes, and the attention if it is asked for.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, *, in_feats)``, or a pair for sources and destinations; see Note [Features of a layer].
            get_attention: whether the attention is returned too.

        Returns:
            ``(D, *, num_heads, out_feats)``; with ``get_attention`` also ``(E, *, num_heads, 1)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("DotGatConv", graph, self._allow_zero_in_degree)
        source, destination = self._transform(graph, relation, feat)
        if get_attention:
            scores = u_dot_v(relation, source, destination) / self._out_feats**0.5
            attention = edge_softmax(relation, scores)
            return u_mul_e_sum(relation, source, attention), attention
        # Further dimensions of the features are further heads to the kernel.
        keys = source.flatten(1, -2)
        out = dot_attention(relation, destination.flatten(1, -2), keys, keys)
        return out.view(relation.num_dst, *source.shape[1:])

    def _transform(self, graph: GraphLike, relation: Relation, feat: Features) -> tuple[Tensor, Tensor]:
        """Return transformed features of sources and destinations, ``(_, *, heads, dim)``."""
        source = source_features("DotGatConv", relation, feat)
        check_size("DotGatConv", "feat", source, self._in_src_feats)
        shared = hasattr(self, "fc")
        if isinstance(feat, tuple):
            destination = feat[1]
            relation.check_rows("DotGatConv", "feat[1]", destination, "v")
        else:
            destination = destinations_of("DotGatConv", graph, relation, source)
        check_size("DotGatConv", "destination feat", destination, self._in_dst_feats)
        hidden = self._heads(self.fc if shared else self.fc_src, source)
        if shared and not isinstance(feat, tuple):
            return hidden, hidden if destination is source else hidden[: relation.num_dst]
        return hidden, self._heads(self.fc if shared else self.fc_dst, destination)

    def _heads(self, layer: nn.Module, feat: Tensor) -> Tensor:
        hidden = layer(feat)
        return hidden.view(*hidden.shape[:-1], self._num_heads, self._out_feats)

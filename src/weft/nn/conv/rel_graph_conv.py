"""Graph convolution with a weight for each relation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from weft.errors import ShapeError
from weft.nn.conv.inputs import Features, both_features, check_vectors, relation_for
from weft.nn.conv.typed_pairs import leaner_pairs
from weft.nn.dense import add, linear
from weft.nn.linear import TypedLinear
from weft.ops import copy_e_sum, copy_u
from weft.ops.target import GraphLike
from weft.relation import Relation


class RelGraphConv(nn.Module):
    """Sum of the neighbours' features, each times the weight of its edge's type, plus a map of the node's own.

    ``out[v] = dropout(activation(layer_norm(sum(norm[e] * feat[u] @ W[etypes[e]])) + h_bias + feat[v] @ loop_weight))``
    over the edges ``e = (u, v)``; for a node without incoming edges the sum is 0. The graph has one edge type in weft's
    sense and a number for each edge, as ``to_homogeneous`` makes it of many types.

    Parameters: those of :class:`weft.nn.TypedLinear` in ``linear_r``; ``h_bias`` ``(out_feat,)``, zeros;
    ``loop_weight`` ``(in_feat, out_feat)``, Glorot uniform with the gain of ReLU; ``layer_norm_weight.*``.

    Memory and products go with the distinct pairs of a type and a node, not with the edges: see Note [A product a pair]
    in weft/nn/conv/typed_pairs.py. The grouping is kept with the graph for the edge types that were given last. A
    program of ``torch.compile``, which cannot know their number, computes a product an edge.

    Source: Schlichtkrull et al. 2018 (arXiv:1703.06103); DGL's ``dgl.nn.RelGraphConv``.

    >>> import weft
    >>> graph = weft.graph(([0, 1, 2], [1, 2, 0]))
    >>> layer = RelGraphConv(4, 3, num_rels=2, regularizer="basis", num_bases=2)
    >>> layer(graph, torch.ones(3, 4), torch.tensor([0, 1, 1])).shape
    torch.Size([3, 3])
    """

    h_bias: nn.Parameter
    loop_weight: nn.Parameter

    def __init__(
        self,
        in_feat: int,
        out_feat: int,
        num_rels: int,
        regularizer: str | None = None,
        num_bases: int | None = None,
        bias: bool = True,
        activation: Callable[[Tensor], Tensor] | None = None,
        self_loop: bool = True,
        dropout: float = 0.0,
        layer_norm: bool = False,
    ) -> None:
        """Make the layer.

        Args:
            in_feat: size of input features.
            out_feat: size of output features.
            num_rels: number of edge types.
            regularizer: None, ``basis`` or ``bdd``, as of :class:`weft.nn.TypedLinear`.
            num_bases: number of shared matrices or blocks, with a regularizer.
            bias: whether a bias is added.
            activation: applied before dropout.
            self_loop: whether a map of the node's own features is added.
            dropout: of the output.
            layer_norm: whether the sum is normalised before anything is added.

        Raises:
            InputError: options of ``TypedLinear`` that cannot be.
        """
        super().__init__()
        self._in_feat = in_feat
        self.linear_r = TypedLinear(in_feat, out_feat, num_rels, regularizer, num_bases)
        self.bias = bias
        self.activation = activation
        self.self_loop = self_loop
        self.layer_norm = layer_norm
        if bias:
            self.h_bias = nn.Parameter(torch.zeros(out_feat))
        if layer_norm:
            self.layer_norm_weight = nn.LayerNorm(out_feat)
        if self_loop:
            self.loop_weight = nn.Parameter(torch.empty(in_feat, out_feat))
            nn.init.xavier_uniform_(self.loop_weight, gain=nn.init.calculate_gain("relu"))
        self.dropout = nn.Dropout(dropout)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.linear_r.reset_parameters()
        if self.bias:
            nn.init.zeros_(self.h_bias)
        if self.layer_norm:
            self.layer_norm_weight.reset_parameters()
        if self.self_loop:
            nn.init.xavier_uniform_(self.loop_weight, gain=nn.init.calculate_gain("relu"))

    def forward(
        self,
        g: GraphLike,
        feat: Features,
        etypes: Tensor,
        norm: Tensor | None = None,
        *,
        presorted: bool = False,
    ) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            g: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, in_feat)``, or a pair for sources and destinations; see Note [Features of a layer].
            etypes: ``(E,)`` int32 or int64: the type of each edge, below ``num_rels``.
            norm: ``(E, 1)`` or ``(E,)``: multiplies the messages.
            presorted: ``etypes`` ascends, which spares a compiled program the grouping of its products. A false promise
                is refused.

        Returns:
            ``(D, out_feat)``.

        Raises:
            IdError: an edge type that is negative or past the last.
            InputError: ``presorted`` was promised and is not so.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("RelGraphConv", g, allow_zero_in_degree=True)
        source, destination = both_features("RelGraphConv", g, relation, feat)
        for name, value in (("feat", source), ("destination feat", destination)):
            check_vectors("RelGraphConv", name, value, self._in_feat)
        etypes = self.linear_r.checked_types("RelGraphConv", "etypes", etypes, relation.num_edges, "edges", presorted)
        out = self._messages(relation, source, etypes, _factor(relation, norm), presorted)
        if self.layer_norm:
            out = self.layer_norm_weight(out)
        if self.self_loop:
            out = add(out, linear(destination, self.loop_weight.t(), self.h_bias if self.bias else None))
        elif self.bias:
            out = add(out, self.h_bias)
        if self.activation is not None:
            out = self.activation(out)
        dropped: Tensor = self.dropout(out)
        return dropped

    def _messages(
        self, relation: Relation, source: Tensor, etypes: Tensor, norm: Tensor | None, presorted: bool
    ) -> Tensor:
        """Return ``(D, out_feat)``: the sum of the messages."""
        weights = self.linear_r
        if torch.compiler.is_compiling():
            messages = weights(copy_u(relation, source), etypes, presorted)
            return copy_e_sum(relation, messages if norm is None else messages * norm.to(messages.dtype))
        pairs = leaner_pairs(relation, etypes, weights.num_types, weights.in_size, weights.out_size)
        return pairs.sum(source, partial(weights.in_runs, offsets=pairs.offsets), norm)


def _factor(relation: Relation, norm: Tensor | None) -> Tensor | None:
    """Return checked factors of edges as a column."""
    if norm is None:
        return None
    relation.check_rows("RelGraphConv", "norm", norm, "e")
    if norm.numel() != norm.shape[0]:
        raise ShapeError(f"RelGraphConv: norm has shape {tuple(norm.shape)}; expected a number an edge, (edges, 1).")
    return norm.reshape(-1, 1)

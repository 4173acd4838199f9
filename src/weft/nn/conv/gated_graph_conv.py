"""Gated graph neural network: messages by edge type, and a gate that decides what a node keeps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from weft import checks, kernels
from weft.errors import InputError
from weft.nn.conv.inputs import check_vectors, node_features, relation_among
from weft.nn.conv.typed_pairs import pairs_of_destinations
from weft.nn.dense import Linear, add
from weft.ops import copy_e_sum, copy_u, copy_u_sum
from weft.ops.target import GraphLike
from weft.relation import Relation


class GatedGraphConv(nn.Module):
    """Features that pass through a gated recurrent unit at each of several steps, fed by the neighbours' messages.

    ``h[0]`` is ``feat`` with zeros after it, up to ``out_feats``; then ``n_steps`` times, over the edges
    ``e = (u, v)``,

        a[v] = sum(linears[etypes[e]](h[t][u]))
        h[t + 1][v] = gru(a[v], h[t][v])

    A node without incoming edges has ``a[v] = 0``. Sources and destinations are the same nodes.

    Parameters: ``linears.<type>.weight`` ``(out_feats, out_feats)``, Glorot normal with the gain of ReLU, and
    ``linears.<type>.bias``, zeros; ``gru.*`` as of ``torch.nn.GRUCell``.

    With several types there is a product for each distinct pair of a type and a node, see Note [A product a pair] in
    weft/nn/conv/typed_pairs.py; a program of ``torch.compile`` computes one an edge.

    Source: Li et al. 2016 (arXiv:1511.05493); DGL's ``dgl.nn.GatedGraphConv``.

    >>> import weft
    >>> layer = GatedGraphConv(4, 6, n_steps=2, n_etypes=3)
    >>> layer(weft.graph(([0, 1, 2], [1, 2, 0])), torch.ones(3, 4), torch.tensor([0, 2, 1])).shape
    torch.Size([3, 6])
    """

    def __init__(self, in_feats: int, out_feats: int, n_steps: int, n_etypes: int, bias: bool = True) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features, at most ``out_feats``.
            out_feats: size of output features.
            n_steps: number of steps.
            n_etypes: number of edge types.
            bias: whether the recurrent unit has biases.

        Raises:
            InputError: ``in_feats`` past ``out_feats``.
        """
        super().__init__()
        if in_feats > out_feats:
            raise InputError(
                f"GatedGraphConv: got in_feats={in_feats} and out_feats={out_feats}; features grow by zeros to "
                "out_feats, so it must be no smaller."
            )
        self._in_feats = in_feats
        self._out_feats = out_feats
        self._n_steps = checks.whole_number("GatedGraphConv", "n_steps", n_steps)
        self._n_etypes = checks.whole_number("GatedGraphConv", "n_etypes", n_etypes, least=1)
        self.linears = nn.ModuleList([Linear(out_feats, out_feats) for _ in range(n_etypes)])
        self.gru = nn.GRUCell(out_feats, out_feats, bias=bias)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.gru.reset_parameters()
        for layer in self._maps():
            nn.init.xavier_normal_(layer.weight, gain=nn.init.calculate_gain("relu"))
            nn.init.zeros_(layer.bias)

    def forward(self, graph: GraphLike, feat: Tensor, etypes: Tensor | None = None) -> Tensor:
        """Return new features of the nodes.

        Args:
            graph: a graph with one edge type between nodes of one type: ``N`` nodes, ``E`` edges.
            feat: ``(N, in_feats)``.
            etypes: ``(E,)`` int32 or int64: the type of each edge; may be left out where there is one.

        Returns:
            ``(N, out_feats)``.

        Raises:
            GraphError: a graph whose sources are not its destinations.
            IdError: an edge type that is negative or past the last.
            InputError: several edge types and no ``etypes``.
            ShapeError: a shape that does not fit.
        """
        relation = relation_among("GatedGraphConv", graph)
        feat = node_features("GatedGraphConv", relation, feat)
        check_vectors("GatedGraphConv", "feat", feat, self._in_feats)
        etypes = self._checked(relation, etypes)
        hidden = torch.nn.functional.pad(feat, (0, self._out_feats - self._in_feats))
        arrives = self._messages(relation, etypes, hidden)
        for _ in range(self._n_steps):
            hidden = self.gru(arrives(hidden), hidden)
        return hidden

    def _checked(self, relation: Relation, etypes: Tensor | None) -> Tensor | None:
        if etypes is None:
            if self._n_etypes > 1:
                raise InputError(
                    f"GatedGraphConv: forward got no etypes, but the layer has {self._n_etypes} edge types; give the "
                    "type of each edge."
                )
            return None
        etypes = checks.ids("GatedGraphConv", "etypes", etypes, device=relation.device)
        relation.check_rows("GatedGraphConv", "etypes", etypes, "e")
        checks.id_range("GatedGraphConv", "etypes", etypes, self._n_etypes, lambda: f"{self._n_etypes} types")
        return etypes

    def _messages(self, relation: Relation, etypes: Tensor | None, like: Tensor) -> Callable[[Tensor], Tensor]:
        """Return the function from features to what arrives at each node, both ``(N, out_feats)``."""
        maps = self._maps()
        if etypes is None or self._n_etypes == 1:
            return lambda hidden: copy_u_sum(relation, maps[0](hidden))
        weight, bias = torch.stack([layer.weight.t() for layer in maps]), torch.stack([layer.bias for layer in maps])
        if torch.compiler.is_compiling():
            return lambda hidden: copy_e_sum(
                relation, kernels.gather_mm(copy_u(relation, hidden), weight, etypes) + bias[etypes]
            )
        pairs = pairs_of_destinations(relation, etypes, self._n_etypes)
        of_biases = pairs.sum(like.new_ones(len(like), 1), lambda counts: counts * bias[pairs.types()])
        return lambda hidden: add(
            pairs.sum(hidden, partial(kernels.segment_mm, b=weight, offsets=pairs.offsets)), of_biases
        )

    def _maps(self) -> list[nn.Linear]:
        return [layer for layer in self.linears if isinstance(layer, nn.Linear)]

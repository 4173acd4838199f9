"""Convolution with a weight matrix for each edge, which a network makes of the edge's features."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import ShapeError
from weft.nn.conv.fused import is_hooked, is_plain
from weft.nn.conv.inputs import Features, Sizes, both_features, check_vectors, pair_of_sizes, relation_for
from weft.nn.dense import Linear, add, linear
from weft.ops import copy_u, gspmm
from weft.ops.target import GraphLike
from weft.relation import Relation

AGGREGATORS = ("sum", "mean", "max")


class NNConv(nn.Module):
    """Aggregate of the neighbours' features, each times a matrix that is a function of the edge.

    ``out[v] = aggregate(feat[u] @ W[e]) + residual + bias`` over the edges ``e = (u, v)``, where ``W[e]`` is
    ``edge_func(efeat[e])`` read as a matrix ``(in_feats, out_feats)`` by rows. As in DGL, ``max`` takes the largest of
    each product ``feat[u, i] * W[e, i, j]`` before it sums over ``i``. A node without incoming edges has 0.

    Parameters: ``edge_func.*``; ``bias`` ``(out_feats,)``, zeros; ``res_fc.weight`` where the residual changes the
    size, Glorot normal with the gain of ReLU.

    The matrices are the largest thing of it, ``(E, in_feats, out_feats)``. Where ``edge_func`` ends in a
    ``torch.nn.Linear``, their sum or mean needs none of them: it is ``(D, k, in_feats)`` sums of products of features
    with the ``k`` numbers that the last map reads, times that map's weight. Whichever of the two is smaller is made.

    Source: Gilmer et al. 2017 (arXiv:1704.01212), the edge network; DGL's ``dgl.nn.NNConv``.

    >>> import weft
    >>> layer = NNConv(3, 4, torch.nn.Linear(2, 3 * 4))
    >>> layer(weft.graph(([0, 1, 2], [1, 2, 0])), torch.rand(3, 3), torch.rand(3, 2)).shape
    torch.Size([3, 4])
    """

    bias: nn.Parameter | None
    res_fc: nn.Module | None

    def __init__(
        self,
        in_feats: Sizes,
        out_feats: int,
        edge_func: Callable[[Tensor], Tensor],
        aggregator_type: str = "mean",
        residual: bool = False,
        bias: bool = True,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features, or sizes of source and destination features.
            out_feats: size of output features.
            edge_func: a module, or function, from edge features to ``(E, in_feats * out_feats)``.
            aggregator_type: ``sum``, ``mean`` or ``max``.
            residual: whether the destinations' input features are added, mapped where the sizes differ.
            bias: whether a bias is added.

        Raises:
            InputError: an unknown aggregator.
        """
        super().__init__()
        checks.choice("NNConv", "aggregator_type", aggregator_type, AGGREGATORS)
        self._in_src_feats, self._in_dst_feats = pair_of_sizes(in_feats)
        self._out_feats = out_feats
        self._aggre_type = aggregator_type
        self.edge_func = edge_func
        self.res_fc = None
        if residual:
            same = self._in_dst_feats == out_feats
            self.res_fc = nn.Identity() if same else Linear(self._in_dst_feats, out_feats, bias=False)
        self.register_parameter("bias", nn.Parameter(torch.empty(out_feats)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the layer's own parameters anew; those of ``edge_func`` stay."""
        if self.bias is not None:
            nn.init.zeros_(self.bias)
        if isinstance(self.res_fc, nn.Linear):
            nn.init.xavier_normal_(self.res_fc.weight, gain=nn.init.calculate_gain("relu"))

    def forward(self, graph: GraphLike, feat: Features, efeat: Tensor) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, in_feats)``, or a pair for sources and destinations; see Note [Features of a layer].
            efeat: ``(E, *)``: whatever ``edge_func`` takes, a row for each edge.

        Returns:
            ``(D, out_feats)``.

        Raises:
            ShapeError: a shape that does not fit, also of what ``edge_func`` gives.
        """
        relation = relation_for("NNConv", graph, allow_zero_in_degree=True)
        source, destination = both_features("NNConv", graph, relation, feat)
        check_vectors("NNConv", "feat", source, self._in_src_feats)
        relation.check_rows("NNConv", "efeat", efeat, "e")
        last = self._last_map(relation)
        if last is None:
            out = self._aggregate(relation, source, self._matrices(efeat))
        else:
            out = self._without_matrices(relation, source, efeat, last)
        if self.res_fc is not None:
            check_vectors("NNConv", "destination feat", destination, self._in_dst_feats)
            out = add(out, self.res_fc(destination))
        return out if self.bias is None else add(out, self.bias)

    def _matrices(self, efeat: Tensor) -> Tensor:
        """Return ``(E, in, out)``."""
        matrices = self.edge_func(efeat)
        if matrices.numel() != efeat.shape[0] * self._in_src_feats * self._out_feats:
            raise ShapeError(
                f"NNConv: edge_func gave shape {tuple(matrices.shape)}; expected ({efeat.shape[0]}, "
                f"{self._in_src_feats} * {self._out_feats}), a matrix for each edge."
            )
        return matrices.view(-1, self._in_src_feats, self._out_feats)

    def _aggregate(self, relation: Relation, source: Tensor, matrices: Tensor) -> Tensor:
        if self._aggre_type == "max":
            return gspmm(relation, "mul", "max", source.unsqueeze(-1), matrices).sum(1)
        messages = torch.bmm(copy_u(relation, source).unsqueeze(1).to(matrices.dtype), matrices).squeeze(1)
        return gspmm(relation, "copy_rhs", self._aggre_type, None, messages)

    def _last_map(self, relation: Relation) -> nn.Linear | None:
        """Return the linear map that ``edge_func`` ends in, where the matrices are larger than what does without them.

        A compiled program, which knows no sizes, looks at a row: it is at most as large for graphs with an edge a node.
        """
        last: object = self.edge_func
        if type(last) is nn.Sequential and len(last) and not is_hooked(last):
            last = last[-1]
        if not isinstance(last, nn.Linear) or not is_plain(last):
            return None
        if self._aggre_type == "max":
            return None
        if last.out_features != self._in_src_feats * self._out_feats:
            return None  # refused where the matrices are looked at
        row = last.in_features + (last.bias is not None)
        if torch.compiler.is_compiling():
            return last if row <= self._out_feats else None
        return last if relation.num_dst * row <= relation.num_edges * self._out_feats else None

    def _without_matrices(self, relation: Relation, source: Tensor, efeat: Tensor, last: nn.Linear) -> Tensor:
        """Return the sum or mean of the messages by way of ``(D, k, in)``."""
        if isinstance(self.edge_func, nn.Sequential):
            for layer in list(self.edge_func)[:-1]:
                efeat = layer(efeat)
        if efeat.dim() != 2 or efeat.shape[1] != last.in_features:
            raise ShapeError(
                f"NNConv: edge_func's last map got shape {tuple(efeat.shape)}; expected (edges, {last.in_features})."
            )
        weight = last.weight.view(self._in_src_feats, self._out_feats, last.in_features).permute(1, 2, 0)
        if last.bias is not None:
            efeat = torch.cat([efeat, torch.ones_like(efeat[:, :1])], 1)
            bias = last.bias.view(self._in_src_feats, self._out_feats).t()
            weight = torch.cat([weight, bias.unsqueeze(1)], 1)
        sums = gspmm(relation, "mul", self._aggre_type, source.unsqueeze(1), efeat.unsqueeze(2))
        return linear(sums.flatten(1), weight.flatten(1))

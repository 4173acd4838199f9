"""Convolution by a mixture of Gaussians over pseudo-coordinates of edges."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import ShapeError
from weft.nn.conv.inputs import Features, Sizes, both_features, check_size, pair_of_sizes, relation_for
from weft.nn.dense import Linear, add, linear
from weft.ops import gspmm
from weft.ops.target import GraphLike
from weft.relation import Relation

AGGREGATORS = ("sum", "mean", "max")


class GMMConv(nn.Module):
    """Aggregate of the neighbours' features, transformed by each kernel and weighted by how near an edge lies to it.

    ``out[v] = bias + sum(aggregate(w[e, i] * fc(feat[u])[i]))``, the aggregate over the edges ``e = (u, v)`` and the
    sum over the kernels ``i``, where ``w[e, i] = exp(-sum((inv_sigma[i] * (pseudo[e] - mu[i])) ** 2) / 2)``. The
    residual is added to it. The aggregate is 0 for a node without incoming edges.

    Parameters: ``fc.weight`` ``(n_kernels * out_feats, in_feats)``, Glorot normal with the gain of ReLU; ``mu``
    ``(n_kernels, dim)``, normally distributed with deviation 0.1; ``inv_sigma`` ``(n_kernels, dim)``, ones; ``bias``
    ``(out_feats,)``, zeros; ``res_fc.weight`` when the residual changes the size, Glorot normal.

    Messages are never stored. For ``sum`` and ``mean``, features are aggregated before they are transformed where that
    makes them no smaller.

    Source: Monti et al. 2017 (arXiv:1611.08402); DGL's ``dgl.nn.GMMConv``.
    """

    bias: nn.Parameter | None
    res_fc: nn.Module | None

    def __init__(
        self,
        in_feats: Sizes,
        out_feats: int,
        dim: int,
        n_kernels: int,
        aggregator_type: str = "sum",
        residual: bool = False,
        bias: bool = True,
        allow_zero_in_degree: bool = False,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features, or sizes of source and destination features.
            out_feats: size of output features.
            dim: number of pseudo-coordinates.
            n_kernels: number of Gaussians.
            aggregator_type: ``sum``, ``mean`` or ``max``.
            residual: whether the destinations' input features are added, mapped where the sizes differ.
            bias: whether a bias is added.
            allow_zero_in_degree: whether nodes without incoming edges are accepted.

        Raises:
            InputError: an unknown aggregator.
        """
        super().__init__()
        checks.choice("GMMConv", "aggregator_type", aggregator_type, AGGREGATORS)
        self._in_src_feats, self._in_dst_feats = pair_of_sizes(in_feats)
        self._out_feats = out_feats
        self._dim = dim
        self._n_kernels = n_kernels
        self._aggregator_type = aggregator_type
        self._allow_zero_in_degree = allow_zero_in_degree
        self.mu = nn.Parameter(torch.empty(n_kernels, dim))
        self.inv_sigma = nn.Parameter(torch.empty(n_kernels, dim))
        self.fc = Linear(self._in_src_feats, n_kernels * out_feats, bias=False)
        self.res_fc = None
        if residual:
            mapped = self._in_dst_feats != out_feats
            self.res_fc = Linear(self._in_dst_feats, out_feats, bias=False) if mapped else nn.Identity()
        self.register_parameter("bias", nn.Parameter(torch.empty(out_feats)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        gain = nn.init.calculate_gain("relu")
        nn.init.xavier_normal_(self.fc.weight, gain=gain)
        if isinstance(self.res_fc, nn.Linear):
            nn.init.xavier_normal_(self.res_fc.weight, gain=gain)
        nn.init.normal_(self.mu, 0, 0.1)
        nn.init.ones_(self.inv_sigma)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def set_allow_zero_in_degree(self, set_value: bool) -> None:
        """Accept nodes without incoming edges from now on, or refuse them."""
        self._allow_zero_in_degree = set_value

    def forward(self, graph: GraphLike, feat: Features, pseudo: Tensor) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, *, in_feats)``, or a pair for sources and destinations; see Note [Features of a layer].
            pseudo: ``(E, dim)`` pseudo-coordinates.

        Returns:
            ``(D, *, out_feats)``.

        Raises:
            GraphError: a node without incoming edges, unless they are allowed.
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("GMMConv", graph, self._allow_zero_in_degree)
        source, destination = both_features("GMMConv", graph, relation, feat)
        check_size("GMMConv", "feat", source, self._in_src_feats)
        if self.res_fc is not None:
            check_size("GMMConv", "destination feat", destination, self._in_dst_feats)
        relation.check_rows("GMMConv", "pseudo", pseudo, "e")
        if pseudo.dim() != 2 or pseudo.shape[1] != self._dim:
            raise ShapeError(f"GMMConv: pseudo has shape {tuple(pseudo.shape)}; expected (edges, {self._dim}).")
        out = self._aggregate(relation, source, self._weights(pseudo))
        if self.res_fc is not None:
            out = add(out, self.res_fc(destination).to(out.dtype))
        return out if self.bias is None else add(out, self.bias)

    def _weights(self, pseudo: Tensor) -> Tensor:
        """Return ``(E, n_kernels)``."""
        distances = (pseudo.unsqueeze(1) - self.mu) * self.inv_sigma
        return torch.exp(-0.5 * distances.square().sum(-1))

    def _aggregate(self, relation: Relation, source: Tensor, weights: Tensor) -> Tensor:
        """Return the sum over kernels of the aggregates, ``(D, *, out_feats)``."""
        factor = weights.view(-1, *(1,) * (source.dim() - 2), self._n_kernels, 1)
        if self._aggregator_type != "max" and self._in_src_feats < self._out_feats:
            gathered = gspmm(relation, "mul", self._aggregator_type, source.unsqueeze(-2), factor)
            maps = self.fc.weight.view(self._n_kernels, self._out_feats, self._in_src_feats)
            return linear(gathered.flatten(-2), maps.transpose(0, 1).flatten(1))
        hidden = self.fc(source).unflatten(-1, (self._n_kernels, self._out_feats))
        return gspmm(relation, "mul", self._aggregator_type, hidden, factor).sum(-2)

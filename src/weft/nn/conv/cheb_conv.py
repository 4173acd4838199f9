"""Chebyshev graph convolution: polynomials of the Laplacian."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft import checks
from weft.errors import ShapeError
from weft.graph import Graph
from weft.graph.readout import broadcast_nodes
from weft.nn.conv.inputs import check_size, node_features, relation_among
from weft.nn.conv.scaled_sum import degree_scale, scaled_sum
from weft.nn.conv.smoothing import smooth
from weft.nn.dense import Linear, linear, plus_linear
from weft.ops.target import GraphLike
from weft.relation import Relation


class ChebConv(nn.Module):
    """Sum of linear maps of Chebyshev polynomials of the Laplacian, applied to the features.

    ``out = activation(bias + sum(T[i](L) @ feat @ W[i].T))`` over ``i`` from 0 to ``k - 1``, where ``T[0](L) = 1``,
    ``T[1](L) = L``, ``T[i](L) = 2 * L @ T[i - 1](L) - T[i - 2](L)`` and ``W[i]`` is columns ``i * in_feats`` to
    ``(i + 1) * in_feats`` of ``linear.weight``. ``L = (2 / lambda_max) * (1 - M) - 1`` is the Laplacian of the graph,
    its eigenvalues brought from ``[0, lambda_max]`` to ``[-1, 1]``; ``M[v, u]`` is the number of edges ``(u, v)`` over
    ``sqrt(in_degree(u) * in_degree(v))``, and a degree of 0 counts as 1.

    Parameters: ``linear.weight`` ``(out_feats, k * in_feats)`` and ``linear.bias`` ``(out_feats,)``, drawn as
    ``torch.nn.Linear`` does.

    The graph is walked by features of the smaller size: before the maps, or after them by Clenshaw's recurrence. The
    polynomials are never put side by side.

    Source: Defferrard et al. 2016 (arXiv:1606.09375); Clenshaw 1955; DGL's ``dgl.nn.ChebConv``, which takes no number
    for ``lambda_max`` and warns where it is left to its default.
    """

    def __init__(
        self,
        in_feats: int,
        out_feats: int,
        k: int,
        activation: Callable[[Tensor], Tensor] | None = functional.relu,
        bias: bool = True,
    ) -> None:
        """Make the layer.

        Args:
            in_feats: size of input features.
            out_feats: size of output features.
            k: number of polynomials; those of degree below ``k``.
            activation: applied last.
            bias: whether a bias is added.

        Raises:
            InputError: ``k`` is below 1.
        """
        super().__init__()
        self._in_feats = in_feats
        self._out_feats = out_feats
        self._k = checks.whole_number("ChebConv", "k", k, least=1, meaning="a number of polynomials")
        self.activation = activation
        self.linear = Linear(k * in_feats, out_feats, bias=bias)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.linear.reset_parameters()

    def forward(
        self, graph: GraphLike, feat: Tensor, lambda_max: float | Sequence[float] | Tensor | None = None
    ) -> Tensor:
        """Return new features of the nodes.

        Args:
            graph: a graph with one edge type between nodes of one type: ``N`` nodes. Or a batch of them.
            feat: ``(N, *, in_feats)``.
            lambda_max: the largest eigenvalue of the Laplacian, which `weft.laplacian_lambda_max` finds; for a batch,
                one of each graph. 2 by default, which no eigenvalue of an undirected graph exceeds.

        Returns:
            ``(N, *, out_feats)``.

        Raises:
            GraphError: sources and destinations are different nodes.
            ShapeError: a shape that does not fit, or not one ``lambda_max`` for each graph.
        """
        relation = relation_among("ChebConv", graph)
        feat = node_features("ChebConv", relation, feat)
        check_size("ChebConv", "feat", feat, self._in_feats)
        scaled = _Laplacian(relation, _stretch(graph, feat, 2.0 if lambda_max is None else lambda_max))
        maps = self.linear.weight.split(self._in_feats, 1)
        narrows = self._out_feats < self._in_feats and len(maps) > 1
        out = self._after_maps(scaled, feat, maps) if narrows else self._before_maps(scaled, feat, maps)
        return out if self.activation is None else self.activation(out)

    def _before_maps(self, scaled: _Laplacian, feat: Tensor, maps: tuple[Tensor, ...]) -> Tensor:
        """Return the sum, from polynomials of the features, each from the two before it."""
        out, before, now = linear(feat, maps[0], self.linear.bias), feat, feat
        for degree, weight in enumerate(maps[1:], start=1):
            before, now = now, scaled(now) if degree == 1 else scaled(now, 2, before)
            out = plus_linear(out, now, weight)
        return out

    def _after_maps(self, scaled: _Laplacian, feat: Tensor, maps: tuple[Tensor, ...]) -> Tensor:
        """Return the sum, from mapped features, from the highest degree down."""
        after, now = None, linear(feat, maps[-1])
        for weight in reversed(maps[1:-1]):
            after, now = now, plus_linear(scaled(now, 2, after), feat, weight)
        out = plus_linear(scaled(now, 1, after), feat, maps[0])
        return out if self.linear.bias is None else out + self.linear.bias


class _Laplacian:
    """The scaled Laplacian, as a function of features."""

    def __init__(self, relation: Relation, stretch: float | Tensor) -> None:
        """Take what its eigenvalues are multiplied with: a number, or one a node, shaped to multiply features."""
        self._relation = relation
        self._stretch = stretch

    def __call__(self, feat: Tensor, times: int = 1, less: Tensor | None = None) -> Tensor:
        """Return ``times * (stretch * (1 - M) @ feat - feat) - less``, in memory of its own."""
        kept = times * (self._stretch - 1)
        if isinstance(self._stretch, Tensor) and self._stretch.requires_grad:
            out = kept * feat - times * self._stretch * smooth(self._relation, feat, None)
        else:
            ends = degree_scale(self._relation, "dst", -0.5, feat.dtype)
            stretch = self._stretch.flatten() if isinstance(self._stretch, Tensor) else self._stretch
            # A sum does not ask for its result in the backward pass, so it is written over.
            out = scaled_sum(self._relation, feat, ends, -times * stretch * ends)
            if isinstance(kept, Tensor):
                out = out.addcmul_(feat.to(out.dtype), kept.to(out.dtype))
            elif kept != 0:
                out = out.add_(feat, alpha=kept)
        return out if less is None else out.sub_(less)


def _stretch(graph: GraphLike, feat: Tensor, lambda_max: float | Sequence[float] | Tensor) -> float | Tensor:
    """Return ``2 / lambda_max``, for each node where graphs differ."""
    if isinstance(lambda_max, (int, float)):
        return 2.0 / lambda_max
    values = torch.as_tensor(lambda_max, dtype=feat.dtype, device=feat.device)
    values = values.reshape(-1)
    of_graphs = graph if isinstance(graph, Graph) and not graph.is_block else None
    count = 1 if of_graphs is None else of_graphs.batch_size
    if len(values) not in (1, count):
        raise ShapeError(
            f"ChebConv: lambda_max has {len(values)} values for {count} graphs; expected a number, or one for each."
        )
    if of_graphs is not None and len(values) > 1:
        values = broadcast_nodes(of_graphs, values)
    return 2.0 / values.view(-1, *(1,) * (feat.dim() - 1))

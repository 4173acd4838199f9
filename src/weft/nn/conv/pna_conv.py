"""Principal neighbourhood aggregation: several statistics of the neighbours, each scaled by degree in several ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError
from weft.nn.conv.inputs import Features, both_features, check_vectors, optional_edge_features, relation_for
from weft.nn.conv.neighbour_statistics import EXTREMES, SPREADS, Messages, neighbour_statistics
from weft.nn.dense import Linear, linear
from weft.ops import u_add_e
from weft.ops.target import GraphLike
from weft.relation import Relation

SCALERS = ("identity", "amplification", "attenuation")
Places: TypeAlias = tuple[Tensor, Tensor] | None
"""Where sources and destinations lie along directions in the graph; for `DGNConv`."""


class PNAConv(nn.Module):
    """Statistics of the neighbours' messages beside the node's own features, mapped to its output.

    The features are cut into ``num_towers`` parts, and each tower has for its part ``x``

    - messages ``m[e] = M(x[u], x[v], edge_feat[e])`` along the edges ``e = (u, v)``;
    - ``z[v]``: every aggregator of the messages at ``v``, times every scaler of its in-degree ``d``: ``identity`` 1,
      ``amplification`` ``log(d + 1) / delta``, ``attenuation`` ``delta / log(d + 1)``;
    - ``out[v] = dropout(batchnorm(U(x[v], z[v]) / sqrt(n)))``, where ``n`` is the number of nodes of the graph of
      ``v``.

    The towers' outputs stand side by side and go through ``mixing_layer``, a linear map and a leaky ReLU. The layer
    adds its input where both sizes are the same and ``residual`` asks for it. A node without incoming edges has
    ``z[v] = 0``.

    Parameters: ``towers.<t>.M`` from ``2 * in_size / num_towers + edge_feat_size`` to ``in_size / num_towers``;
    ``towers.<t>.U``; ``towers.<t>.batchnorm``; ``mixing_layer.0``; drawn as PyTorch draws them. Spreads alone, without
    a mean or an extreme, do not depend on ``M``'s bias, which then takes no gradient.

    The statistics are taken without a message for each edge, see Note [Messages in parts] in
    weft/nn/conv/neighbour_statistics.py, and scaled after ``U``, which is linear. Towers share each pass over the
    edges.

    Source: Corso et al. 2020 (arXiv:2004.05718); DGL's ``dgl.nn.PNAConv``.

    >>> import weft
    >>> graph = weft.graph(([0, 1, 1], [1, 2, 0]))
    >>> layer = PNAConv(4, 6, ["mean", "std"], ["identity", "amplification"], delta=1.0, num_towers=2)
    >>> layer(graph, torch.rand(3, 4)).shape
    torch.Size([3, 6])
    """

    aggregators_known: tuple[str, ...] = (*EXTREMES, *SPREADS)

    def __init__(
        self,
        in_size: int,
        out_size: int,
        aggregators: Sequence[str],
        scalers: Sequence[str],
        delta: float,
        dropout: float = 0.0,
        num_towers: int = 1,
        edge_feat_size: int = 0,
        residual: bool = True,
    ) -> None:
        """Make the layer.

        Args:
            in_size: size of input features.
            out_size: size of output features.
            aggregators: of ``mean``, ``max``, ``min``, ``sum``, ``std``, ``var``, ``moment3``, ``moment4``,
                ``moment5``; a moment is central, and its root is taken.
            scalers: of ``identity``, ``amplification`` and ``attenuation``.
            delta: what ``log(d + 1)`` is compared with: its mean over the nodes of the training graphs.
            dropout: of the towers' outputs.
            num_towers: number of parts, which divides both sizes.
            edge_feat_size: size of edge features; 0 for none.
            residual: whether the input is added where its size is that of the output.

        Raises:
            InputError: an unknown aggregator or scaler, or towers that do not divide the sizes.
        """
        super().__init__()
        where = type(self).__name__
        for name, values, choices in (
            ("aggregators", aggregators, self.aggregators_known),
            ("scalers", scalers, SCALERS),
        ):
            if isinstance(values, str) or not values:
                raise InputError(f"{where}: got {name}={values!r}; expected a list with one name or more.")
            for value in values:
                checks.choice(where, name, value, choices)
        if in_size % num_towers or out_size % num_towers:
            raise InputError(
                f"{where}: {num_towers} towers do not divide in_size={in_size} and out_size={out_size}; give a "
                "num_towers that divides both."
            )
        self.in_size = in_size
        self.out_size = out_size
        self.tower_in_size = in_size // num_towers
        self.tower_out_size = out_size // num_towers
        self.edge_feat_size = edge_feat_size
        self.residual = residual and in_size == out_size
        self._aggregators, self._scalers, self._delta = tuple(aggregators), tuple(scalers), delta
        num_statistics = len(aggregators) * len(scalers)
        self.towers = nn.ModuleList(
            [
                _Tower(self.tower_in_size, self.tower_out_size, num_statistics, edge_feat_size, dropout)
                for _ in range(num_towers)
            ]
        )
        self.mixing_layer = nn.Sequential(Linear(out_size, out_size), nn.LeakyReLU())

    def reset_parameters(self) -> None:
        """Draw the parameters anew, and forget the statistics of the batches."""
        for layer in (*self.towers.modules(), *self.mixing_layer):
            if isinstance(layer, (nn.Linear, nn.BatchNorm1d)):
                layer.reset_parameters()

    def forward(self, graph: GraphLike, node_feat: Features, edge_feat: Tensor | None = None) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges; or a batch.
            node_feat: ``(S, in_size)``, or a pair for sources and destinations; see Note [Features of a layer].
            edge_feat: ``(E, edge_feat_size)``, for a layer made with such.

        Returns:
            ``(D, out_size)``.

        Raises:
            InputError: edge features that are missing, or that the layer was not made for.
            ShapeError: a shape that does not fit.
        """
        return self._run(graph, node_feat, edge_feat, None)

    def _run(self, graph: GraphLike, node_feat: Features, edge_feat: Tensor | None, places: Places) -> Tensor:
        where = type(self).__name__
        relation = relation_for(where, graph, allow_zero_in_degree=True)
        source, destination = both_features(where, graph, relation, node_feat)
        for name, value in (("node_feat", source), ("destination node_feat", destination)):
            check_vectors(where, name, value, self.in_size)
        edge_feat = optional_edge_features(where, relation, edge_feat, self.edge_feat_size)
        messages = self._messages(relation, source, destination, edge_feat)
        statistics = self._statistics(messages, destination, places)
        out = self._towers(graph, relation, destination, statistics)
        out = self.mixing_layer(out)
        return destination + out if self.residual else out

    def _statistics(self, messages: Messages, destination: Tensor, places: Places) -> list[Tensor]:
        """Return ``(D, in_size)`` for each aggregator."""
        return neighbour_statistics(messages, self._aggregators)

    def _each_tower(self) -> list[_Tower]:
        return [tower for tower in self.towers if isinstance(tower, _Tower)]

    def _messages(self, relation: Relation, source: Tensor, destination: Tensor, edge_feat: Tensor | None) -> Messages:
        """Return the messages of all towers side by side, in parts."""
        size, weights = self.tower_in_size, [tower.M.weight for tower in self._each_tower()]
        rows = linear(source, torch.block_diag(*(weight[:, :size] for weight in weights)))
        bias = torch.cat([tower.M.bias for tower in self._each_tower()])
        offset = linear(destination, torch.block_diag(*(weight[:, size : 2 * size] for weight in weights)), bias)
        if edge_feat is None:
            return Messages(relation, rows, False, offset)
        of_edges = linear(edge_feat, torch.cat([weight[:, 2 * size :] for weight in weights]))
        return Messages(relation, u_add_e(relation, rows, of_edges), True, offset)

    def _towers(self, graph: GraphLike, relation: Relation, destination: Tensor, statistics: list[Tensor]) -> Tensor:
        """Return ``(D, out_size)``: the outputs of the towers side by side."""
        towers, size = self._each_tower(), self.tower_in_size
        # A tower's statistics follow each other, so that it reads them where they lie.
        parts = [value.view(-1, len(towers), size) for value in statistics]
        of_towers = torch.stack(parts, 2).flatten(2)
        scales, norm = self._scales(relation, of_towers.dtype), graph_norm(graph, relation, of_towers.dtype)
        owns, towers_statistics = destination.split(size, 1), of_towers.to(destination.dtype).unbind(1)
        outs = [
            tower(own, of_tower, scales, norm)
            for tower, own, of_tower in zip(towers, owns, towers_statistics, strict=True)
        ]
        return torch.cat(outs, 1)

    def _scales(self, relation: Relation, dtype: torch.dtype) -> list[Tensor | None]:
        """Return ``(D, 1)`` for each scaler, None for ones."""
        if self._scalers == ("identity",):
            return [None]
        logarithm = torch.log(relation.in_degrees().clamp(min=1).to(dtype) + 1).unsqueeze(1)
        factors = {
            "identity": None,
            "amplification": logarithm / self._delta,
            "attenuation": self._delta / logarithm,
        }
        return [factors[scaler] for scaler in self._scalers]


class _Tower(nn.Module):
    """One tower's maps; see `PNAConv`."""

    def __init__(self, in_size: int, out_size: int, num_statistics: int, edge_feat_size: int, dropout: float) -> None:
        super().__init__()
        self.M = Linear(2 * in_size + edge_feat_size, in_size)
        self.U = Linear((num_statistics + 1) * in_size, out_size)
        self.dropout = nn.Dropout(dropout)
        self.batchnorm = nn.BatchNorm1d(out_size)

    def forward(self, own: Tensor, statistics: Tensor, scales: list[Tensor | None], norm: Tensor) -> Tensor:
        """Return ``(D, out_size)``.

        Args:
            own: ``(D, in_size)`` features.
            statistics: ``(D, aggregators * in_size)``.
            scales: ``(D, 1)`` or None for ones, for each scaler.
            norm: ``(D, 1)``, or of one number.
        """
        of_node, *of_scaler = self.U.weight.split([own.shape[1], *(statistics.shape[1] for _ in scales)], 1)
        out = linear(own, of_node, self.U.bias)
        for scale, weight in zip(scales, of_scaler, strict=True):
            part = linear(statistics, weight)
            out = out + (part if scale is None else part * scale.to(part.dtype))
        dropped: Tensor = self.dropout(self.batchnorm(out * norm.to(out.dtype)))
        return dropped


def graph_norm(graph: Any, relation: Relation, dtype: torch.dtype) -> Tensor:
    """Return ``1 / sqrt(nodes of its graph)`` for each destination, ``(D, 1)``; ``(1, 1)`` where there is one graph."""
    counts = None
    if hasattr(graph, "batch_num_nodes") and not graph.is_block:
        counts = graph.batch_num_nodes(graph.canonical_etypes[0][2])
    if counts is None or counts.shape[0] == 1:
        return torch.full((1, 1), relation.num_dst, dtype=dtype, device=relation.device).clamp(min=1).rsqrt()
    sizes = torch.repeat_interleave(counts.to(dtype), counts.long(), output_size=relation.num_dst)
    return sizes.rsqrt().unsqueeze(1)

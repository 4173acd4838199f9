"""Directional graph network: statistics of the neighbours, and differences along directions in the graph."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from weft.errors import InputError, ShapeError
from weft.nn.conv.inputs import Features, destinations_of, relation_for, source_features
from weft.nn.conv.neighbour_statistics import EXTREMES, SPREADS, Messages, neighbour_statistics
from weft.nn.conv.pna_conv import Places, PNAConv
from weft.ops import copy_e_sum, gspmm, u_mul_e_sum, u_sub_v
from weft.ops.target import GraphLike

DIRECTIONS = tuple(f"dir{number}-{kind}" for number in (1, 2, 3) for kind in ("av", "dx"))


class DGNConv(PNAConv):
    """As :class:`weft.nn.PNAConv`, with aggregators that look along eigenvectors of the graph.

    With ``d[e] = eig_vec[u, n - 1] - eig_vec[v, n - 1]`` over the edges ``e = (u, v)`` of a node, and its messages
    ``m[e]``,

    - ``dir<n>-av`` is their mean weighted by ``abs(d)``;
    - ``dir<n>-dx`` is the size of their derivative: ``abs(sum(d[e] * (m[e] - x[v]))) / sum(abs(d[e]))``.

    Both are 0 where all ``d`` are. The other aggregators are those of ``PNAConv``; with none but them, ``eig_vec`` is
    not needed (DGL 2.1 fails then).

    Parameters: those of ``PNAConv``.

    Source: Beaini et al. 2021 (arXiv:2010.02863); DGL's ``dgl.nn.DGNConv``.

    >>> import torch, weft
    >>> graph = weft.graph(([0, 1, 1, 2], [1, 0, 2, 1]))
    >>> layer = DGNConv(4, 6, ["mean", "dir1-av", "dir1-dx"], ["identity"], delta=1.0)
    >>> layer(graph, torch.rand(3, 4), eig_vec=weft.lap_pe(graph, k=1)).shape
    torch.Size([3, 6])
    """

    aggregators_known = (*EXTREMES, *SPREADS, *DIRECTIONS)

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
        """Make the layer; arguments and errors are those of ``PNAConv``, with the aggregators above."""
        super().__init__(in_size, out_size, aggregators, scalers, delta, dropout, num_towers, edge_feat_size, residual)
        self._num_directions = max([_direction(name) for name in aggregators if name in DIRECTIONS] or [0])
        # DGL makes the towers twice: the same seed gives the same parameters only if they are drawn twice here.
        for tower in self._each_tower():
            tower.M.reset_parameters()
            tower.U.reset_parameters()

    def forward(
        self, graph: GraphLike, node_feat: Features, edge_feat: Tensor | None = None, eig_vec: Features | None = None
    ) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges; or a batch.
            node_feat: ``(S, in_size)``, or a pair for sources and destinations; see Note [Features of a layer].
            edge_feat: ``(E, edge_feat_size)``, for a layer made with such.
            eig_vec: ``(S, k)``, or a pair likewise: entries of eigenvectors of the graph's Laplacian, without the
                constant one; as many as the directions that the aggregators name.

        Returns:
            ``(D, out_size)``.

        Raises:
            InputError: edge features or eigenvectors that are missing, or that the layer was not made for.
            ShapeError: a shape that does not fit.
        """
        return self._run(graph, node_feat, edge_feat, self._places(graph, eig_vec))

    def _places(self, graph: GraphLike, eig_vec: Features | None) -> Places:
        """Return entries of eigenvectors at sources and destinations, as many as are named."""
        most = self._num_directions
        if most == 0:
            return None
        if eig_vec is None:
            raise InputError(f"DGNConv: forward got no eig_vec, but the aggregators look along {most} of them.")
        relation = relation_for("DGNConv", graph, allow_zero_in_degree=True)
        source = source_features("DGNConv", relation, eig_vec)
        if isinstance(eig_vec, tuple):
            destination = eig_vec[1]
            relation.check_rows("DGNConv", "eig_vec[1]", destination, "v")
        else:
            destination = destinations_of("DGNConv", graph, relation, source)
        for value in (source, destination):
            if value.dim() != 2 or value.shape[1] < most:
                raise ShapeError(
                    f"DGNConv: eig_vec has shape {tuple(value.shape)}; expected (nodes, {most} or more), an "
                    "eigenvector for each direction."
                )
        return source[:, :most], destination[:, :most]

    def _statistics(self, messages: Messages, destination: Tensor, places: Places) -> list[Tensor]:
        plain = [name for name in self._aggregators if name not in DIRECTIONS]
        found = dict(zip(plain, neighbour_statistics(messages, plain), strict=True))
        if places is not None:
            differences = u_sub_v(messages.relation, *places)
            sizes = copy_e_sum(messages.relation, differences.abs())
            sizes = sizes.masked_fill(sizes == 0, 1.0)
            for name in (one for one in DIRECTIONS if one in self._aggregators):
                column = slice(_direction(name) - 1, _direction(name))
                along = differences[:, column].abs() if name.endswith("av") else differences[:, column]
                total = _weighted_sum(messages, along)
                if name.endswith("dx"):
                    total = (total - copy_e_sum(messages.relation, along) * destination).abs()
                found[name] = total / sizes[:, column]
        return [found[name] for name in self._aggregators]


def _direction(name: str) -> int:
    return int(name.split("-")[0].removeprefix("dir"))


def _weighted_sum(messages: Messages, weights: Tensor) -> Tensor:
    """Return ``(D, size)``: the sum of the messages, each times a number ``(E, 1)``."""
    relation, rows, of_edges, offset = messages
    summed = (
        gspmm(relation, "copy_rhs", "sum", None, rows * weights) if of_edges else u_mul_e_sum(relation, rows, weights)
    )
    return summed + copy_e_sum(relation, weights) * offset

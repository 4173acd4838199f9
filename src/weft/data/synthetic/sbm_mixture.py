"""Graphs of communities, some close-knit and some the other way round, with their line graphs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.data.graph_dataset import Content, GraphDataset
from weft.errors import IdError, InputError
from weft.graph import Graph, graph
from weft.graph.batching import batch
from weft.transforms import line_graph

Pairs = str | Sequence[float] | Sequence[Sequence[float]]
Item = tuple[Graph, Graph, Tensor, Tensor, Tensor]


class SBMMixtureDataset(GraphDataset):
    """Graphs of equal communities, of which some join their own and some the others, for line graph networks.

    An item is ``(graph, line graph, degrees, degrees of the line graph, sources)``: the graph with every edge both
    ways; its line graph without backtracking; in-degrees of both, float32; and the source of each edge, int64. Node
    ``i`` is in community ``i * n_communities // n_nodes``.

    Two nodes of one community are joined with a chance of ``p / n_nodes``, others with ``q / n_nodes``.

    Args:
        n_graphs: how many.
        n_nodes: of each graph, a multiple of ``n_communities``.
        n_communities: of each graph.
        k: with ``pq="Appendix_C"``, how many times ``avg_deg`` the sum of p and q is.
        avg_deg: mean degree that p and q are drawn for.
        pq: a pair for all graphs, a pair for each, or ``"Appendix_C"``: q is uniform from 0 to
            ``avg_deg - sqrt(avg_deg)``, p is ``k * avg_deg - q``, and with a chance of one half they change places.
        rng: generator of all draws, or its seed; None draws anew each time.

    Raises:
        InputError: no graphs, communities that are not equal, or pairs that are no chances.

    Source: Chen et al. 2019 (arXiv:1705.08415), appendix C; DGL's ``dgl.data.SBMMixtureDataset``.
    """

    def __init__(
        self,
        n_graphs: int,
        n_nodes: int,
        n_communities: int,
        k: float = 2,
        avg_deg: float = 3,
        pq: Pairs = "Appendix_C",
        rng: int | np.random.Generator | np.random.RandomState | None = None,
    ) -> None:
        where = type(self).__name__
        for name, value in (("n_graphs", n_graphs), ("n_nodes", n_nodes), ("n_communities", n_communities)):
            checks.whole_number(where, name, value, least=1)
        if n_nodes % n_communities:
            raise InputError(f"{where}: {n_nodes} nodes cannot be parted into {n_communities} equal communities.")
        self.n_graphs, self.n_nodes, self.n_communities = n_graphs, n_nodes, n_communities
        self.k, self.avg_deg = k, avg_deg
        self._generator = (
            rng if isinstance(rng, (np.random.Generator, np.random.RandomState)) else np.random.default_rng(rng)
        )
        self.pairs = self._pairs(pq)
        """p and q of each graph."""
        super().__init__("sbmmixture", hash_key=None)

    def _pairs(self, pq: Pairs) -> list[tuple[float, float]]:
        where = type(self).__name__
        if isinstance(pq, str):
            checks.choice(where, "pq", pq, ("Appendix_C",))
            if self.avg_deg < 1:
                raise InputError(f"{where}: got avg_deg={self.avg_deg}; expected 1 or more with pq='Appendix_C'.")
            pairs = []
            for _ in range(self.n_graphs):
                few = float(self._generator.uniform(0, self.avg_deg - np.sqrt(self.avg_deg)))
                many = self.k * self.avg_deg - few
                pairs.append((many, few) if self._generator.uniform() < 0.5 else (few, many))
        else:
            given = (
                np.broadcast_to(np.asarray(pq, dtype=np.float64), (self.n_graphs, 2))
                if _is_pairs(pq, self.n_graphs)
                else None
            )
            if given is None:
                raise InputError(
                    f"{where}: got pq={pq!r}; expected a pair, or a pair for each of {self.n_graphs} graphs."
                )
            pairs = [(float(p), float(q)) for p, q in given]
        if not all(0 <= chance <= self.n_nodes for pair in pairs for chance in pair):
            raise InputError(f"{where}: p and q lie between 0 and the {self.n_nodes} nodes; got {pairs}.")
        return pairs

    def read(self, folder: Path) -> Content:
        """Return graphs and line graphs, one after the other; nothing is read."""
        graphs: list[Graph] = []
        for p, q in self.pairs:
            made = self._draw(p, q)
            graphs += [made, line_graph(made, backtracking=False)]
        return Content(graphs)

    def _draw(self, p: float, q: float) -> Graph:
        """Return one graph: community by community, the pairs of one or two of them that are joined."""
        size = self.n_nodes // self.n_communities
        low, high = np.triu_indices(size, k=1)
        ends = [np.zeros((0, 2), np.int64)]
        for one in range(self.n_communities):
            for other in range(one, self.n_communities):
                count = len(low) if one == other else size * size
                chance = (p if one == other else q) / self.n_nodes
                chosen = self._choose(count, int(self._generator.binomial(count, chance)))
                src, dst = (low[chosen], high[chosen]) if one == other else (chosen // size, chosen % size)
                ends.append(np.stack([src + one * size, dst + other * size], axis=1))
        joined = torch.from_numpy(np.concatenate(ends))
        both = torch.cat([joined, joined.flip(1)])
        order = (both[:, 0] * self.n_nodes + both[:, 1]).argsort()
        return graph((both[order, 0], both[order, 1]), num_nodes=self.n_nodes)

    def _choose(self, count: int, chosen: int) -> np.ndarray:
        """Return different numbers below ``count``, each as likely as the others."""
        return np.asarray(self._generator.choice(count, size=chosen, replace=False), dtype=np.int64)

    def __len__(self) -> int:
        return self.n_graphs

    def __getitem__(self, index: int) -> Item:  # type: ignore[override]
        """Return graph, line graph, degrees of both, and the source of each edge.

        Raises:
            IdError: the index is past the end.
        """
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IdError(f"SBMMixtureDataset: index {index} is past the end of its {len(self)} graphs.")
        made, lines = self.graphs[2 * place : 2 * place + 2]
        return made, lines, made.in_degrees().float(), lines.in_degrees().float(), made.edges()[0]

    def collate_fn(self, x: Sequence[Item]) -> Item:
        """Return items as one: both batches, and rows one after the other, with sources counted in the batch."""
        graphs, lines, degrees, line_degrees, _ = zip(*x, strict=True)
        together = batch(list(graphs))
        return together, batch(list(lines)), torch.cat(degrees), torch.cat(line_degrees), together.edges()[0]


def _is_pairs(pq: object, count: int) -> bool:
    """Return whether the value is a pair of numbers, or ``count`` of them."""
    try:
        return np.asarray(pq, dtype=np.float64).shape in ((2,), (count, 2))
    except (TypeError, ValueError):
        return False

"""Eight families of graphs that differ in structure alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.errors import InputError
from weft.graph import Graph, graph

FAMILIES = ("cycle", "star", "wheel", "lollipop", "hypercube", "grid", "clique", "circular ladder")
"""Name of each class."""
_LEAST_NODES = 4


class MiniGCDataset(GraphDataset):
    """Graphs of eight families, each with its family as label; as many of each as the number allows.

    | label | family | nodes, for ``n`` drawn |
    |---|---|---|
    | 0 | cycle | ``n`` |
    | 1 | star | ``n`` |
    | 2 | wheel | ``n`` |
    | 3 | lollipop: a clique with a path of 2 to ``n / 2`` nodes at it | ``n`` |
    | 4 | hypercube | the power of two that is at most ``n`` |
    | 5 | grid of 2 to ``n / 2`` rows | the multiple of the rows that is at most ``n`` |
    | 6 | clique | ``n`` |
    | 7 | circular ladder | the even number that is at most ``n`` |

    Every edge goes both ways, and every node has a loop. No features. Graphs are in the order of their labels; each is
    a function of the seed and its place.

    Args:
        num_graphs: how many.
        min_num_v: least number of nodes to draw, at least 4.
        max_num_v: number of nodes that is not drawn any more.
        seed: of all draws.
        save_graph: keep the graphs on disk.
        force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: no graphs, fewer than 4 nodes, or ``max_num_v`` not above ``min_num_v``.

    Source: DGL's ``dgl.data.MiniGCDataset``, where the last family gets what division by 8 leaves over.

    >>> data = MiniGCDataset(16, 10, 20, save_graph=False)
    >>> data.labels.tolist(), data[0][0].num_edges() == 3 * data[0][0].num_nodes()
    ([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7], True)
    """

    item_labels = ("label",)

    def __init__(
        self,
        num_graphs: int,
        min_num_v: int,
        max_num_v: int,
        seed: int = 0,
        save_graph: bool = True,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        where = type(self).__name__
        self.num_graphs = checks.whole_number(where, "num_graphs", num_graphs, least=1)
        """How many."""
        self.min_num_v = checks.whole_number(where, "min_num_v", min_num_v, least=_LEAST_NODES)
        """Least number of nodes that is drawn."""
        if max_num_v <= min_num_v:
            raise InputError(f"{where}: got min_num_v={min_num_v} and max_num_v={max_num_v}; expected more, not fewer.")
        self.max_num_v = max_num_v
        """Least number of nodes that is not drawn any more."""
        self.seed = seed
        """Seed of all draws."""
        super().__init__(
            "minigc",
            hash_key=(num_graphs, min_num_v, max_num_v, seed) if save_graph else None,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    @property
    def labels(self) -> Tensor:
        """``(graphs,)`` int64: the place of the family in `FAMILIES`."""
        return self.content.labels["label"]

    def read(self, folder: Path) -> Content:
        """Return the graphs; nothing is read."""
        labels = torch.arange(self.num_graphs) * len(FAMILIES) // self.num_graphs
        graphs = []
        for number, label in enumerate(labels.tolist()):
            generator = np.random.default_rng([self.seed % 2**64, number])
            num_nodes = int(generator.integers(self.min_num_v, self.max_num_v))
            # Of a lollipop its path, of a grid its rows.
            part = int(generator.integers(2, max(3, num_nodes // 2)))
            graphs.append(_with_loops(_MAKERS[label](num_nodes, part)))
        return Content(graphs, {"label": labels}, {"num_classes": len(FAMILIES)})


def _with_loops(shape: Any) -> Graph:
    """Return an undirected graph of NetworkX, with its nodes in their order, both ways and with loops."""
    places = {node: place for place, node in enumerate(shape)}
    ends = torch.tensor([(places[u], places[v]) for u, v in shape.edges() if u != v], dtype=torch.int64).reshape(-1, 2)
    loops = torch.arange(len(places))
    return graph((torch.cat([ends[:, 0], ends[:, 1], loops]), torch.cat([ends[:, 1], ends[:, 0], loops])))


def _cycle(num_nodes: int, part: int) -> Any:
    import networkx

    return networkx.cycle_graph(num_nodes)


def _star(num_nodes: int, part: int) -> Any:
    import networkx

    return networkx.star_graph(num_nodes - 1)


def _wheel(num_nodes: int, part: int) -> Any:
    import networkx

    return networkx.wheel_graph(num_nodes)


def _lollipop(num_nodes: int, part: int) -> Any:
    import networkx

    return networkx.lollipop_graph(num_nodes - part, part)


def _hypercube(num_nodes: int, part: int) -> Any:
    import networkx

    return networkx.hypercube_graph(num_nodes.bit_length() - 1)


def _grid(num_nodes: int, part: int) -> Any:
    import networkx

    return networkx.grid_2d_graph(part, num_nodes // part)


def _clique(num_nodes: int, part: int) -> Any:
    import networkx

    return networkx.complete_graph(num_nodes)


def _circular_ladder(num_nodes: int, part: int) -> Any:
    import networkx

    return networkx.circular_ladder_graph(num_nodes // 2)


_MAKERS: tuple[Callable[[int, int], Any], ...] = (
    *(_cycle, _star, _wheel, _lollipop),
    *(_hypercube, _grid, _clique, _circular_ladder),
)

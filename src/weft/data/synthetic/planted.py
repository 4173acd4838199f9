"""Graphs with motifs planted in them, so that what explains the class of a node is known."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from weft import checks
from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.synthetic.motifs import (
    HOUSE,
    Planted,
    barabasi_albert,
    binary_tree,
    cycle_motif,
    grid_motif,
    join,
    perturb,
    plant,
)
from weft.graph import Graph, graph

_WORDS = 10
_TELLING = 2


class PlantedDataset(GraphDataset):
    """One graph with planted motifs; the base of the four data sets below.

    The graph, ``dataset[0]``, has every edge both ways. The nodes of the base come first, then motif after motif:

    - ``ndata["label"]`` int64: 0 outside motifs, in a motif the role;
    - ``ndata["feat"]`` float32: all ones, unless said otherwise;
    - ``ndata["motif"]``, ``edata["motif"]`` int64: number of the motif that a node or an edge belongs to, -1 for none.
      The edges of a motif are what an explanation of its nodes' classes should find.

    With a seed the graph is a function of the arguments and is kept on disk; without one it is drawn anew each time.

    Source: Ying et al. 2019 (arXiv:1903.03894). DGL's data sets of the same names have each edge one way only, the
    nodes in a random order, and no ``motif``.
    """

    def __init__(
        self,
        name: str,
        arguments: tuple[int | float, ...],
        seed: int | None,
        raw_dir: str | os.PathLike[str] | None,
        force_reload: bool,
        verbose: bool,
        transform: Transform | None,
    ) -> None:
        self.seed = seed
        """Seed of all draws; None for a graph that is drawn anew each time."""
        super().__init__(
            name,
            raw_dir=raw_dir,
            save_dir=raw_dir,
            hash_key=None if seed is None else (*arguments, seed),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph; nothing is read."""
        generator = np.random.default_rng(None if self.seed is None else self.seed % 2**64)
        planted = self.plant(generator)
        made = _as_graph(planted)
        self.add_features(made, generator)
        return Content([made], {}, {"num_classes": int(planted.labels.max(initial=-1)) + 1})

    def plant(self, generator: np.random.Generator) -> Planted:
        """Return the graph with its motifs."""
        raise NotImplementedError(f"{type(self).__name__} does not say what is planted: define plant(self, generator).")

    def add_features(self, made: Graph, generator: np.random.Generator) -> None:
        """Add ``feat``."""
        made.ndata.update({"feat": torch.ones(made.num_nodes(), 1)})

    def _check(self, **counts: tuple[int, int]) -> None:
        """Refuse counts below their least value."""
        for name, (value, least) in counts.items():
            checks.whole_number(type(self).__name__, name, value, least=least)


def _as_graph(planted: Planted) -> Graph:
    """Return the graph with every edge both ways."""
    ends = torch.from_numpy(planted.edges)
    made = graph(
        (torch.cat([ends[:, 0], ends[:, 1]]), torch.cat([ends[:, 1], ends[:, 0]])), num_nodes=len(planted.labels)
    )
    made.ndata.update({"label": torch.from_numpy(planted.labels)})
    made.ndata.update({"motif": torch.from_numpy(planted.node_motif)})
    made.edata.update({"motif": torch.from_numpy(planted.edge_motif).repeat(2)})
    return made


class BAShapeDataset(PlantedDataset):
    """Houses planted in a Barabasi-Albert graph: 4 classes; by default 700 nodes and 4,110 edges.

    Classes of nodes: 0 in the base, 1 in the middle of a house, 2 at its bottom, 3 on its top. A house has 5 nodes and
    6 edges, and is joined to the base at its middle.

    Args:
        num_base_nodes: of the Barabasi-Albert graph.
        num_base_edges_per_node: how many others a new node of it is joined to.
        num_motifs: houses.
        perturb_ratio: edges added at random, as a share of all others.
        seed: of all draws; None draws anew each time.
        raw_dir: folder to keep the graph in; `get_download_dir` by default.
        force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: a count that is too small, a negative share, or too many edges to add.

    Source: Ying et al. 2019 (arXiv:1903.03894), BA-Shapes; DGL's ``dgl.data.BAShapeDataset``; see `PlantedDataset`.

    >>> shapes = BAShapeDataset(seed=0, verbose=False)[0]
    >>> torch.bincount(shapes.ndata["label"]).tolist(), int((shapes.edata["motif"] >= 0).sum())
    ([300, 160, 160, 80], 960)
    """

    def __init__(
        self,
        num_base_nodes: int = 300,
        num_base_edges_per_node: int = 5,
        num_motifs: int = 80,
        perturb_ratio: float = 0.01,
        seed: int | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self.num_base_nodes, self.num_base_edges_per_node = num_base_nodes, num_base_edges_per_node
        self.num_motifs, self.perturb_ratio = num_motifs, perturb_ratio
        self._check(num_base_nodes=(num_base_nodes, 1), num_motifs=(num_motifs, 0))
        arguments = (num_base_nodes, num_base_edges_per_node, num_motifs, perturb_ratio)
        super().__init__("BA-SHAPES", arguments, seed, raw_dir, force_reload, verbose, transform)

    def plant(self, generator: np.random.Generator) -> Planted:
        """Return houses in a Barabasi-Albert graph."""
        where = type(self).__name__
        base = barabasi_albert(where, self.num_base_nodes, self.num_base_edges_per_node, generator)
        planted = plant(base, self.num_base_nodes, HOUSE, self.num_motifs, generator)
        return perturb(where, planted, self.perturb_ratio, generator)


class BACommunityDataset(PlantedDataset):
    """Two graphs as of `BAShapeDataset`, joined by random edges: 8 classes; by default 1,400 nodes and 7,744 edges.

    Classes 0 to 3 are those of the first community, 4 to 7 those of the second. ``ndata["feat"]`` is ``(nodes, 10)``:
    normal, the first two with mean -1 in the first community and 1 in the second and variance 0.5, the others with mean
    0 and variance 1.

    Args:
        num_base_nodes, num_base_edges_per_node, num_motifs, perturb_ratio: of each community, as for `BAShapeDataset`.
        num_inter_edges: edges between the communities.
        seed, raw_dir, force_reload, verbose, transform: as for `BAShapeDataset`.

    Raises:
        InputError: as `BAShapeDataset`, or more edges between the communities than pairs.

    Source: Ying et al. 2019 (arXiv:1903.03894), BA-Community; DGL's ``dgl.data.BACommunityDataset``, whose features are
    float64; see `PlantedDataset`.
    """

    def __init__(
        self,
        num_base_nodes: int = 300,
        num_base_edges_per_node: int = 4,
        num_motifs: int = 80,
        perturb_ratio: float = 0.01,
        num_inter_edges: int = 350,
        seed: int | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self.num_base_nodes, self.num_base_edges_per_node = num_base_nodes, num_base_edges_per_node
        self.num_motifs, self.perturb_ratio, self.num_inter_edges = num_motifs, perturb_ratio, num_inter_edges
        self._check(num_base_nodes=(num_base_nodes, 1), num_motifs=(num_motifs, 0))
        arguments = (num_base_nodes, num_base_edges_per_node, num_motifs, perturb_ratio, num_inter_edges)
        super().__init__("BA-COMMUNITY", arguments, seed, raw_dir, force_reload, verbose, transform)

    def plant(self, generator: np.random.Generator) -> Planted:
        """Return two communities of houses in Barabasi-Albert graphs."""
        where = type(self).__name__
        communities = []
        for _ in range(2):
            base = barabasi_albert(where, self.num_base_nodes, self.num_base_edges_per_node, generator)
            planted = plant(base, self.num_base_nodes, HOUSE, self.num_motifs, generator)
            communities.append(perturb(where, planted, self.perturb_ratio, generator))
        return join(where, communities[0], communities[1], self.num_inter_edges, generator)

    def add_features(self, made: Graph, generator: np.random.Generator) -> None:
        """Add ``feat``, which tells the communities apart."""
        num_nodes = made.num_nodes()
        features = generator.normal(size=(num_nodes, _WORDS))
        sides = np.where(np.arange(num_nodes) < num_nodes // 2, -1.0, 1.0)
        features[:, :_TELLING] = features[:, :_TELLING] * np.sqrt(0.5) + sides[:, None]
        made.ndata.update({"feat": torch.from_numpy(features.astype(np.float32))})


class TreeCycleDataset(PlantedDataset):
    """Cycles planted in a binary tree: 2 classes; by default 871 nodes and 1,878 edges.

    Classes of nodes: 0 in the tree, 1 in a cycle. A cycle is joined to the tree by one edge.

    Args:
        tree_height: steps from the root to the leaves.
        num_motifs: cycles.
        cycle_size: nodes of a cycle.
        perturb_ratio, seed, raw_dir, force_reload, verbose, transform: as for `BAShapeDataset`.

    Raises:
        InputError: a count that is too small, a negative share, or too many edges to add.

    Source: Ying et al. 2019 (arXiv:1903.03894), Tree-Cycles; DGL's ``dgl.data.TreeCycleDataset``, which joins some
    cycles by further edges; see `PlantedDataset`.
    """

    def __init__(
        self,
        tree_height: int = 8,
        num_motifs: int = 60,
        cycle_size: int = 6,
        perturb_ratio: float = 0.01,
        seed: int | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self.tree_height, self.num_motifs = tree_height, num_motifs
        self.cycle_size, self.perturb_ratio = cycle_size, perturb_ratio
        self._check(tree_height=(tree_height, 0), num_motifs=(num_motifs, 0), cycle_size=(cycle_size, 3))
        arguments = (tree_height, num_motifs, cycle_size, perturb_ratio)
        super().__init__("TREE-CYCLES", arguments, seed, raw_dir, force_reload, verbose, transform)

    def plant(self, generator: np.random.Generator) -> Planted:
        """Return cycles in a tree."""
        tree = binary_tree(self.tree_height)
        planted = plant(tree, len(tree) + 1, cycle_motif(self.cycle_size), self.num_motifs, generator)
        return perturb(type(self).__name__, planted, self.perturb_ratio, generator)


class TreeGridDataset(PlantedDataset):
    """Square grids planted in a binary tree: 2 classes; by default 1,231 nodes and 3,410 edges.

    Classes of nodes: 0 in the tree, 1 in a grid. A grid is joined to the tree by one edge at a corner.

    Args:
        tree_height: steps from the root to the leaves.
        num_motifs: grids.
        grid_size: nodes of a side.
        perturb_ratio, seed, raw_dir, force_reload, verbose, transform: as for `BAShapeDataset`.

    Raises:
        InputError: a count that is too small, a negative share, or too many edges to add.

    Source: Ying et al. 2019 (arXiv:1903.03894), Tree-Grid; DGL's ``dgl.data.TreeGridDataset``; see `PlantedDataset`.
    """

    def __init__(
        self,
        tree_height: int = 8,
        num_motifs: int = 80,
        grid_size: int = 3,
        perturb_ratio: float = 0.1,
        seed: int | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self.tree_height, self.num_motifs = tree_height, num_motifs
        self.grid_size, self.perturb_ratio = grid_size, perturb_ratio
        self._check(tree_height=(tree_height, 0), num_motifs=(num_motifs, 0), grid_size=(grid_size, 1))
        arguments = (tree_height, num_motifs, grid_size, perturb_ratio)
        super().__init__("TREE-GRIDS", arguments, seed, raw_dir, force_reload, verbose, transform)

    def plant(self, generator: np.random.Generator) -> Planted:
        """Return grids in a tree."""
        tree = binary_tree(self.tree_height)
        planted = plant(tree, len(tree) + 1, grid_motif(self.grid_size), self.num_motifs, generator)
        return perturb(type(self).__name__, planted, self.perturb_ratio, generator)

"""The collection of TU Dortmund: graphs to classify."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.graphs.tu_files import TUTables, read_tu, tu_files, tu_graphs, tu_labels
from weft.data.many_graphs import Fold, folds_from_labels, labels_from_folds, read_folds
from weft.data.published import published_files
from weft.errors import InputError
from weft.graph import Graph

_FOLDS = "splits-dwivedi"
"""Folder of published folds, beside the folders of the data sets."""


class TUDataset(GraphDataset):
    """A data set of the TU collection: ``MUTAG``, ``ENZYMES``, ``PROTEINS``, ``DD``, ``COLLAB``, ``IMDB-BINARY`` ...

    MUTAG: 188 molecules of 17.93 atoms and 19.79 bonds on average, 2 classes. ENZYMES: 600 proteins of 32.63 parts and
    62.14 neighbours, 18 attributes, 6 classes. An item is ``(graph, label)``, the label ``(1,)`` int64, from 0 in the
    order of the published numbers; for a data set with attributes of graphs and no labels, these, float64.

    What the files give: ``ndata['node_labels']`` int64 ``(N, 1)`` from 0, ``ndata['node_attr']`` float64 ``(N, k)``,
    ``edata['edge_labels']`` int64 ``(E, 1)`` from 0, ``edata['edge_attr']`` float64 (DGL calls it ``node_labels``); and
    always ``weft.NID`` and ``weft.EID``, the lines of the files counted from 0. Edges stand in both directions, source
    after source, with the duplicates that some files have (``weft.to_simple`` removes them).

    Args:
        name: of the data set; its files are ``<name>/<name>_A.txt`` and so on, in the folder ``tudataset``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        TableError: a file is malformed, or there are neither labels nor attributes of graphs.

    Source: Morris et al. 2020 (arXiv:2007.08663); DGL's ``TUDataset``.
    """

    item_labels = ("graph_labels",)

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        splits = [f"{_FOLDS}/{name}_{part}.index" for part in ("train", "val", "test")]
        super().__init__(
            name,
            [*tu_files(name), *published_files("tudataset", splits, optional=True)],
            folder="tudataset",
            raw_dir=raw_dir,
            hash_key=(name,),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs, their labels and the folds."""
        tables = read_tu(folder, self.name)
        graphs = tu_graphs(tables)
        labels, num_classes = tu_labels(tables)
        content = Content(graphs, {"graph_labels": labels}, {"max_num_node": max(g.num_nodes() for g in graphs)})
        if num_classes is not None:
            content.info["num_classes"] = num_classes
        if (folder / _FOLDS / f"{self.name}_train.index").is_file():
            content.labels |= labels_from_folds(read_folds(folder / _FOLDS, self.name))
        return content

    @property
    def graph_lists(self) -> list[Graph]:
        """The graphs: DGL's name for ``graphs``."""
        return self.graphs

    @property
    def graph_labels(self) -> Tensor:
        """``(graphs, 1)`` labels, int64, or attributes, float64."""
        return self.content.labels["graph_labels"]

    @property
    def max_num_node(self) -> int:
        """Nodes of the largest graph."""
        return int(self.info["max_num_node"])

    @property
    def folds(self) -> list[Fold]:
        """Published folds, where they are there: ten for ENZYMES (480, 60 and 60 graphs); else an empty list.

        Source: Dwivedi et al. 2023 (arXiv:2003.00982), the files ``splits-dwivedi/<name>_train.index`` and so on.
        """
        return folds_from_labels(self.content.labels)


class LegacyTUDataset(GraphDataset):
    """A data set of the TU collection with one feature for each node, ``ndata['feat']`` float32.

    The feature is the attributes of a node; where the files have none, its label as one of ``k``; where they have none
    either, ones. Graphs have ``weft.NID`` and ``weft.EID`` besides. An item is ``(graph, label)``; the label is one
    number, the published one less the smallest.

    Args:
        name: as for `TUDataset`.
        use_pandas: accepted and without effect, as files are read fast either way.
        hidden_size: how many ones a node has that has no feature.
        max_allow_node: leave out graphs with more nodes than this.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: no graph is small enough, or a size below 1.
        TableError: as for `TUDataset`.

    Source: Ying et al. 2018 (arXiv:1806.08804), for whom it was made; DGL's ``LegacyTUDataset``.
    """

    item_labels = ("graph_labels",)

    def __init__(
        self,
        name: str,
        use_pandas: bool = False,
        hidden_size: int = 10,
        max_allow_node: int | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if hidden_size < 1:
            raise InputError(f"LegacyTUDataset: hidden_size={hidden_size}; expected 1 or more.")
        self.hidden_size, self.max_allow_node, self.use_pandas = hidden_size, max_allow_node, use_pandas
        super().__init__(
            name,
            tu_files(name),
            folder="tudataset",
            raw_dir=raw_dir,
            hash_key=("legacy", name, hidden_size, max_allow_node),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs with their features, without those that are too large."""
        tables = read_tu(folder, self.name)
        labels = _numbers_from_zero(tables)
        graphs = [_with_feature(g, tables, self.hidden_size) for g in tu_graphs(tables)]
        most = max(g.num_nodes() for g in graphs)
        if self.max_allow_node is not None:
            kept = [number for number, g in enumerate(graphs) if g.num_nodes() <= self.max_allow_node]
            if not kept:
                raise InputError(f"LegacyTUDataset: no graph has max_allow_node={self.max_allow_node} nodes or fewer.")
            graphs, labels, most = [graphs[number] for number in kept], labels[kept], self.max_allow_node
        info = {"max_num_node": most}
        if "graph_labels" in tables.columns:
            info["num_classes"] = int(tables.columns["graph_labels"].max() - tables.columns["graph_labels"].min()) + 1
        return Content(graphs, {"graph_labels": labels}, info)

    @property
    def graph_lists(self) -> list[Graph]:
        """The graphs: DGL's name for ``graphs``."""
        return self.graphs

    @property
    def graph_labels(self) -> Tensor:
        """``(graphs,)`` labels, int64, or attributes, float64."""
        return self.content.labels["graph_labels"]

    @property
    def max_num_node(self) -> int:
        """Nodes of the largest graph; ``max_allow_node`` where it is given."""
        return int(self.info["max_num_node"])

    def statistics(self) -> tuple[int, int, int]:
        """Return the size of a feature, the number of classes and ``max_num_node``."""
        size = self.graphs[0].node_attr_schemes()["feat"].shape[0]
        return size, self.num_classes, self.max_num_node


def _numbers_from_zero(tables: TUTables) -> Tensor:
    labels, num_classes = tu_labels(tables)
    if num_classes is None:
        return labels[:, 0] if labels.shape[1] == 1 else labels
    published = torch.from_numpy(tables.columns["graph_labels"][:, 0])
    return published - published.min()


def _with_feature(g: Graph, tables: TUTables, hidden_size: int) -> Graph:
    """Return a graph with the feature of `LegacyTUDataset` in the place of all columns but the numbers."""
    attributes, labels = g.ndata.pop("node_attr", None), g.ndata.pop("node_labels", None)
    for name in ("edge_labels", "edge_attr"):
        g.edata.pop(name, None)
    if attributes is not None:
        g.ndata.update({"feat": attributes.float()})
    elif labels is not None:
        count = int(tables.columns["node_labels"].max()) + 1
        g.ndata.update({"feat": torch.nn.functional.one_hot(labels[:, 0], count).float()})
    else:
        g.ndata.update({"feat": torch.ones(g.num_nodes(), hidden_size)})
    return g

"""The nine data sets of the paper on graph isomorphism networks, in one text file each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.edges import read_columns
from weft.data.formats.text import open_text
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.many_graphs import Fold, folds_from_labels, graphs_from_columns, labels_from_folds
from weft.data.published import published_files
from weft.data.raw_files import RawFile, find_raw_files, places_of
from weft.errors import InputError, TableError, did_you_mean, name_choices

_ARCHIVE = "https://raw.githubusercontent.com/weihua916/powerful-gnns/master/dataset.zip"
_NUM_FOLDS = 10


class GINDataset(GraphDataset):
    """Graphs to classify as in the paper on GIN: ``MUTAG``, ``PTC``, ``NCI1``, ``IMDBBINARY`` ... (`NAMES`).

    MUTAG 188 graphs, PTC 344, NCI1 4,110 (29.87 nodes on average), IMDBBINARY 1,000 (19.77), IMDBMULTI 1,500 (13.00),
    COLLAB 5,000, PROTEINS 1,113, REDDITBINARY 2,000, REDDITMULTI5K 4,999. An item is ``(graph, label)``; labels of
    graphs and of nodes count from 0 in the order in which they first stand in the file.

    ``ndata['label']`` int64: the label of a node, or its in-degree with ``degree_as_nlabel``. ``ndata['attr']``
    float32: the attributes of a node where the file has them, else its label as one of ``k``, column after column in
    the order of the labels (in DGL, for MUTAG, in another order). Edges stand node after node, in both directions.

    Args:
        name: of the data set.
        self_loop: each node has an edge to itself, behind its others.
        degree_as_nlabel: in-degrees take the place of labels, unless the file has attributes.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: another name.
        TableError: the file is malformed; the message has the line.

    Source: Xu et al. 2019 (arXiv:1810.00826); DGL's ``GINDataset``.
    """

    NAMES = (
        "MUTAG",
        "COLLAB",
        "IMDBBINARY",
        "IMDBMULTI",
        "NCI1",
        "PROTEINS",
        "PTC",
        "REDDITBINARY",
        "REDDITMULTI5K",
    )
    """Names of the data sets."""
    item_labels = ("labels",)

    def __init__(
        self,
        name: str,
        self_loop: bool,
        degree_as_nlabel: bool = False,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if name not in self.NAMES:
            raise InputError(
                f"GINDataset: name={name!r}; expected one of {name_choices(self.NAMES)}."
                f"{did_you_mean(name, self.NAMES)}"
            )
        self.self_loop, self.degree_as_nlabel = self_loop, degree_as_nlabel
        folds = [f"10fold_idx/{part}_idx-{fold + 1}.txt" for part in ("train", "test") for fold in range(_NUM_FOLDS)]
        place = f"{name}/"
        files = published_files("dgcnn-txt", [f"{place}{name}.txt"])
        files += published_files("dgcnn-txt", [f"{place}{fold}" for fold in folds], optional=True)
        of_gin = [
            RawFile(f"dataset/{place}{file}", url=_ARCHIVE, member=f"dataset/{place}{file}", optional=file in folds)
            for file in (f"{name}.txt", *folds)
        ]
        # The archive of GIN wraps the folders of DGCNN in another one.
        self._place = Path(name)
        if find_raw_files(files, places_of("dgcnn-txt", raw_dir)) is None and (
            files[0].url is None or find_raw_files(of_gin, places_of("dgcnn-txt", raw_dir)) is not None
        ):
            files, self._place = of_gin, Path("dataset") / name
        super().__init__(
            name,
            files,
            folder="dgcnn-txt",
            raw_dir=raw_dir,
            hash_key=("gin", name, self_loop, degree_as_nlabel),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs, their labels and the folds."""
        place = folder / self._place
        rows = read_node_lines(place / f"{self.name}.txt", self_loop=self.self_loop)
        label, attr = node_columns(rows, degree_as_nlabel=self.degree_as_nlabel)
        graphs = graphs_from_columns(
            rows.num_nodes, rows.num_edges, rows.src, rows.dst, ndata={"label": label, "attr": attr}
        )
        content = Content(graphs, {"labels": rows.graph_label}, {"num_classes": int(rows.graph_label.max()) + 1})
        if (place / "10fold_idx" / "train_idx-1.txt").is_file():
            content.labels |= labels_from_folds(_read_folds(place / "10fold_idx", len(graphs)))
        return content

    @property
    def labels(self) -> Tensor:
        """``(graphs,)`` int64."""
        return self.content.labels["labels"]

    @property
    def gclasses(self) -> int:
        """Number of classes of graphs: DGL's name for ``num_classes``."""
        return self.num_classes

    @property
    def dim_nfeats(self) -> int:
        """Numbers in ``ndata['attr']``."""
        return int(self.graphs[0].node_attr_schemes()["attr"].shape[0])

    @property
    def folds(self) -> list[Fold]:
        """The ten published folds where they are there, without graphs for validation; else an empty list.

        In MUTAG and PTC all test parts are as large as each other, so 8 and 4 graphs are in none.

        Source: Zhang et al. 2018 (AAAI, DGCNN), the files ``10fold_idx/train_idx-1.txt`` and so on.
        """
        return folds_from_labels(self.content.labels)


class NodeLines(NamedTuple):
    """What a file of `GINDataset` says, graph after graph."""

    num_nodes: Tensor
    """``(graphs,)`` int64."""
    num_edges: Tensor
    """``(graphs,)`` int64."""
    graph_label: Tensor
    """``(graphs,)`` int64, from 0 as they first stand in the file."""
    src: Tensor
    """``(edges,)`` int64, from 0 in each graph."""
    dst: Tensor
    """``(edges,)`` int64."""
    node_label: Tensor
    """``(nodes,)`` int64, from 0 as they first stand in the file."""
    attr: Tensor | None
    """``(nodes, k)`` float32, or None where there are none."""


def read_node_lines(path: Path, *, self_loop: bool) -> NodeLines:
    """Return the graphs of a file that begins with their number.

    A graph is a line of its number of nodes and its label, and a line a node: label, number of neighbours, the
    neighbours, attributes. An edge goes from the node of the line to the neighbour.

    Raises:
        TableError: the file ends early, or a line has too few numbers or no such neighbour; the message has the line.
    """
    node_of, edges_of, labels, ends, degrees, node_labels, attributes = [], [], [], [], [], [], []
    with open_text(path) as lines:
        numbered = enumerate((line.split() for line in lines), start=1)
        (count,) = _whole(path, next(numbered, (1, [])), 1)
        for _ in range(count):
            num_nodes, label = _whole(path, next(numbered, (0, [])), 2)
            labels.append(label)
            node_of.append(num_nodes)
            num_edges = 0
            for node in range(num_nodes):
                number, fields = next(numbered, (0, []))
                node_label, degree = _whole(path, (number, fields[:2]), 2)
                neighbours = list(_whole(path, (number, fields[2 : 2 + max(degree, 0)]), degree))
                if degree < 0 or not all(0 <= neighbour < num_nodes for neighbour in neighbours):
                    raise TableError(f"read_node_lines: line {number} of {str(path)!r} has a neighbour out of range.")
                neighbours += [node] if self_loop else []
                ends += neighbours
                degrees.append(len(neighbours))
                num_edges += len(neighbours)
                node_labels.append(node_label)
                attributes.append(fields[2 + degree :])
            edges_of.append(num_edges)
    position = torch.cat([torch.arange(nodes) for nodes in node_of])
    return NodeLines(
        torch.tensor(node_of),
        torch.tensor(edges_of),
        _in_order_of_first(labels),
        position.repeat_interleave(torch.tensor(degrees)),
        torch.tensor(ends, dtype=torch.int64),
        _in_order_of_first(node_labels),
        _attributes(path, attributes),
    )


def node_columns(rows: NodeLines, *, degree_as_nlabel: bool) -> tuple[Tensor, Tensor]:
    """Return ``label`` and ``attr`` of all nodes."""
    if rows.attr is not None:
        return rows.node_label, rows.attr
    label = rows.node_label
    if degree_as_nlabel:
        starts = torch.tensor([0, *accumulate(rows.num_nodes.tolist())][:-1]).repeat_interleave(rows.num_edges)
        label = torch.bincount(rows.dst + starts, minlength=len(label))
    _, place = torch.unique(label, return_inverse=True)
    return label, torch.nn.functional.one_hot(place).float()


def _whole(path: Path, line: tuple[int, Sequence[str]], count: int) -> list[int]:
    """Return the ``count`` whole numbers of a numbered line."""
    number, fields = line
    try:
        values = [int(field) for field in fields]
    except ValueError:
        values = []
    if len(values) != count:
        where = f"line {number}" if number else "the end"
        raise TableError(f"read_node_lines: {where} of {str(path)!r}: expected {count} whole numbers, got {fields}.")
    return values


def _in_order_of_first(values: Sequence[int]) -> Tensor:
    """Return the values numbered from 0 as they are first met."""
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return torch.tensor([numbers[value] for value in values], dtype=torch.int64)


def _attributes(path: Path, rows: Sequence[Sequence[str]]) -> Tensor | None:
    sizes = {len(row) for row in rows}
    if len(sizes) > 1:
        raise TableError(f"read_node_lines: {str(path)!r} has nodes with {sorted(sizes)} attributes.")
    if sizes == {0} or not sizes:
        return None
    try:
        return torch.from_numpy(np.array(rows, dtype=np.float32))
    except ValueError as error:
        raise TableError(f"read_node_lines: {str(path)!r} has an attribute that is no number: {error}.") from None


def _read_folds(folder: Path, num_graphs: int) -> list[Fold]:
    folds = []
    for number in range(1, _NUM_FOLDS + 1):
        train, test = (
            torch.from_numpy(read_columns(folder / f"{part}_idx-{number}.txt", 1)[:, 0].copy())
            for part in ("train", "test")
        )
        if min(train.min(), test.min()) < 0 or max(train.max(), test.max()) >= num_graphs:
            raise TableError(f"GINDataset: fold {number} in {str(folder)!r} has a graph that is not there.")
        folds.append(Fold(train, torch.zeros(0, dtype=torch.int64), test))
    return folds

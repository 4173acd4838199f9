"""Pairs of Cora's classes to tell apart: the set of line graph networks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from weft.data.dataset import Transform
from weft.data.formats.arrays import existing
from weft.data.formats.edges import directed_graph
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.data.restricted_unpickle import load_pickle
from weft.errors import TableError
from weft.graph import Graph
from weft.graph.batching import batch

_FILES = ("graphs.txt", "pmpds.pkl", "labels.txt")
_URL = "https://data.dgl.ai/dataset/cora_binary.zip"
Item = tuple[Graph, scipy.sparse.coo_matrix, NDArray[np.int64]]
"""A graph, the matrix between its nodes and its edges, and a label a node."""


class CoraBinary(GraphDataset):
    """Subgraphs of Cora, each of the papers of two classes that cite each other.

    ``dataset[i]`` is ``(graph, matrix, labels)``: a graph; the sparse matrix of SciPy's that line graph networks use to
    go between nodes and edges; an array of a class, 0 or 1, a node.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: files are not to be had, or ``pmpds.pkl`` holds more than sparse matrices.
        TableError: files are malformed or do not belong together.

    Source: Chen et al. 2019, "Supervised community detection with line graph neural networks" (arXiv:1705.08415). DGL's
    ``CoraBinary``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self.pmpds: list[scipy.sparse.coo_matrix] = []
        """The matrix of each graph."""
        self.labels: list[NDArray[np.int64]] = []
        """The labels of each graph."""
        super().__init__(
            "cora_binary",
            [RawFile(name, url=_URL, member=name) for name in _FILES],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=None,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs; matrices and labels go to the attributes."""
        edges = _read_blocks(folder / "graphs.txt", 2)
        graphs = [directed_graph(block[:, 0], block[:, 1], int(block.max()) + 1) for block in edges]
        self.labels = [block[:, 0] for block in _read_blocks(folder / "labels.txt", 1)]
        matrices = load_pickle(folder / "pmpds.pkl")
        self.pmpds = [scipy.sparse.coo_matrix(matrix) for matrix in matrices] if isinstance(matrices, list) else []
        if {len(self.labels), len(self.pmpds)} != {len(graphs)}:
            raise TableError(
                f"CoraBinary: {str(folder)!r} has {len(graphs)} graphs, {len(self.pmpds)} matrices and "
                f"{len(self.labels)} lists of labels; expected as many of each."
            )
        return Content(graphs, info={"num_classes": 2})

    def __getitem__(self, index: Any) -> Any:
        """Return graph, matrix and labels at ``index``; a slice, a list or a tensor of indices gives a `Subset`."""
        found = super().__getitem__(index)
        if not isinstance(found, Graph):
            return found
        place = int(index)
        return found, self.pmpds[place], self.labels[place]

    @staticmethod
    def collate_fn(cur: Sequence[Item]) -> Item:
        """Return several items as one: a batch of graphs, a matrix of blocks, labels one after the other."""
        graphs, matrices, labels = zip(*cur, strict=True)
        return batch(list(graphs)), scipy.sparse.block_diag(matrices), np.concatenate(labels)


def _read_blocks(path: Path, columns: int) -> list[NDArray[np.int64]]:
    """Return the numbers between lines that begin with ``graph``, ``(lines, columns)`` a block; empty blocks are
    nothing.

    Raises:
        TableError: no such file, or a line of anything else; the message has its number.
    """
    blocks: list[list[list[int]]] = []
    with existing(path, "CoraBinary").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.startswith("graph"):
                blocks.append([])
                continue
            fields = line.split()
            if not blocks or len(fields) != columns or not all(field.isdecimal() for field in fields):
                raise TableError(f"CoraBinary: line {number} of {str(path)!r} is {line.rstrip()!r}.")
            blocks[-1].append([int(field) for field in fields])
    return [np.array(block, dtype=np.int64) for block in blocks if block]

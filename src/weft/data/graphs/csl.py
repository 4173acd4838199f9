"""Circular skip links: regular graphs that message passing alone cannot tell apart."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.torch_files import read_torch
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.many_graphs import Fold, folds_from_labels, labels_from_folds, read_folds
from weft.data.published import published_files
from weft.data.restricted_unpickle import load_pickle
from weft.errors import TableError
from weft.graph import graph

_STEM = "Kary_Deterministic_Graphs"


class CSLDataset(GraphDataset):
    """CSL: 150 graphs of 41 nodes, ten classes of fifteen graphs each, told apart by the length of their skips.

    Each node of a ring of 41 has two neighbours in the ring and two at the distance of the skip, and in the published
    files an edge to itself. An item is ``(graph, label)``; ``ndata['feat']`` int64 is 0 for all nodes. ``folds`` has
    the five published ones, of 90, 30 and 30 graphs. A network that only passes messages reaches 10 percent.

    Args:
        self_loop: keep the edges from a node to itself, as published; False leaves the four neighbours.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        TableError, InputError: a file is malformed.

    Source: Murphy et al. 2019 (arXiv:1903.02541); files and folds of Dwivedi et al. 2023 (arXiv:2003.00982).
    """

    item_labels = ("labels",)

    def __init__(
        self,
        self_loop: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        self.self_loop = self_loop
        names = ["CSL.zip", *(f"CSL_{part}.index" for part in ("train", "val", "test"))]
        super().__init__(
            "csl",
            published_files("csl", names),
            raw_dir=raw_dir,
            hash_key=(self_loop,),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs, their labels and the folds."""
        try:
            with zipfile.ZipFile(folder / "CSL.zip") as archive:
                with archive.open(f"graphs_{_STEM}.pkl") as stream:
                    matrices = load_pickle(stream)
                labels = read_torch(io.BytesIO(archive.read(f"y_{_STEM}.pt")))
        except (zipfile.BadZipFile, KeyError) as error:
            raise TableError(f"CSLDataset: {str(folder / 'CSL.zip')!r} cannot be used: {error}.") from error
        graphs = []
        for matrix in matrices:
            row, col = (np.asarray(ends, dtype=np.int64) for ends in (matrix.row, matrix.col))
            kept = (row != col) | self.self_loop
            ends = torch.from_numpy(row[kept]), torch.from_numpy(col[kept])
            g = graph(ends, num_nodes=matrix.shape[0])
            g.ndata.update({"feat": torch.zeros(matrix.shape[0], dtype=torch.int64)})
            graphs.append(g)
        labels = torch.as_tensor(labels).long()
        if labels.shape != (len(graphs),):
            raise TableError(f"CSLDataset: there are {len(graphs)} graphs and labels of shape {tuple(labels.shape)}.")
        content = Content(graphs, {"labels": labels}, {"num_classes": len(labels.unique())})
        content.labels |= labels_from_folds(read_folds(folder, "CSL"))
        return content

    @property
    def labels(self) -> Tensor:
        """``(150,)`` int64: class of each graph."""
        return self.content.labels["labels"]

    @property
    def folds(self) -> list[Fold]:
        """The five published folds."""
        return folds_from_labels(self.content.labels)

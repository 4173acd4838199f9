"""Proteins of human tissues and what they do."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_npy
from weft.data.formats.edges import adjacency_order, directed_graph
from weft.data.formats.json_file import read_json
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import InputError, ShapeError, name_choices

_GRAPH_IDS = {"train": range(1, 21), "valid": range(21, 23), "test": range(23, 25)}
_URL = "https://data.dgl.ai/dataset/ppi.zip"


class PPIDataset(GraphDataset):
    """A graph a tissue: 20 to train, 2 to validate, 2 to test; 50 features, 121 functions of which a protein may have
    some.

    On average 2,372 nodes a graph. ``ndata``: ``feat`` float32, ``label`` float32 ``(nodes, 121)`` of 0 and 1. Edges
    are as published, in both directions where the file has undirected ones, in the order of DGL; its left-over ``_ID``
    columns are not kept.

    Args:
        mode: ``train``, ``valid`` or ``test``.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: another mode, or files are not to be had.
        TableError, ShapeError: files are malformed or do not belong together.

    Source: Zitnik and Leskovec 2017 (arXiv:1707.04638), in the files of Hamilton et al. 2017 (arXiv:1706.02216). DGL's
    ``PPIDataset``.
    """

    def __init__(
        self,
        mode: str = "train",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if mode not in _GRAPH_IDS:
            raise InputError(f"PPIDataset: no mode {mode!r}; expected one of {name_choices(_GRAPH_IDS)}.")
        self.mode = mode
        """``train``, ``valid`` or ``test``."""
        names = [f"{mode}_{part}" for part in ("graph.json", "feats.npy", "labels.npy", "graph_id.npy")]
        super().__init__(
            "ppi",
            [RawFile(name, url=_URL, member=name) for name in names],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=(mode,),
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs of one part of the split."""
        data = read_json(folder / f"{self.mode}_graph.json", ("nodes", "links"))
        features, labels, graph_ids = (
            read_npy(folder / f"{self.mode}_{part}.npy") for part in ("feats", "labels", "graph_id")
        )
        if {len(features), len(labels), len(data["nodes"])} != {len(graph_ids)}:
            raise ShapeError(f"PPIDataset: the files of {self.mode!r} are not of one number of nodes.")
        ends = np.array([(link["source"], link["target"]) for link in data["links"]], dtype=np.int64).reshape(-1, 2)
        src, dst = adjacency_order(*ends.T, directed=bool(data.get("directed", False)))
        graphs = []
        for number in _GRAPH_IDS[self.mode]:
            nodes = np.flatnonzero(graph_ids == number)
            inside = (graph_ids[src] == number) & (graph_ids[dst] == number)
            places = np.searchsorted(nodes, src[inside]), np.searchsorted(nodes, dst[inside])
            graph = directed_graph(places[0], places[1], len(nodes))
            feat, label = (torch.from_numpy(rows[nodes].astype(np.float32)) for rows in (features, labels))
            graph.ndata.update({"feat": feat, "label": label})
            graphs.append(graph)
        return Content(graphs, info={"num_classes": labels.shape[1]})

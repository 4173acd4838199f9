"""Graphs with a house or a ring in them, which is what tells their two classes apart."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile, find_raw_files, places_of
from weft.data.restricted_unpickle import load_pickle
from weft.data.synthetic.motifs import HOUSE, barabasi_albert, cycle_motif, plant
from weft.errors import TableError
from weft.graph import Graph, graph

_FILE = RawFile("BA-2motif.pkl")
_FOLDER = "BA-2motif"
_NUM_BASE = 20
_WORDS = 10


class BA2MotifDataset(GraphDataset):
    """1,000 graphs of 25 nodes, each with a label: 0 for a house in a Barabasi-Albert tree, 1 for a ring of five.

    ``ndata["feat"]`` is ``(25, 10)`` float32, all 0.1. Every edge goes both ways. In a generated graph
    ``ndata["motif"]`` and ``edata["motif"]`` are 0 in the motif and -1 outside.

    The published file ``BA-2motif.pkl`` is read where it is found (in ``raw_dir``, ``WEFT_DATA_DIR/BA-2motif`` or the
    user's folder of downloads); ``info["published"]`` says whether it was. Otherwise graphs are generated as the paper
    describes them.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.
        num_graphs: how many to generate.
        seed: of what is generated.

    Raises:
        InputError: the file holds more than arrays, or ``num_graphs`` is below 2.
        TableError: its arrays do not belong together.

    Source: Luo et al. 2020 (arXiv:2011.04573); DGL's ``dgl.data.BA2MotifDataset``, which downloads the file.
    """

    item_labels = ("label",)

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
        *,
        num_graphs: int = 1000,
        seed: int = 0,
    ) -> None:
        self.num_graphs = checks.whole_number("BA2MotifDataset", "num_graphs", num_graphs, least=2)
        """How many are generated."""
        self.seed = seed
        """Seed of what is generated."""
        published = find_raw_files([_FILE], places_of(_FOLDER, raw_dir)) is not None
        super().__init__(
            "ba_2motif",
            [_FILE] if published else [],
            folder=_FOLDER,
            raw_dir=raw_dir,
            hash_key=("published",) if published else ("generated", num_graphs, seed),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    @property
    def labels(self) -> Tensor:
        """``(graphs,)`` int64."""
        return self.content.labels["label"]

    def read(self, folder: Path) -> Content:
        """Return the graphs with their labels, of the published file or generated."""
        graphs, labels = _of_file(folder / _FILE.name) if self.files else _generated(self.num_graphs, self.seed)
        info = {"num_classes": 2, "published": bool(self.files)}
        return Content(graphs, {"label": labels}, info)


def _of_file(path: Path) -> tuple[list[Graph], Tensor]:
    """Return what the published file holds: adjacency matrices, features and labels, as one-hot rows or as classes."""
    loaded = load_pickle(path)
    if not isinstance(loaded, (tuple, list)) or len(loaded) != 3:
        raise TableError(f"BA2MotifDataset: {str(path)!r} holds no three arrays.")
    adjacencies, features, labels = (np.asarray(part) for part in loaded)
    if adjacencies.ndim != 3 or features.ndim != 3 or len({len(adjacencies), len(features), len(labels)}) != 1:
        raise TableError(
            f"BA2MotifDataset: {str(path)!r} holds arrays of the shapes {adjacencies.shape}, {features.shape} and "
            f"{labels.shape}; expected (graphs, nodes, nodes), (graphs, nodes, features) and (graphs, classes)."
        )
    graphs = []
    for adjacency, feature in zip(adjacencies, features, strict=True):
        src, dst = (torch.from_numpy(ends) for ends in adjacency.nonzero())
        made = graph((src, dst), num_nodes=len(adjacency))
        made.ndata.update({"feat": torch.from_numpy(feature.astype(np.float32))})
        graphs.append(made)
    classes = labels.argmax(axis=1) if labels.ndim == 2 else labels
    return graphs, torch.from_numpy(classes.astype(np.int64))


def _generated(num_graphs: int, seed: int) -> tuple[list[Graph], Tensor]:
    """Return graphs of both classes in turn, half of them each."""
    graphs = []
    labels = torch.arange(num_graphs) % 2
    for number, label in enumerate(labels.tolist()):
        generator = np.random.default_rng([seed % 2**64, number])
        tree = barabasi_albert("BA2MotifDataset", _NUM_BASE, 1, generator)
        planted = plant(tree, _NUM_BASE, cycle_motif(5) if label else HOUSE, 1, generator)
        ends = torch.from_numpy(planted.edges)
        made = graph((torch.cat([ends[:, 0], ends[:, 1]]), torch.cat([ends[:, 1], ends[:, 0]])))
        made.ndata.update({"feat": torch.full((made.num_nodes(), _WORDS), 0.1)})
        made.ndata.update({"motif": torch.from_numpy(planted.node_motif)})
        made.edata.update({"motif": torch.from_numpy(planted.edge_motif).repeat(2)})
        graphs.append(made)
    return graphs, labels

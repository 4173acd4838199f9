"""How news spreads: trees of who passed it on, to tell false news from true."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_npy, read_sparse_npz
from weft.data.formats.edges import mask_of, read_columns
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.graphs.tu_files import TUTables, tu_graphs
from weft.data.raw_files import RawFile
from weft.errors import IdError, InputError, ShapeError, name_choices

_ARCHIVES = {"gossipcop": "FakeNewsGOS.zip", "politifact": "FakeNewsPOL.zip"}
_FEATURES = ("bert", "content", "profile", "spacy")
_PARTS = ("train", "val", "test")


class FakeNewsDataset(GraphDataset):
    """Trees of retweets, ``'politifact'`` or ``'gossipcop'``; 2 classes, true and false news.

    Politifact: 314 trees, 41,054 nodes, 40,740 edges. Gossipcop: 5,464 trees, 314,262 nodes, 308,798 edges. The root is
    the news, the others are users who passed it on. An item is ``(graph, label)``; ``ndata['feat']`` float32 is the
    feature of a node: ``bert`` 768 numbers, ``content`` 310, ``profile`` 10, ``spacy`` 300; ``weft.NID`` and
    ``weft.EID`` are the rows of the files. `train_mask`, `val_mask` and `test_mask` are the published parts.

    Args:
        name: ``'politifact'`` or ``'gossipcop'``, the folder of the files too.
        feature_name: ``'bert'``, ``'content'``, ``'profile'`` or ``'spacy'``.
        raw_dir, transform: as for `Dataset`.

    Raises:
        InputError: another name.
        TableError, ShapeError, IdError: the files are malformed or do not go together.

    Source: Dou et al. 2021 (arXiv:2104.12259); DGL's ``FakeNewsDataset``, whose graphs have no ``feat``.
    """

    item_labels = ("labels",)

    def __init__(
        self,
        name: str,
        feature_name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        transform: Transform | None = None,
    ) -> None:
        if name not in _ARCHIVES:
            raise InputError(f"FakeNewsDataset: name={name!r}; expected 'gossipcop' or 'politifact'.")
        if feature_name not in _FEATURES:
            raise InputError(
                f"FakeNewsDataset: feature_name={feature_name!r}; expected one of {name_choices(_FEATURES)}."
            )
        self.feature_name = feature_name
        url = f"https://data.dgl.ai/dataset/{_ARCHIVES[name]}"
        names = ["A.txt", "graph_labels.npy", "node_graph_id.npy", *(f"{part}_idx.npy" for part in _PARTS)]
        names.append(f"new_{feature_name}_feature.npz")
        super().__init__(
            name,
            [RawFile(file, url=url, member=file) for file in names],
            raw_dir=raw_dir,
            hash_key=(feature_name,),
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the trees, their labels and parts, and the features of all nodes."""
        labels = torch.from_numpy(read_npy(folder / "graph_labels.npy").astype(np.int64)).reshape(-1)
        graph_of_node = read_npy(folder / "node_graph_id.npy").astype(np.int64).reshape(-1)
        feature = read_sparse_npz(folder / f"new_{self.feature_name}_feature.npz").toarray().astype(np.float32)
        ends = read_columns(folder / "A.txt", 2, delimiter=",")
        if len(feature) != len(graph_of_node) or len(graph_of_node) == 0:
            raise ShapeError(f"FakeNewsDataset: {len(feature)} rows of features for {len(graph_of_node)} nodes.")
        if len(ends) and (ends.min() < 0 or ends.max() >= len(graph_of_node)):
            raise IdError(f"FakeNewsDataset: A.txt has a node that is not among the {len(graph_of_node)} nodes.")
        graphs = tu_graphs(TUTables(ends, graph_of_node, {"node_attributes": feature}))
        if len(graphs) != len(labels):
            raise ShapeError(f"FakeNewsDataset: {len(graphs)} trees and {len(labels)} labels.")
        for g in graphs:
            g.ndata.update({"feat": g.ndata.pop("node_attr")})
        masks = {f"{part}_mask": mask_of(read_npy(folder / f"{part}_idx.npy"), len(graphs)) for part in _PARTS}
        content_labels = {"labels": labels, "feature": torch.from_numpy(feature), **masks}
        return Content(graphs, content_labels, {"num_classes": 2})

    @property
    def labels(self) -> Tensor:
        """``(graphs,)`` int64."""
        return self.content.labels["labels"]

    @property
    def feature(self) -> Tensor:
        """``(nodes, k)`` float32: the features of the nodes of all trees, in the order of the files."""
        return self.content.labels["feature"]

    @property
    def num_graphs(self) -> int:
        """Number of trees."""
        return len(self)

    @property
    def train_mask(self) -> Tensor:
        """``(graphs,)`` bool."""
        return self.content.labels["train_mask"]

    @property
    def val_mask(self) -> Tensor:
        """``(graphs,)`` bool."""
        return self.content.labels["val_mask"]

    @property
    def test_mask(self) -> Tensor:
        """``(graphs,)`` bool."""
        return self.content.labels["test_mask"]

"""The node data sets of the Open Graph Benchmark."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_npz
from weft.data.formats.edges import mask_of
from weft.data.formats.ogb import read_ogb_graph, read_ogb_table
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import InputError, ShapeError, name_choices

_URL = "https://snap.stanford.edu/ogb/data/nodeproppred/"
_PARTS = ("train", "valid", "test")
_MAG = ("author", "affiliated_with", "institution"), ("author", "writes", "paper"), ("paper", "cites", "paper")
_MAG_RELATIONS = (*_MAG, ("paper", "has_topic", "field_of_study"))


@dataclass(frozen=True)
class _Set:
    """What is known of one data set."""

    archive: str
    """Name of its archive, and of the folder in it."""
    split: str
    """Name of its split."""
    metric: str
    """How it is measured."""
    inverse: bool = False
    """Whether each edge gets its reverse."""
    columns: tuple[str, ...] = ("node-feat",)
    """Files of features, of nodes and edges."""
    ntype: str | None = None
    """The node type with labels, where there are several."""
    binary: bool = False
    """Whether it comes as arrays instead of tables."""


_SETS = {
    "ogbn-arxiv": _Set("arxiv", "time", "acc", columns=("node-feat", "node_year")),
    "ogbn-products": _Set("products", "sales_ranking", "acc", inverse=True),
    "ogbn-proteins": _Set("proteins", "species", "rocauc", inverse=True, columns=("node_species", "edge-feat")),
    "ogbn-mag": _Set("mag", "time", "acc", columns=("node-feat", "node_year", "edge_reltype"), ntype="paper"),
    "ogbn-papers100M": _Set("papers100M-bin", "time", "acc", columns=("node-feat", "node_year"), binary=True),
}


class OGBNodeDataset(GraphDataset):
    """One of OGB's data sets of nodes, by its name.

    | name | nodes | edges here | features | classes | split by | measure |
    |---|---|---|---|---|---|---|
    | ogbn-arxiv | 169,343 | 1,166,243 | 128 | 40 | time | accuracy |
    | ogbn-products | 2,449,029 | 123,718,280 | 100 | 47 | sales rank | accuracy |
    | ogbn-proteins | 132,534 | 79,122,504 | 8 on edges | 112 tasks of 2 | species | ROC AUC |
    | ogbn-mag | 1,939,743 of 4 types | 21,111,007 of 4 types | 128 on papers | 349 | time | accuracy |
    | ogbn-papers100M | 111,059,956 | 1,615,685,872 | 128 | 172 | time | accuracy |

    ``dataset[0]`` is the graph with ``train_mask``, ``val_mask``, ``test_mask``, the published split; ``label`` int64,
    ``(nodes,)``, or ``(nodes, tasks)`` where there are several tasks, -1 where none is known; ``feat``, ``year`` and
    ``species`` on nodes and ``feat`` and ``reltype`` on edges, where they are published. In ogbn-mag, labels and masks
    are on papers. Edges are as OGB gives them: in ogbn-products and ogbn-proteins each is followed by its reverse,
    elsewhere they have one direction.

    Args:
        name: as above.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`; the folder is called ``ogbn_arxiv`` ... and
            has ``raw`` and ``split`` in it. The cache takes as much again: about 60 GB for ogbn-papers100M.

    Raises:
        InputError: another name, or files are not to be had.
        TableError, ShapeError: files are malformed or do not belong together.

    Source: Hu et al. 2020, "Open graph benchmark" (arXiv:2005.00687); licences: ODC-BY (arxiv, mag, papers100M),
    Amazon's (products), CC0 (proteins). Not in DGL, which the package ``ogb`` fills.
    """

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if name not in _SETS:
            raise InputError(f"OGBNodeDataset: no data set {name!r}; expected one of {name_choices(_SETS)}.")
        self._set = _SETS[name]
        archive = self._set.archive
        super().__init__(
            name,
            [RawFile(file, url=f"{_URL}{archive}.zip", member=f"{archive}/{file}") for file in _files(self._set)],
            folder=name.replace("-", "_"),
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph with its labels and split."""
        raw, ntype = folder / "raw", self._set.ntype
        built = read_ogb_graph(
            raw, self._set.columns, add_inverse_edge=self._set.inverse, several_types=ntype is not None
        )
        data = built.nodes[ntype or built.ntypes[0]].data
        num_nodes = built.num_nodes(ntype)
        labels = self._labels(raw)
        if len(labels) != num_nodes:
            raise ShapeError(f"OGBNodeDataset: {len(labels)} labels for {num_nodes} nodes in {str(folder)!r}.")
        data["label"] = labels
        for part, name in zip(_PARTS, ("train", "val", "test"), strict=True):
            ids = read_ogb_table(folder / _split_file(self._set, part), dtype=int)
            data[f"{name}_mask"] = mask_of(ids.reshape(-1), num_nodes)
        tasks = labels.shape[1] if labels.dim() > 1 else 1
        info = {"num_classes": int(labels.max()) + 1, "num_tasks": tasks, "metric": self._set.metric}
        return Content([built], info=info)

    def _labels(self, raw: Path) -> Tensor:
        """Return the labels, -1 where none is known."""
        if self._set.binary:
            rows = torch.from_numpy(read_npz(raw / "node-label.npz", "node_label")["node_label"])
        else:
            rows = torch.from_numpy(read_ogb_table(raw / _label_file(self._set)))
        if rows.is_floating_point():
            rows = torch.where(rows.isnan(), torch.full_like(rows, -1), rows)
        return rows.long()[:, 0] if rows.shape[1] == 1 else rows.long()

    def get_idx_split(self) -> dict[str, Tensor]:
        """Return ``train``, ``valid`` and ``test`` to the IDs of the nodes of each, as OGB does."""
        ntype = self._set.ntype or self.graphs[0].ntypes[0]
        data = self.graphs[0].nodes[ntype].data
        return {
            part: data[f"{name}_mask"].nonzero()[:, 0]
            for part, name in zip(_PARTS, ("train", "val", "test"), strict=True)
        }


def _label_file(known: _Set) -> str:
    """Return where the labels stand below ``raw``."""
    return f"node-label/{known.ntype}/node-label.csv.gz" if known.ntype else "node-label.csv.gz"


def _split_file(known: _Set, part: str) -> str:
    """Return where a part of the split stands."""
    return f"split/{known.split}/{known.ntype}/{part}.csv.gz" if known.ntype else f"split/{known.split}/{part}.csv.gz"


def _files(known: _Set) -> list[str]:
    """Return the paths of the files of a data set in its folder."""
    splits = [_split_file(known, part) for part in _PARTS]
    if known.binary:
        return ["raw/data.npz", "raw/node-label.npz", *splits]
    if known.ntype is None:
        names = ("edge", "num-node-list", "num-edge-list", *known.columns, "node-label")
        return [*(f"raw/{name}.csv.gz" for name in names), *splits]
    relations = ["___".join(triple) for triple in _MAG_RELATIONS]
    return [
        *("raw/triplet-type-list.csv.gz", "raw/num-node-dict.csv.gz", f"raw/{_label_file(known)}"),
        *(f"raw/relations/{name}/{file}.csv.gz" for name in relations for file in ("edge", "edge_reltype")),
        *(f"raw/node-feat/{known.ntype}/{file}.csv.gz" for file in ("node-feat", "node_year")),
        *splits,
    ]

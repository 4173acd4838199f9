"""Graphs of the Open Graph Benchmark: molecules, and protein neighbourhoods."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.ogb import read_ogb_columns, read_ogb_table
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.many_graphs import graphs_from_columns
from weft.data.raw_files import RawFile
from weft.errors import IdError, InputError, ShapeError, did_you_mean, name_choices

_TABLES = ("edge", "num-node-list", "num-edge-list", "graph-label")
_PARTS = ("train", "valid", "test")


class _Published(NamedTuple):
    """What OGB says of a data set."""

    archive: str
    metric: str
    num_classes: int | None
    split: str


_MOLECULES = {
    "ogbg-molbace": _Published("bace", "rocauc", 2, "scaffold"),
    "ogbg-molbbbp": _Published("bbbp", "rocauc", 2, "scaffold"),
    "ogbg-molchembl": _Published("chembl", "rocauc", 2, "scaffold"),
    "ogbg-molclintox": _Published("clintox", "rocauc", 2, "scaffold"),
    "ogbg-molesol": _Published("esol", "rmse", None, "scaffold"),
    "ogbg-molfreesolv": _Published("freesolv", "rmse", None, "scaffold"),
    "ogbg-molhiv": _Published("hiv", "rocauc", 2, "scaffold"),
    "ogbg-mollipo": _Published("lipophilicity", "rmse", None, "scaffold"),
    "ogbg-molmuv": _Published("muv", "ap", 2, "scaffold"),
    "ogbg-molpcba": _Published("pcba", "ap", 2, "scaffold"),
    "ogbg-molsider": _Published("sider", "rocauc", 2, "scaffold"),
    "ogbg-moltox21": _Published("tox21", "rocauc", 2, "scaffold"),
    "ogbg-moltoxcast": _Published("toxcast", "rocauc", 2, "scaffold"),
}
_PUBLISHED = {**_MOLECULES, "ogbg-ppa": _Published("ogbg_ppi_medium", "acc", 37, "species")}


class OGBGraphDataset(GraphDataset):
    """A graph property data set of OGB: ``'ogbg-molhiv'``, ``'ogbg-molesol'`` ... (`NAMES`), read from OGB's own files.

    Graphs: molesol 1,128, molfreesolv 642, mollipo 4,200, molbace 1,513, molbbbp 2,039, molsider 1,427, moltox21 7,831,
    molhiv 41,127, molpcba 437,929, ppa 158,100. An item is ``(graph, label)``; the label is ``(tasks,)``, int64 where
    all are whole and known, else float32, NaN where not known. ``ndata['feat']`` int64 ``(N, 9)`` are the atoms'
    features, ``edata['feat']`` int64 ``(E, 3)`` the bonds'; ppa has ``edata['feat']`` float32 ``(E, 7)`` alone.

    Args:
        name: of the data set. Its files are ``ogbg_molhiv/raw/edge.csv.gz``, ``.../split/scaffold/train.csv.gz`` and so
            on, below the folder ``ogbg-mol-derived`` of ``WEFT_DATA_DIR`` or, with ``raw_dir``, below that.
        add_inverse_edge: files have one direction of a bond; give each its reverse, next to it, with the same feature.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: another name.
        TableError, ShapeError, IdError: the files are malformed or do not go together.

    Source: Hu et al. 2020 (arXiv:2005.00687); molecules of Wu et al. 2018 (arXiv:1703.00564).
    """

    NAMES = tuple(_PUBLISHED)
    """Names of the data sets."""
    item_labels = ("labels",)

    def __init__(
        self,
        name: str,
        add_inverse_edge: bool = True,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if name not in _PUBLISHED:
            raise InputError(
                f"OGBGraphDataset: name={name!r}; expected one of {name_choices(_PUBLISHED)}."
                f"{did_you_mean(name, _PUBLISHED)}"
            )
        self.add_inverse_edge = add_inverse_edge
        super().__init__(
            name,
            _files(name),
            folder="ogbg-mol-derived",
            raw_dir=raw_dir,
            hash_key=(add_inverse_edge,),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs, their labels and the published split."""
        place = folder / _folder(self.name)
        columns = read_ogb_columns(place / "raw", add_inverse_edge=self.add_inverse_edge)
        graphs = graphs_from_columns(
            columns.num_nodes, columns.num_edges, columns.src, columns.dst, ndata=columns.ndata, edata=columns.edata
        )
        labels = torch.from_numpy(read_ogb_table(place / "raw" / "graph-label.csv.gz"))
        if len(labels) != len(graphs):
            raise ShapeError(f"OGBGraphDataset: {len(labels)} rows of labels for {len(graphs)} graphs.")
        content = Content(graphs, {"labels": labels}, {})
        for part in _PARTS:
            table = read_ogb_table(place / "split" / _PUBLISHED[self.name].split / f"{part}.csv.gz", np.int64)
            content.labels[part] = torch.from_numpy(table.reshape(-1))
            if bool(((content.labels[part] < 0) | (content.labels[part] >= len(graphs))).any()):
                raise IdError(f"OGBGraphDataset: part {part!r} has a graph that is not among the {len(graphs)}.")
        if (num_classes := _PUBLISHED[self.name].num_classes) is not None:
            content.info["num_classes"] = num_classes
        return content

    @property
    def labels(self) -> Tensor:
        """``(graphs, tasks)``."""
        return self.content.labels["labels"]

    @property
    def num_tasks(self) -> int:
        """Number of properties to predict."""
        return int(self.labels.shape[1])

    @property
    def eval_metric(self) -> str:
        """What OGB judges by: ``rocauc``, ``ap`` (average precision), ``rmse`` or ``acc``."""
        return _PUBLISHED[self.name].metric

    def get_idx_split(self) -> dict[str, Tensor]:
        """Return ``train``, ``valid`` and ``test`` to the int64 indices of the published split.

        Molecules are split by scaffold: no ring system is in two parts. ppa is split by species.
        """
        return {part: self.content.labels[part] for part in _PARTS}


def _folder(name: str) -> str:
    return name.replace("-", "_")


def _files(name: str) -> list[RawFile]:
    published = _PUBLISHED[name]
    features = ("node-feat", "edge-feat") if name in _MOLECULES else ("edge-feat",)
    tables = [f"raw/{table}" for table in (*_TABLES, *features)]
    tables += [f"split/{published.split}/{part}" for part in _PARTS]
    place = "graphproppred/csv_mol_download" if name in _MOLECULES else "graphproppred"
    url = f"https://snap.stanford.edu/ogb/data/{place}/{published.archive}.zip"
    return [
        RawFile(f"{_folder(name)}/{table}.csv.gz", url=url, member=f"{published.archive}/{table}.csv.gz")
        for table in tables
    ]

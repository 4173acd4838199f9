"""The graphs of Geom-GCN: pages that link to each other, and actors; ten splits each."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.arrays import read_npz
from weft.data.formats.edges import directed_graph, read_columns
from weft.data.formats.text import read_words
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.published import published_files
from weft.data.raw_files import RawFile, explain_missing, find_raw_files, places_of
from weft.errors import InputError, TableError, name_choices

_FOLDER = "geom-gcn"
_URL = "https://raw.githubusercontent.com/bingzhewei/geom-gcn/1124af17444d7fd09686504ec46caa3f39f4f632/"
_FILES = {name: name for name in ("chameleon", "cornell", "squirrel", "texas", "wisconsin")} | {"actor": "film"}
"""What a graph is called in Geom-GCN's files."""
_SPLIT_ONLY = ("citeseer", "cora", "pubmed")
"""Graphs of other publishers that Geom-GCN publishes splits for."""
_EDGES, _NODES = "out1_graph_edges.txt", "out1_node_feature_label.txt"
NUM_SPLITS = 10


def read_geom_gcn(folder: Path, name: str) -> Content:
    """Return the graph ``name`` of Geom-GCN's folder, features, labels and ten splits as masks.

    An edge goes from the second node of its line to the first, as in DGL. Features are a list of numbers a node; those
    of actors are a list of the words that a node has.

    Raises:
        TableError: a file is missing or malformed, or a node stands twice or not at all.
    """
    graph_folder = folder / "new_data" / _FILES[name]
    rows = read_words(graph_folder / _NODES, columns=3, skip=1)
    try:
        ids = np.array([int(row[0]) for row in rows], dtype=np.int64)
        labels = np.array([int(row[2]) for row in rows], dtype=np.int64)
        values = [np.array(row[1].split(","), dtype=np.float32) for row in rows]
    except ValueError as error:
        raise TableError(f"{str(graph_folder / _NODES)!r}: {error}.") from error
    order = np.argsort(ids)
    if not np.array_equal(ids[order], np.arange(len(ids))):
        raise TableError(f"{str(graph_folder / _NODES)!r}: nodes are not numbered 0 to {len(ids) - 1}, each once.")
    dst, src = read_columns(graph_folder / _EDGES, 2, skip=1).T
    graph = directed_graph(src, dst, len(ids))
    features = [values[place] for place in order]
    stacked = _multi_hot(features) if name == "actor" else np.stack(features)
    graph.ndata.update({"feat": torch.from_numpy(stacked), "label": torch.from_numpy(labels[order])})
    graph.ndata.update(_read_splits(folder, _FILES[name]))
    return Content([graph], info={"num_classes": len(np.unique(labels))})


def geom_gcn_splits(name: str, raw_dir: str | os.PathLike[str] | None = None) -> dict[str, Tensor]:
    """Return the ten splits that Geom-GCN publishes for a graph, as ``train_mask``, ``val_mask`` and ``test_mask``.

    They are bool, ``(nodes, 10)``, a column a split of 48, 32 and 20 percent, and go with the nodes as other publishers
    number them: ``graph.ndata.update(geom_gcn_splits("cora"))`` for `CoraGraphDataset` without ``reorder``,
    `CiteseerGraphDataset`, `PubmedGraphDataset`. Those of ``cora`` leave out 223 nodes, which are not in its largest
    component, and some of ``citeseer`` leave out 1,207.

    Args:
        name: ``cora``, ``citeseer``, ``pubmed``, or a name of `GeomGCNDataset`, whose graphs have them already.
        raw_dir: where the folder ``geom-gcn`` lies, as for `GraphDataset`. Nothing is downloaded.

    Raises:
        InputError: another name, or files are not to be had.
        TableError: a file is none of this format.

    Source: Pei et al. 2020, "Geom-GCN" (arXiv:2002.05287), repository ``bingzhewei/geom-gcn``.

    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "splits").mkdir()
    ...     for file in split_files("cora"):
    ...         np.savez(Path(folder) / file, train_mask=[1, 0, 0], val_mask=[0, 1, 0], test_mask=[0, 0, 1])
    ...     geom_gcn_splits("cora", folder)["train_mask"].shape
    torch.Size([3, 10])
    """
    known = {**_FILES, **{other: other for other in _SPLIT_ONLY}}
    if name not in known:
        raise InputError(f"geom_gcn_splits: no graph {name!r}; expected one of {name_choices(known)}.")
    files = [RawFile(file) for file in split_files(known[name])]
    places = places_of(_FOLDER, raw_dir)
    found = find_raw_files(files, places)
    if found is None:
        raise InputError(explain_missing("geom_gcn_splits", _FOLDER, files, places))
    return _read_splits(found, known[name])


def split_files(stem: str) -> list[str]:
    """Return the paths of the ten splits of a graph below Geom-GCN's folder, by what the files are called after."""
    return [f"splits/{stem}_split_0.6_0.2_{number}.npz" for number in range(NUM_SPLITS)]


def _read_splits(folder: Path, stem: str) -> dict[str, Tensor]:
    """Return the three masks of the ten splits."""
    parts = ("train_mask", "val_mask", "test_mask")
    splits = [read_npz(folder / split, *parts) for split in split_files(stem)]
    return {part: torch.from_numpy(np.stack([split[part] for split in splits], axis=1).astype(bool)) for part in parts}


def _multi_hot(words: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return a row a node with ones at its words."""
    columns = np.concatenate(words).astype(np.int64)
    rows = np.repeat(np.arange(len(words)), [len(row) for row in words])
    features = np.zeros((len(words), int(columns.max()) + 1), dtype=np.float32)
    features[rows, columns] = 1
    return features


class GeomGCNDataset(GraphDataset):
    """One of the graphs by its name: the base of the classes below.

    ``ndata``: ``feat`` float32 (0 or 1), ``label`` int64, and ``train_mask``, ``val_mask``, ``test_mask``, each
    ``(nodes, 10)``: a column a published split of 48, 32 and 20 percent (not the 60, 20 and 20 of the files' names).
    Edges are directed, from the second node of a line to the first as in DGL, with parallel edges and self-loops.
    `HeterophilousGraphDataset` has the same graphs made undirected and unique.

    Args:
        name: ``actor``, ``chameleon``, ``cornell``, ``squirrel``, ``texas`` or ``wisconsin``.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: another name, or files are not to be had.
        TableError: a file is none of this format.

    Source: Pei et al. 2020, "Geom-GCN" (arXiv:2002.05287), repository ``bingzhewei/geom-gcn``, which states no licence
    and asks to cite the first publishers. DGL's ``dgl.data.geom_gcn.GeomGCNDataset``.
    """

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        if name not in _FILES:
            raise InputError(f"GeomGCNDataset: no data set {name!r}; expected one of {name_choices(_FILES)}.")
        paths = [*(f"new_data/{_FILES[name]}/{file}" for file in (_EDGES, _NODES)), *split_files(_FILES[name])]
        files = [
            file if file.url else RawFile(file.name, url=_URL + file.name) for file in published_files(_FOLDER, paths)
        ]
        super().__init__(
            name,
            files,
            folder=_FOLDER,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph, its features and splits."""
        return read_geom_gcn(folder, self.name)


class ChameleonDataset(GeomGCNDataset):
    """Wikipedia pages on chameleons: 2,277 nodes, 36,101 edges, 2,325 words, 5 classes of traffic.

    See `GeomGCNDataset` for what is in it, and `ChameleonFilteredDataset` for the graph without nodes that stand twice.

    Source: Rozemberczki et al. 2021 (arXiv:1909.13021), Pei et al. 2020. DGL's ``ChameleonDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("chameleon", raw_dir, force_reload, verbose, transform)


class SquirrelDataset(GeomGCNDataset):
    """Wikipedia pages on squirrels: 5,201 nodes, 217,073 edges, 2,089 words, 5 classes of traffic.

    See `GeomGCNDataset` for what is in it, and `SquirrelFilteredDataset` for the graph without nodes that stand twice.

    Source: Rozemberczki et al. 2021 (arXiv:1909.13021), Pei et al. 2020. DGL's ``SquirrelDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("squirrel", raw_dir, force_reload, verbose, transform)


class CornellDataset(GeomGCNDataset):
    """Web pages of a university: 183 nodes, 298 edges, 1,703 words, 5 classes (student, project, course ...).

    See `GeomGCNDataset` for what is in it.

    Source: WebKB (Craven et al. 1998), Pei et al. 2020. DGL's ``CornellDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("cornell", raw_dir, force_reload, verbose, transform)


class TexasDataset(GeomGCNDataset):
    """Web pages of a university: 183 nodes, 325 edges, 1,703 words, 5 classes, one of them with a single node.

    See `GeomGCNDataset` for what is in it.

    Source: WebKB (Craven et al. 1998), Pei et al. 2020. DGL's ``TexasDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("texas", raw_dir, force_reload, verbose, transform)


class WisconsinDataset(GeomGCNDataset):
    """Web pages of a university: 251 nodes, 515 edges, 1,703 words, 5 classes (student, project, course ...).

    See `GeomGCNDataset` for what is in it.

    Source: WebKB (Craven et al. 1998), Pei et al. 2020. DGL's ``WisconsinDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("wisconsin", raw_dir, force_reload, verbose, transform)


class ActorDataset(GeomGCNDataset):
    """Actors named on each other's pages: 7,600 nodes, 33,391 edges, 932 words, 5 classes.

    See `GeomGCNDataset` for what is in it. Its files are called ``film``.

    Source: Tang et al. 2009, Pei et al. 2020 (arXiv:2002.05287). DGL's ``ActorDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("actor", raw_dir, force_reload, verbose, transform)

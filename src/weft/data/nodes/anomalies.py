"""Graphs with nodes that do not belong: the sets of PyGOD."""

from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.arrays import existing, read_npz
from weft.data.formats.edges import directed_graph
from weft.data.formats.torch_files import Bag, read_torch
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.published import published_files
from weft.data.raw_files import RawFile, find_raw_files, places_of
from weft.errors import InputError, TableError, name_choices

_FOLDER = "pygod"
_URL = "https://raw.githubusercontent.com/pygod-team/data/77976df4129f5f753907beea4945bd3e21d0251f/"
_NAMES = (
    *("weibo", "reddit", "disney", "books", "enron", "inj_cora", "inj_amazon", "inj_flickr"),
    *("gen_time", "gen_100", "gen_500", "gen_1000", "gen_5000", "gen_10000"),
)
_CLASSES = ("torch_geometric.data.data.Data", "torch_geometric.data.storage.GlobalStorage")
_MASKS = ("train_mask", "val_mask", "test_mask")


class PyGODDataset(GraphDataset):
    """A graph in which some nodes are outliers, by its name.

    | name | nodes | edges | features | outliers |
    |---|---|---|---|---|
    | books | 1,418 | 3,695 | 21 | 28 |
    | disney | 124 | 335 | 28 | 6 |
    | reddit | 10,984 | 168,016 | 64 | 366 |
    | inj_cora | 2,708 | 11,060 | 1,433 | 138 |
    | gen_100 | 100 | 618 | 64 | 18 |
    | gen_time | 1,000 | 5,746 | 64 | 189 |

    and ``weibo``, ``enron``, ``inj_amazon``, ``inj_flickr``, ``gen_500``, ``gen_1000``, ``gen_5000``, ``gen_10000``.
    ``books``, ``disney``, ``reddit``, ``weibo`` and ``enron`` have outliers that were found; ``inj_`` and ``gen_``
    have outliers that were put in.

    ``ndata``: ``feat`` float32; ``label`` bool, an outlier or not; ``kind`` int64, as published: 0 for none, and where
    outliers were put in 1 for one by its features, 2 by its edges, 3 by both; and masks where the file has them.
    Outliers are to be found without labels, so that there is no split; the masks of ``inj_cora`` are those of Cora's
    classes. Edges as published. ``num_classes`` is 2.

    Args:
        name: as above.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`. The published ``<name>.pt.zip`` is read
            without running what is pickled in it; ``<name>.npz`` with arrays ``x``, ``edge_index``, ``y`` comes first.

    Raises:
        InputError: another name, or the file is not to be had.
        TableError: the file is none of these formats.

    Source: Liu et al. 2022, "BOND" (arXiv:2206.10071), repository ``pygod-team/data`` (BSD-2-Clause for PyGOD; the data
    belong to their first publishers). Not in DGL.
    """

    def __init__(
        self,
        name: str,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if name not in _NAMES:
            raise InputError(f"PyGODDataset: no data set {name!r}; expected one of {name_choices(_NAMES)}.")
        plain = [RawFile(f"{name}.npz")]
        known = published_files(_FOLDER, [f"{name}.pt.zip"])
        zipped = known if known[0].url else [RawFile(f"{name}.pt.zip", url=f"{_URL}{name}.pt.zip")]
        super().__init__(
            f"pygod_{name}",
            plain if find_raw_files(plain, places_of(_FOLDER, raw_dir)) is not None else zipped,
            folder=_FOLDER,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the only file."""
        path = folder / self.files[0].name
        arrays = read_npz(path, "x", "edge_index", "y", optional=_MASKS) if path.suffix == ".npz" else _zipped(path)
        src, dst = arrays["edge_index"]
        graph = directed_graph(src, dst, len(arrays["x"]))
        kind = torch.as_tensor(np.asarray(arrays["y"], dtype=np.int64))
        features = torch.as_tensor(np.asarray(arrays["x"], dtype=np.float32))
        graph.ndata.update({"feat": features, "label": kind > 0, "kind": kind})
        for mask in _MASKS:
            if mask in arrays:
                graph.ndata.update({mask: torch.as_tensor(np.asarray(arrays[mask], dtype=bool))})
        return Content([graph], info={"num_classes": 2})


def _zipped(path: Path) -> dict[str, Any]:
    """Return the arrays of a zipped file of ``torch.save`` with one ``torch_geometric.data.Data``.

    Raises:
        TableError: it is none.
    """
    try:
        with zipfile.ZipFile(existing(path, "PyGODDataset")) as archive:
            loaded = read_torch(BytesIO(archive.read(path.name.removesuffix(".zip"))), bags=_CLASSES)
    except (zipfile.BadZipFile, KeyError) as error:
        raise TableError(
            f"PyGODDataset: {str(path)!r} holds no {path.name.removesuffix('.zip')!r}: {error}."
        ) from error
    store = loaded.__dict__.get("_store") if isinstance(loaded, Bag) else None
    # Old versions of the class have the tensors themselves, newer ones a storage of them.
    held = store.__dict__.get("_mapping", {}) if isinstance(store, Bag) else getattr(loaded, "__dict__", {})
    arrays = {name: value.numpy() for name, value in held.items() if isinstance(value, Tensor)}
    missing = [name for name in ("x", "edge_index", "y") if name not in arrays]
    if missing:
        raise TableError(f"PyGODDataset: {str(path)!r} has no tensor {missing[0]!r}; it has {name_choices(arrays)}.")
    return arrays

"""PATTERN and CLUSTER: nodes of random block models, of Dwivedi et al.'s benchmark."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.torch_files import read_torch
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import InputError, TableError, name_choices
from weft.graph import Graph, graph

_MODES = {"train": "train", "valid": "val", "test": "test"}
_URL = "https://data.pyg.org/datasets/benchmarking-gnns/"


class _BlockModelDataset(GraphDataset):
    """The base of the two data sets below."""

    def __init__(
        self,
        name: str,
        num_classes: int,
        mode: str,
        raw_dir: str | os.PathLike[str] | None,
        force_reload: bool,
        verbose: bool,
        transform: Transform | None,
    ) -> None:
        if mode not in _MODES:
            raise InputError(f"{name}Dataset: no mode {mode!r}; expected one of {name_choices(_MODES)}.")
        self.mode = mode
        """``train``, ``valid`` or ``test``."""
        self._classes = num_classes
        file = f"{name}_{_MODES[mode]}.pt"
        super().__init__(
            name,
            [RawFile(file, url=f"{_URL}{name}_v2.zip", member=file)],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=(mode,),
        )

    def read(self, folder: Path) -> Content:
        """Return the graphs of one part of the split."""
        path = folder / self.files[0].name
        items = read_torch(path)
        if not isinstance(items, list) or not items:
            raise TableError(f"{self.name}Dataset: {str(path)!r} holds no list of graphs.")
        return Content([_graph_of(item, path) for item in items], info={"num_classes": self._classes})


def _graph_of(item: Any, path: Path) -> Graph:
    """Return the graph of a dictionary of tensors, with the features and dtypes that DGL gives.

    Raises:
        TableError: it has no ``x``, ``edge_index`` and ``y``.
    """
    if not isinstance(item, dict) or not all(isinstance(item.get(name), Tensor) for name in ("x", "edge_index", "y")):
        raise TableError(f"{str(path)!r} has a graph without tensors 'x', 'edge_index' and 'y'.")
    features = item["x"]
    if features.dim() == 2:
        features = features[:, 0] if features.shape[1] == 1 else features.argmax(dim=1)
    src, dst = item["edge_index"].long()
    built = graph((src, dst), num_nodes=len(features))
    built.ndata.update({"feat": features.long(), "label": item["y"].to(torch.int16)})
    built.edata.update({"feat": torch.ones(len(src), 1)})
    return built


class PATTERNDataset(_BlockModelDataset):
    """Which nodes belong to a planted pattern? 10,000 graphs to train, 2,000 to validate, 2,000 to test; 2 classes.

    On average 119 nodes. ``ndata``: ``feat`` int64, one of three values; ``label`` int16. ``edata``: ``feat`` float32
    ``(edges, 1)``, ones. Dtypes are DGL's.

    The files are those of PyTorch Geometric, ``PATTERN_<train|val|test>.pt``: lists of dictionaries of ``x`` (one-hot),
    ``edge_index`` and ``y``. DGL's own archive holds graphs in a format of DGL's, which weft does not read.

    Args:
        mode: ``train``, ``valid`` or ``test``.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: another mode, or the file is not to be had.
        TableError: the file holds no list of such dictionaries.

    Source: Dwivedi et al. 2020, "Benchmarking graph neural networks" (arXiv:2003.00982), MIT. DGL's ``PATTERNDataset``.
    """

    def __init__(
        self,
        mode: str = "train",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("PATTERN", 2, mode, raw_dir, force_reload, verbose, transform)


class CLUSTERDataset(_BlockModelDataset):
    """Which of six communities is a node of? 10,000 graphs to train, 1,000 to validate, 1,000 to test.

    On average 117 nodes; one node of each community says which it is of. ``ndata``: ``feat`` int64, 0 or the community
    from 1; ``label`` int16. ``edata``: ``feat`` float32 ``(edges, 1)``, ones. Dtypes are DGL's; the files are as for
    `PATTERNDataset`.

    Args:
        mode: ``train``, ``valid`` or ``test``.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: another mode, or the file is not to be had.
        TableError: the file holds no list of such dictionaries.

    Source: Dwivedi et al. 2020, "Benchmarking graph neural networks" (arXiv:2003.00982), MIT. DGL's ``CLUSTERDataset``.
    """

    def __init__(
        self,
        mode: str = "train",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__("CLUSTER", 6, mode, raw_dir, force_reload, verbose, transform)

"""Graphs whose edges have a time, cut by time into what to learn from and what to predict."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.formats.edges import read_columns
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import InputError, TableError, did_you_mean, name_choices
from weft.graph import graph, heterograph


class CollegeMsgDataset(GraphDataset):
    """CollegeMsg: private messages at a university in 2004; 1,899 people, 59,835 messages along 20,296 directed pairs.

    One graph, ``dataset[0]``, an edge a message, in order of time. ``edata``: ``time`` int64, seconds since 1970;
    ``train_mask``, ``val_mask``, ``test_mask``: the last ``test_ratio`` of the time line to predict, ``val_ratio``
    before it to choose a model by. Messages of one second stay together, so the parts are about as large as asked.

    Args:
        val_ratio: part of the messages for validation.
        test_ratio: part of the messages for the test.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: ratios that are negative or leave nothing to train on.

    Source: Panzarasa et al. 2009 (JASIST); parts as in Poursafaei et al. 2022 (arXiv:2207.10128), where it is ``UCI``.
    """

    def __init__(
        self,
        val_ratio: float = 0.15,
        test_ratio: float = 0.15,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        _check_ratios("CollegeMsgDataset", val_ratio, test_ratio)
        self.val_ratio, self.test_ratio = val_ratio, test_ratio
        url = "https://snap.stanford.edu/data/CollegeMsg.txt.gz"
        super().__init__(
            "collegemsg",
            [RawFile("CollegeMsg.txt", url=url, member="CollegeMsg.txt")],
            raw_dir=raw_dir,
            hash_key=(val_ratio, test_ratio),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of all messages."""
        src, dst, times = read_columns(folder / "CollegeMsg.txt", 3).T
        if len(src) == 0 or min(src.min(), dst.min()) < 1:
            raise TableError("CollegeMsgDataset: expected messages between people whose numbers begin with 1.")
        order = np.argsort(times, kind="stable")
        ends = torch.from_numpy(src[order] - 1), torch.from_numpy(dst[order] - 1)
        g = graph(ends, num_nodes=int(max(src.max(), dst.max())))
        g.edata.update({"time": torch.from_numpy(times[order])})
        for name, mask in masks_by_time(times[order], self.val_ratio, self.test_ratio).items():
            g.edata.update({name: mask})
        return Content([g])


class JODIEDataset(GraphDataset):
    """Users and items in the course of time: ``'wikipedia'``, ``'reddit'``, ``'mooc'`` or ``'lastfm'``.

    Wikipedia: 8,227 users, 1,000 pages, 157,474 edits; Reddit: 10,000, 984, 672,447; MOOC: 7,047, 97, 411,749; LastFM:
    980, 1,000, 1,293,103. One graph of types ``user`` and ``item``, with the relation ``interacts`` in order of time.
    ``edata``: ``time`` float64, seconds from the first; ``label`` int64, whether the user's state changes (is banned,
    drops out); ``feat`` float32, ``(E, 172)`` for Wikipedia and Reddit; ``train_mask``, ``val_mask``, ``test_mask`` by
    time, as in `CollegeMsgDataset`.

    Args:
        name: of the data set, whose file is ``<name>.csv`` in the folder ``jodie``.
        val_ratio: part of the interactions for validation.
        test_ratio: part of the interactions for the test.
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Raises:
        InputError: another name, or ratios that leave nothing to train on.
        TableError: the file is malformed.

    Source: Kumar et al. 2019 (arXiv:1908.01207); parts of Rossi et al. 2020 (arXiv:2006.10637).
    """

    NAMES = ("wikipedia", "reddit", "mooc", "lastfm")
    """Names of the data sets."""

    def __init__(
        self,
        name: str,
        val_ratio: float = 0.15,
        test_ratio: float = 0.15,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if name not in self.NAMES:
            raise InputError(
                f"JODIEDataset: name={name!r}; expected {name_choices(self.NAMES)}.{did_you_mean(name, self.NAMES)}"
            )
        _check_ratios("JODIEDataset", val_ratio, test_ratio)
        self.val_ratio, self.test_ratio = val_ratio, test_ratio
        self._file = f"{name}.csv"
        super().__init__(
            f"jodie-{name}",
            [RawFile(self._file, url=f"https://snap.stanford.edu/jodie/{name}.csv")],
            folder="jodie",
            raw_dir=raw_dir,
            hash_key=(val_ratio, test_ratio),
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of all interactions."""
        table = read_columns(folder / self._file, None, delimiter=",", skip=1, dtype=np.float64)
        if table.shape[0] == 0 or table.shape[1] < 4:
            raise TableError(
                f"JODIEDataset: {str(folder / self._file)!r} has {table.shape[1]} columns; expected user, item, time, "
                "label and features."
            )
        table = table[np.argsort(table[:, 2], kind="stable")]
        users, items, labels = (torch.from_numpy(table[:, column].astype(np.int64)) for column in (0, 1, 3))
        counts = {"user": int(users.max()) + 1, "item": int(items.max()) + 1}
        g = heterograph({("user", "interacts", "item"): (users, items)}, counts)
        g.edata.update(
            {
                "time": torch.from_numpy(table[:, 2].copy()),
                "label": labels,
                "feat": torch.from_numpy(table[:, 4:].astype(np.float32)),
            }
        )
        for name, mask in masks_by_time(table[:, 2], self.val_ratio, self.test_ratio).items():
            g.edata.update({name: mask})
        return Content([g], info={"num_classes": 2})


def masks_by_time(times: NDArray[np.number], val_ratio: float, test_ratio: float) -> dict[str, Tensor]:
    """Return ``train_mask``, ``val_mask`` and ``test_mask`` of events: those up to a time, up to a later one, the rest.

    The times are the quantiles ``1 - val_ratio - test_ratio`` and ``1 - test_ratio``; an event at a cut is before it.
    """
    first, second = np.quantile(times, [1 - val_ratio - test_ratio, 1 - test_ratio])
    parts = {"train_mask": times <= first, "val_mask": (times > first) & (times <= second), "test_mask": times > second}
    return {name: torch.from_numpy(part) for name, part in parts.items()}


def _check_ratios(where: str, val_ratio: float, test_ratio: float) -> None:
    if val_ratio < 0 or test_ratio < 0 or val_ratio + test_ratio >= 1:
        raise InputError(
            f"{where}: val_ratio={val_ratio} and test_ratio={test_ratio}; expected parts from 0 whose sum is below 1."
        )

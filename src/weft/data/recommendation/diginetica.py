"""Sessions of a shop: clicks one after the other, to tell the next."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.published import published_files
from weft.data.restricted_unpickle import load_pickle
from weft.errors import InputError, TableError
from weft.graph import Graph, graph


class DigineticaDataset(GraphDataset):
    """Diginetica: sessions of 43,097 items; 719,470 beginnings of 186,670 sessions to learn from, 60,858 for the test.

    An item is ``(graph, label)``: the beginning of a session, and the item that comes next, by number. Nodes are the
    distinct items of the beginning, ascending; an edge leads from each click to the next one, in the order of clicks.
    ``ndata['item']`` int64: number of the item, from 1; ``ndata['last']`` bool: the last one clicked. Graphs are made
    when they are asked for; `beginning` gives the clicks themselves.

    Args:
        mode: ``'train'`` or ``'test'``.
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The files are the pickles ``all_train_seq.txt``,
            the sessions, and ``test.txt``, beginnings and next items; nothing in them is run.

    Raises:
        InputError: another mode, or a pickle that holds more than data.
        TableError: a pickle holds something else than sessions.

    Source: CIKM Cup 2016; preprocessing of Wu et al. 2019 (arXiv:1811.00855), SR-GNN, and Wang et al. 2020
    (arXiv:2106.05081), GCE-GNN.
    """

    item_labels = ("labels",)

    def __init__(
        self,
        mode: str = "train",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if mode not in ("train", "test"):
            raise InputError(f"DigineticaDataset: mode={mode!r}; expected 'train' or 'test'.")
        self.mode = mode
        super().__init__(
            f"diginetica-{mode}",
            published_files("session-diginetica", ["all_train_seq.txt", "test.txt"]),
            folder="session-diginetica",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of all clicks that follow each other, and the beginnings."""
        sessions = _sequences(folder / "all_train_seq.txt", load_pickle(folder / "all_train_seq.txt"))
        clicks = torch.from_numpy(np.concatenate(sessions))
        lengths = torch.tensor([len(session) for session in sessions])
        follows = torch.ones(len(clicks), dtype=torch.bool)
        follows[lengths.cumsum(0) - 1] = False
        places = follows.nonzero().flatten()
        pairs, counts = torch.stack([clicks[places], clicks[places + 1]]).unique(dim=1, return_counts=True)
        if self.mode == "train":
            # Of a session of n clicks, the beginnings of n - 1 down to 1 clicks, in the order of SR-GNN.
            sizes = torch.cat([torch.arange(length - 1, 0, -1) for length in lengths.tolist()])
            starts = (lengths.cumsum(0) - lengths).repeat_interleave(lengths - 1)
            labels = clicks[starts + sizes]
        else:
            loaded = load_pickle(folder / "test.txt")
            if not isinstance(loaded, (list, tuple)) or len(loaded) != 2 or len(loaded[0]) != len(loaded[1]):
                raise TableError(f"DigineticaDataset: {str(folder / 'test.txt')!r} is not beginnings and next items.")
            beginnings = _sequences(folder / "test.txt", loaded[0])
            clicks = torch.from_numpy(np.concatenate(beginnings))
            sizes = torch.tensor([len(beginning) for beginning in beginnings])
            starts, labels = sizes.cumsum(0) - sizes, torch.tensor(loaded[1])
        num_items = int(max(clicks.max(), labels.max(), pairs.max()))
        transitions = graph((pairs[0], pairs[1]), num_nodes=num_items + 1)
        transitions.edata.update({"count": counts})
        found = {"clicks": clicks, "starts": starts, "sizes": sizes, "labels": labels.long()}
        return Content([transitions], found, {"num_items": num_items, "num_sessions": len(sessions)})

    @property
    def transitions(self) -> Graph:
        """Which item was clicked after which in training sessions, ``edata['count']`` times. Node 0 is no item."""
        return self.content.graphs[0]

    @property
    def labels(self) -> Tensor:
        """``(beginnings,)`` int64: the next item."""
        return self.content.labels["labels"]

    @property
    def num_items(self) -> int:
        """Items, which count from 1."""
        return int(self.info["num_items"])

    @property
    def num_sessions(self) -> int:
        """Sessions to learn from."""
        return int(self.info["num_sessions"])

    @property
    def graphs(self) -> list[Graph]:
        """The graph of each beginning; all are made at once."""
        return [self.graph_at(place) for place in range(len(self))]

    def __len__(self) -> int:
        """Return the number of beginnings."""
        return len(self.labels)

    def beginning(self, place: int) -> Tensor:
        """Return the items clicked, in their order."""
        start, size = int(self.content.labels["starts"][place]), int(self.content.labels["sizes"][place])
        return self.content.labels["clicks"][start : start + size]

    def graph_at(self, place: int) -> Graph:
        """Return the graph of a beginning."""
        items, node = self.beginning(place).unique(return_inverse=True)
        g = graph((node[:-1], node[1:]), num_nodes=len(items))
        last = torch.zeros(len(items), dtype=torch.bool)
        last[node[-1]] = True
        g.ndata.update({"item": items, "last": last})
        return g


def _sequences(path: Path, loaded: object) -> list[np.ndarray]:
    """Return lists of numbers as arrays.

    Raises:
        TableError: something else, an empty list, or a number below 1.
    """
    try:
        arrays = [np.array(sequence, dtype=np.int64) for sequence in loaded]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        arrays = []
    if not arrays or min(array.ndim for array in arrays) != 1 or min(len(array) for array in arrays) == 0:
        raise TableError(f"DigineticaDataset: {str(path)!r} is no list of sessions, each a list of items.")
    if min(int(array.min()) for array in arrays) < 1:
        raise TableError(f"DigineticaDataset: {str(path)!r} has an item below 1.")
    return arrays

"""Payments in Bitcoin, licit and illicit."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from weft.data.dataset import Transform
from weft.data.formats.arrays import existing
from weft.data.formats.edges import directed_graph, read_columns
from weft.data.formats.text import read_records
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import TableError

_FEATURES, _CLASSES, _EDGES = (f"elliptic_txs_{part}.csv" for part in ("features", "classes", "edgelist"))
_LABELS = {"unknown": -1, "1": 1, "2": 0}
FIRST_TEST_STEP = 35


class EllipticDataset(GraphDataset):
    """Transactions: 203,769 nodes, 234,355 edges along the money, 165 features, 2 classes, 49 steps of time.

    ``ndata``: ``feat`` float32; ``label`` int64: 1 illicit (4,545), 0 licit (42,019), -1 unknown; ``time`` int64, 1 to
    49; ``id`` int64; ``train_mask`` and ``test_mask``: known nodes before step 35, and from then on, as the paper
    splits. No edge joins two steps.

    Args:
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`. The files ``elliptic_txs_features.csv``,
            ``elliptic_txs_classes.csv`` and ``elliptic_txs_edgelist.csv`` come from Kaggle, after a registration.

    Raises:
        InputError: files are not to be had.
        TableError: files are malformed or do not belong together.

    Source: Weber et al. 2019, "Anti-money laundering in Bitcoin" (arXiv:1908.02591). Not in DGL.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "elliptic",
            [RawFile(_FEATURES), RawFile(_CLASSES), RawFile(_EDGES)],
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph of the three files, nodes in the order of their features."""
        with existing(folder / _FEATURES, "EllipticDataset").open(encoding="utf-8") as lines:
            width = next(lines, "").count(",") + 1
        if width < 3:
            raise TableError(f"EllipticDataset: {str(folder / _FEATURES)!r} has {width} columns; expected 167.")
        table = read_columns(folder / _FEATURES, width, delimiter=",", dtype=np.float64)
        ids, times = (torch.from_numpy(column.astype(np.int64)) for column in table[:, :2].T)
        header, rows = read_records(folder / _CLASSES, ("txId", "class"))
        nodes, said = ([row[header.index(column)] for row in rows] for column in ("txId", "class"))
        bad = next(
            (each for each in zip(nodes, said, strict=True) if not each[0].isdecimal() or each[1] not in _LABELS), None
        )
        if bad is not None:
            raise TableError(
                f"EllipticDataset: {str(folder / _CLASSES)!r} has node {bad[0]!r} with the class {bad[1]!r}."
            )
        number = {node: place for place, node in enumerate(ids.tolist())}
        pairs = read_columns(folder / _EDGES, 2, delimiter=",", skip=1)
        named = {int(node) for node in nodes} | set(pairs.reshape(-1).tolist())
        if not named <= number.keys():
            raise TableError(f"EllipticDataset: node {min(named - number.keys())} has no features.")
        labels = torch.full((len(ids),), -1)
        labels[[number[int(node)] for node in nodes]] = torch.tensor([_LABELS[name] for name in said])
        src, dst = (np.array([number[place] for place in column.tolist()], dtype=np.int64) for column in pairs.T)
        graph = directed_graph(src, dst, len(ids))
        graph.ndata.update(
            {
                "feat": torch.from_numpy(table[:, 2:].astype(np.float32)),
                "label": labels,
                "time": times,
                "id": ids,
                "train_mask": (labels >= 0) & (times < FIRST_TEST_STEP),
                "test_mask": (labels >= 0) & (times >= FIRST_TEST_STEP),
            }
        )
        return Content([graph], info={"num_classes": 2})

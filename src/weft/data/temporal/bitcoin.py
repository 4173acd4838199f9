"""Who trusts whom among traders of Bitcoin, in the course of years."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from weft.data.dataset import Transform
from weft.data.formats.edges import read_columns
from weft.data.graph_dataset import Content
from weft.data.raw_files import RawFile
from weft.data.temporal.snapshots import SnapshotDataset, in_steps
from weft.errors import TableError

_STEP_SECONDS = 14 * 24 * 3600


class _BitcoinDataset(SnapshotDataset):
    """Ratings ``source,target,rating,time`` of one platform, in steps of two weeks."""

    def __init__(
        self,
        name: str,
        file: str,
        *,
        raw_dir: str | os.PathLike[str] | None,
        force_reload: bool,
        verbose: bool,
        transform: Transform | None,
    ) -> None:
        self._file = file
        super().__init__(
            name,
            [RawFile(file, url=f"https://snap.stanford.edu/data/{file}.gz", member=file)],
            folder="bitcoin",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the ratings in steps."""
        table = read_columns(folder / self._file, 4, delimiter=",", dtype=np.float64)
        if not np.isfinite(table).all():
            raise TableError(f"{type(self).__name__}: {str(folder / self._file)!r} has a value that is no number.")
        src, dst, ratings, times = table.astype(np.int64).T
        if len(times) == 0:
            raise TableError(f"{type(self).__name__}: {str(folder / self._file)!r} has no ratings.")
        first_node = min(int(src.min()), int(dst.min()))
        steps = np.around((times - times.min()) / _STEP_SECONDS).astype(np.int64)
        columns = {
            "h": torch.from_numpy(ratings.copy()).reshape(-1, 1),
            "time": torch.from_numpy(times.copy()).reshape(-1, 1),
        }
        ends = src - first_node, dst - first_node
        num_nodes = max(int(nodes.max()) for nodes in ends) + 1
        return in_steps(type(self).__name__, ends, steps, num_nodes, columns)

    def __len__(self) -> int:
        """Return the number of whole steps: the last, incomplete one is in `history` alone."""
        return int(self.steps[-1])


class BitcoinOTCDataset(_BitcoinDataset):
    """Bitcoin OTC: ratings of trust from -10 to 10 in 2010 to 2016; 5,881 people, 35,592 ratings, 136 graphs.

    ``dataset[i]`` has all ratings up to step ``i``, rounded to two weeks; ``snapshot(i)`` those of step ``i`` alone and
    ``history`` all of them. ``edata``: ``h`` ``(E, 1)`` int64, the rating; ``time`` ``(E, 1)`` int64, seconds since
    1970. Numbers are those of the file less the smallest; as it leaves out some, each graph has 6,005 nodes, which keep
    their numbers from graph to graph (in DGL a graph has nodes up to the largest number so far).

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Kumar et al. 2016 (ICDM); steps of Pareja et al. 2020 (arXiv:1902.10191); DGL's ``BitcoinOTCDataset``.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "bitcoinotc",
            "soc-sign-bitcoinotc.csv",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )


class BitcoinAlphaDataset(_BitcoinDataset):
    """Bitcoin Alpha: ratings of trust from -10 to 10 in 2010 to 2016; 3,783 people, 24,186 ratings.

    Graphs and columns as in `BitcoinOTCDataset`. The file is not in order of time; within a step edges keep its order.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`.

    Source: Kumar et al. 2016 (ICDM).
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "bitcoinalpha",
            "soc-sign-bitcoinalpha.csv",
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

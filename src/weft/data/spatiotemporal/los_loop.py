"""Speeds on the roads of Los Angeles, by sensor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from weft.data.dataset import Transform
from weft.data.formats.arrays import existing
from weft.data.formats.edges import directed_graph, read_columns
from weft.data.graph_dataset import Content
from weft.data.published import published_files
from weft.data.restricted_unpickle import load_pickle
from weft.data.spatiotemporal.signal import SignalDataset
from weft.errors import InputError, TableError

_SENSORS = "dcrnn-sensor-graph"
_FILES = ("los_adj.csv", "los_speed.csv", f"{_SENSORS}/graph_sensor_locations.csv")
_ADJACENCY = f"{_SENSORS}/adj_mx.pkl"


class LosLoopDataset(SignalDataset):
    """Speeds at 207 sensors on highways of Los Angeles, each five minutes of one week: 2,016 steps, 2,833 edges.

    ``dataset[i]`` has ``ndata`` ``feat`` ``(207, num_inputs)`` and ``label`` ``(207, num_outputs)``; ``id`` int64, the
    sensor's number; ``location`` float64 ``(207, 2)``, latitude and longitude; and ``edata["weight"]`` float32 in (0,
    1], by the length of the road. Self-loops of weight 1 are there. See `SignalDataset`. The defaults forecast a
    quarter of an hour from an hour and train on four fifths of the week, as T-GCN does; speeds are in miles an hour
    where ``scale`` is None.

    T-GCN divides by the greatest speed of the whole week, and DCRNN scales by the training steps, as is done here.

    Args:
        num_inputs, num_outputs, train_ratio, val_ratio, scale: as for `SignalDataset`.
        adjacency: ``t-gcn`` for its matrix, which is symmetric, or ``dcrnn`` for DCRNN's, which is not (1,722 edges).
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: as `SignalDataset`; another adjacency, or files are not to be had.
        TableError: files are malformed or do not belong together.

    Source: Jagadish et al. 2014; Li et al. 2018, "DCRNN" (arXiv:1707.01926), repository ``liyaguang/DCRNN``; Zhao et
    al. 2020, "T-GCN" (arXiv:1811.05320), repository ``lehaifeng/T-GCN`` (MIT): a week of METR-LA. Not in DGL.
    """

    def __init__(
        self,
        num_inputs: int = 12,
        num_outputs: int = 3,
        *,
        train_ratio: float = 0.8,
        val_ratio: float = 0.0,
        scale: str | None = "all",
        adjacency: str = "t-gcn",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if adjacency not in ("t-gcn", "dcrnn"):
            raise InputError(f"LosLoopDataset: adjacency={adjacency!r}; expected 't-gcn' or 'dcrnn'.")
        self._adjacency = adjacency
        super().__init__(
            "los-loop",
            published_files("los-loop", (*_FILES, _ADJACENCY) if adjacency == "dcrnn" else _FILES),
            folder="los-loop",
            num_inputs=num_inputs,
            num_outputs=num_outputs,
            train_ratio=train_ratio,
            val_ratio=val_ratio,
            scale=scale,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=(adjacency,),
        )

    def read(self, folder: Path) -> Content:
        """Return the sensors, and their speeds."""
        path = folder / "los_speed.csv"
        with existing(path, "LosLoopDataset").open(encoding="utf-8") as lines:
            names = [name.strip().strip('"') for name in next(lines, "").split(",")]
        speeds = read_columns(path, len(names), delimiter=",", skip=1, dtype=np.float32)
        weights = self._weights(folder, names)
        places = read_columns(folder / _FILES[2], 4, delimiter=",", skip=1, dtype=np.float64)
        at = {str(int(row[1])): row[2:] for row in places}
        unknown = [name for name in names if name not in at]
        if unknown or weights.shape != (len(names), len(names)):
            what = f"sensor {unknown[0]!r} has no place" if unknown else f"a matrix of {weights.shape}"
            raise TableError(f"LosLoopDataset: the files in {str(folder)!r} do not belong together: {what}.")
        src, dst = np.nonzero(weights)
        graph = directed_graph(src, dst, len(names))
        graph.edata.update({"weight": torch.from_numpy(weights[src, dst])})
        ids = torch.tensor([int(name) for name in names])
        graph.ndata.update({"id": ids, "location": torch.from_numpy(np.stack([at[name] for name in names]))})
        return Content([graph], {"signal": torch.from_numpy(speeds)})

    def _weights(self, folder: Path, names: list[str]) -> NDArray[Any]:
        """Return the matrix of weights, sensors in the order of their speeds."""
        if self._adjacency == "t-gcn":
            return read_columns(folder / _FILES[0], len(names), delimiter=",", dtype=np.float32)
        found = load_pickle(folder / _ADJACENCY)
        if not isinstance(found, list) or len(found) != 3 or list(found[0]) != names:
            raise TableError(f"LosLoopDataset: {str(folder / _ADJACENCY)!r} is not of the sensors of los_speed.csv.")
        return np.asarray(found[2], dtype=np.float32)

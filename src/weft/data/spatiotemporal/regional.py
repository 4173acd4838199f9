"""Weekly and daily counts of regions: the sets of PyTorch Geometric Temporal."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch

from weft.data.dataset import Transform
from weft.data.formats.edges import directed_graph
from weft.data.formats.json_file import read_json
from weft.data.graph_dataset import Content
from weft.data.published import published_files
from weft.data.spatiotemporal.signal import SignalDataset
from weft.errors import InputError, TableError
from weft.graph import Graph

_FOLDER = "pgt"


def _graph(path: Path, pairs: list[list[int]], num_nodes: int, weights: list[float] | None = None) -> Graph:
    """Return the graph of pairs of nodes, with ``edata["weight"]`` where weights are given."""
    if weights is not None and len(weights) != len(pairs):
        raise TableError(f"{str(path)!r} has {len(weights)} weights for {len(pairs)} edges.")
    src, dst = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = directed_graph(src, dst, num_nodes)
    if weights is not None:
        graph.edata.update({"weight": torch.tensor(weights, dtype=torch.float32)})
    return graph


class ChickenpoxDataset(SignalDataset):
    """Weekly cases of chickenpox in Hungary: 20 counties, 102 edges with self-loops, 521 weeks (2005 to 2015).

    ``dataset[i]`` has ``ndata`` ``feat`` ``(20, num_inputs)`` and ``label`` ``(20, num_outputs)``; see `SignalDataset`.
    ``info["counties"]`` are names in the order of nodes. The signal is published scaled to mean 0 and deviation 1 over
    all weeks, the later ones too.

    Args:
        num_inputs, num_outputs, train_ratio, val_ratio: as for `SignalDataset`.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError, TableError: as `SignalDataset`; the file is not to be had or malformed.

    Source: Rozemberczki et al. 2021, "Chickenpox cases in Hungary" (arXiv:2102.08100), repository
    ``benedekrozemberczki/pytorch_geometric_temporal`` (MIT). Not in DGL.
    """

    def __init__(
        self,
        num_inputs: int = 4,
        num_outputs: int = 1,
        *,
        train_ratio: float = 0.8,
        val_ratio: float = 0.0,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "chickenpox",
            published_files(_FOLDER, ["chickenpox.json"]),
            folder=_FOLDER,
            num_inputs=num_inputs,
            num_outputs=num_outputs,
            train_ratio=train_ratio,
            val_ratio=val_ratio,
            scale=None,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the counties that border on each other, and the signal."""
        path = folder / "chickenpox.json"
        found = read_json(path, ("edges", "node_ids", "FX"))
        signal = torch.tensor(found["FX"], dtype=torch.float32)
        counties = sorted(found["node_ids"], key=found["node_ids"].__getitem__)
        return Content([_graph(path, found["edges"], signal.shape[1])], {"signal": signal}, {"counties": counties})


class PedalMeDataset(SignalDataset):
    """Weekly deliveries by bicycle in London: 15 districts, 225 weighted edges, 35 weeks (2020 to 2021).

    ``dataset[i]`` has ``ndata`` ``feat`` ``(15, num_inputs)``, ``label`` ``(15, num_outputs)``, and
    ``edata["weight"]``, the nearness of two districts; see `SignalDataset`. The signal is published scaled.

    Args:
        num_inputs, num_outputs, train_ratio, val_ratio: as for `SignalDataset`.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError, TableError: as `SignalDataset`; the file is not to be had or malformed.

    Source: Rozemberczki et al. 2021, "PyTorch Geometric Temporal" (arXiv:2104.07788), repository
    ``benedekrozemberczki/pytorch_geometric_temporal`` (MIT). Not in DGL.
    """

    def __init__(
        self,
        num_inputs: int = 4,
        num_outputs: int = 1,
        *,
        train_ratio: float = 0.8,
        val_ratio: float = 0.0,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "pedalme",
            published_files(_FOLDER, ["pedalme_london.json"]),
            folder=_FOLDER,
            num_inputs=num_inputs,
            num_outputs=num_outputs,
            train_ratio=train_ratio,
            val_ratio=val_ratio,
            scale=None,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the districts and the signal."""
        path = folder / "pedalme_london.json"
        found = read_json(path, ("edges", "weights", "X"))
        signal = torch.tensor(found["X"], dtype=torch.float32)
        return Content([_graph(path, found["edges"], signal.shape[1], found["weights"])], {"signal": signal})


class EnglandCovidDataset(SignalDataset):
    """Daily cases of Covid in England: 129 regions, 61 days (March to May 2020), a graph of who moves where for each
    day.

    ``dataset[i]`` is the graph of one day of the window, with ``edata["weight"]``, the number of people who move,
    self-loops among them, and ``ndata`` ``feat`` ``(129, num_inputs)`` and ``label`` ``(129, num_outputs)``; see
    `SignalDataset`. `graphs_of` gives the graphs of all days of its inputs.

    Args:
        num_inputs, num_outputs, train_ratio, val_ratio, scale: as for `SignalDataset`. PyTorch Geometric Temporal
            scales each region by all days, the test days too; here by the training days.
        graph_of: ``first`` for the graph of the first day of the inputs, as PyTorch Geometric Temporal has it, or
            ``last``.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError, TableError: as `SignalDataset`; the file is not to be had or malformed.

    Source: Panagopoulos et al. 2021, "Transfer graph neural networks for pandemic forecasting" (arXiv:2009.08388), by
    way of ``benedekrozemberczki/pytorch_geometric_temporal`` (MIT). Not in DGL.
    """

    def __init__(
        self,
        num_inputs: int = 8,
        num_outputs: int = 1,
        *,
        train_ratio: float = 0.8,
        val_ratio: float = 0.0,
        scale: str | None = "node",
        graph_of: str = "first",
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        if graph_of not in ("first", "last"):
            raise InputError(f"EnglandCovidDataset: graph_of={graph_of!r}; expected 'first' or 'last'.")
        self._last = graph_of == "last"
        super().__init__(
            "england_covid",
            published_files(_FOLDER, ["england_covid.json"]),
            folder=_FOLDER,
            num_inputs=num_inputs,
            num_outputs=num_outputs,
            train_ratio=train_ratio,
            val_ratio=val_ratio,
            scale=scale,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return a graph a day, and the signal."""
        path = folder / "england_covid.json"
        found = read_json(path, ("edge_mapping", "time_periods", "y"))
        signal = torch.tensor(found["y"], dtype=torch.float32)
        edges, weights = (found["edge_mapping"][name] for name in ("edge_index", "edge_weight"))
        days = [str(day) for day in range(found["time_periods"])]
        if len(signal) != len(days) or not set(days) <= edges.keys() & weights.keys():
            raise TableError(f"{str(path)!r} does not have edges, weights and cases for each of {len(days)} days.")
        return Content([_graph(path, edges[day], signal.shape[1], weights[day]) for day in days], {"signal": signal})

    def structure_at(self, window: int) -> Graph:
        """Return the graph of the first, or of the last day of the inputs."""
        return self.graphs[window + (self.num_inputs - 1 if self._last else 0)]

    def graphs_of(self, window: int) -> list[Graph]:
        """Return the graphs of the days of a window's inputs, the first day first."""
        return self.graphs[window : window + self.num_inputs]

"""What temporal graphs have in common: events in order of time, and the graph of each step."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.graph_dataset import Content, GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import IdError, TableError
from weft.graph import Graph, graph


class SnapshotDataset(GraphDataset):
    """Events cut into steps of one length; the base of temporal graphs. Every graph has all nodes.

    ``dataset[i]`` is the graph of all events from the first step to step ``i``, so that the last graph has them all;
    `snapshot` gives those of one step alone. Graphs are made when they are asked for; edges ascend by step, and within
    a step keep the order of the file.

    Args:
        name: of the data set, with the part that it is.
        files: the raw files.
        folder, raw_dir, hash_key, force_reload, verbose, transform: as for `GraphDataset`.
    """

    def __init__(
        self,
        name: str,
        files: Sequence[RawFile],
        *,
        folder: str | None = None,
        raw_dir: str | os.PathLike[str] | None = None,
        hash_key: tuple[Any, ...] = (),
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            name,
            files,
            folder=folder,
            raw_dir=raw_dir,
            hash_key=hash_key,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    @property
    def history(self) -> Graph:
        """The graph of all events, ascending by step."""
        return self.content.graphs[0]

    @property
    def steps(self) -> Tensor:
        """``(events,)`` int64, ascending: the step of each event of ``history``, from 0."""
        return self.content.labels["steps"]

    @property
    def num_nodes(self) -> int:
        """Nodes of each graph."""
        return self.history.num_nodes()

    @property
    def graphs(self) -> list[Graph]:
        """The graph up to each step; all are made at once."""
        return [self.graph_at(place) for place in range(len(self))]

    @property
    def is_temporal(self) -> bool:
        """True."""
        return True

    def __len__(self) -> int:
        """Return the number of steps; some may have no event."""
        return int(self.steps[-1]) + 1

    def graph_at(self, place: int) -> Graph:
        """Return the graph of all events up to step ``place``."""
        return self._of_events(0, self._end_of(place))

    def snapshot(self, place: int) -> Graph:
        """Return the graph of the events of step ``place`` alone.

        Raises:
            IdError: no such step.
        """
        if not 0 <= place < len(self):
            raise IdError(f"{type(self).__name__}: step {place} is not among its {len(self)} steps.")
        return self.apply_transform(self._of_events(self._end_of(place - 1), self._end_of(place)))

    def _end_of(self, step: int) -> int:
        return int(torch.searchsorted(self.steps, step, right=True))

    def _of_events(self, start: int, end: int) -> Graph:
        src, dst = self.history.edges()
        part = graph((src[start:end], dst[start:end]), num_nodes=self.num_nodes)
        for column, values in self.history.edata.items():
            part.edata.update({column: values[start:end]})
        return part


def in_steps(
    where: str,
    ends: tuple[NDArray[np.int64], NDArray[np.int64]],
    steps: NDArray[np.int64],
    num_nodes: int,
    columns: Mapping[str, Tensor],
) -> Content:
    """Return the content of a `SnapshotDataset`: events in order of their steps, which then count from 0.

    Args:
        where: who asks, for messages.
        ends: sources and destinations.
        steps: of each event, in any order.
        num_nodes: of the graph.
        columns: features of the events.

    Raises:
        TableError: no events.
        IdError: a node that is negative or past ``num_nodes``.
    """
    if len(steps) == 0:
        raise TableError(f"{where}: the file has no events.")
    if max(int(nodes.max()) for nodes in ends) >= num_nodes or min(int(nodes.min()) for nodes in ends) < 0:
        raise IdError(f"{where}: an event has a node that is not among the {num_nodes} of this data set.")
    order = np.argsort(steps, kind="stable")
    src, dst = (torch.from_numpy(nodes[order]) for nodes in ends)
    history = graph((src, dst), num_nodes=num_nodes)
    for column, values in columns.items():
        history.edata.update({column: values[torch.from_numpy(order)]})
    first = int(steps.min())
    return Content([history], {"steps": torch.from_numpy(steps[order] - first)}, {"first_step": first})

"""What the three adapters share: the data set behind them, shares of parts, counts of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.subset import Indexable
from weft.errors import InputError
from weft.graph import Graph

PARTS = ("train", "val", "test")


class Adapted:
    """A data set seen as one for a task."""

    _task = ""

    def __init__(self, dataset: Indexable, split_ratio: Sequence[float] | None, transform: Transform | None) -> None:
        self.dataset = dataset
        """The data set behind it."""
        self.split_ratio = split_ratio
        """Shares of the parts; None for the published ones."""
        self.transform = transform
        """What is called with a graph that is taken out."""

    @property
    def name(self) -> str:
        """Name of the data set behind it, with the task."""
        return f"{getattr(self.dataset, 'name', type(self.dataset).__name__)}-as-{self._task}"

    def __len__(self) -> int:
        """Return the number of graphs."""
        return len(self.dataset)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, num_graphs={len(self)})"

    def _transformed(self, graph: Graph) -> Graph:
        return graph if self.transform is None else self.transform(graph)


def only_graph(where: str, dataset: Indexable) -> tuple[Graph, Tensor | None]:
    """Return the graph of a data set that has one, and what comes with it as its label.

    Raises:
        InputError: the data set has more graphs, or its item is none.
    """
    if len(dataset) != 1:
        raise InputError(f"{where}: the data set has {len(dataset)} graphs; expected one. Take a Subset of one graph.")
    item = dataset[0]
    graph, *labels = item if isinstance(item, tuple) else (item,)
    if not isinstance(graph, Graph):
        raise InputError(f"{where}: the data set holds a {type(graph).__name__}; expected a Graph.")
    return graph, labels[0] if labels else None


def part_counts(where: str, split_ratio: Sequence[float], total: int) -> list[int]:
    """Return how many of ``total`` go to each of three parts: shares rounded down, the last part takes the rest.

    Raises:
        InputError: not three shares from 0 that add up to 1.
    """
    shares = np.asarray(split_ratio, dtype=np.float64)
    if shares.shape != (3,) or (shares < 0).any() or not np.isclose(shares.sum(), 1):
        raise InputError(f"{where}: got split_ratio={split_ratio}; expected three shares from 0 that add up to 1.")
    # A share such as 0.29 of 100 is 28.999... in binary.
    train, val = (int(total * share + 1e-9) for share in shares[:2])
    return [train, val, total - train - val]


def count_classes(dataset: Any, labels: Tensor | None) -> int | None:
    """Return how many classes a data set states, or its labels have; None for labels that are numbers to predict."""
    stated = getattr(dataset, "num_classes", None)
    if stated is not None:
        return int(stated)
    if labels is None or labels.is_floating_point() or labels.numel() == 0:
        return None
    return int(labels.shape[1]) if labels.dim() == 2 and labels.shape[1] > 1 else int(labels.max()) + 1


def published_indices(dataset: Any) -> list[Tensor] | None:
    """Return the indices that ``get_idx_split`` of a data set gives, as OGB names them; None where there is none."""
    if not hasattr(dataset, "get_idx_split"):
        return None
    split = dataset.get_idx_split()
    return [torch.as_tensor(split[part]) for part in ("train", "valid", "test")]

"""Prediction on graphs: which graphs are for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft.data.adapters.adapted import Adapted, count_classes, part_counts, published_indices
from weft.data.dataset import Transform
from weft.data.subset import Indexable, Subset
from weft.errors import IdError, InputError
from weft.random import hash_bits


def as_graphpred(dataset: Indexable, split_ratio: Sequence[float], *, seed: int = 0) -> tuple[Subset, Subset, Subset]:
    """Return the graphs to train, validate and test on, drawn at random.

    Args:
        dataset: many graphs.
        split_ratio: shares of the three parts, which add up to 1; rounded down, the last part takes the rest.
        seed: of the draw.

    Raises:
        InputError: not three shares that add up to 1.

    Source: DGL's ``dgl.data.AsGraphPredDataset``, as a function.

    >>> train, val, test = as_graphpred("abcdefghij", [0.8, 0.1, 0.1])
    >>> len(train), sorted([*train, *val, *test]) == list("abcdefghij")
    (8, True)
    """
    order = hash_bits(seed, torch.arange(len(dataset))).argsort()
    train, val, test = order.split(part_counts("as_graphpred", split_ratio, len(dataset)))
    return Subset(dataset, train), Subset(dataset, val), Subset(dataset, test)


class AsGraphPredDataset(Adapted):
    """A data set of many graphs made ready for prediction on them: its items, and the indices of three parts.

    Args:
        dataset: whose items are graphs with their labels.
        split_ratio: shares of the three parts for a random split, see `as_graphpred`. None for the published split:
            ``get_idx_split`` of OGB's data sets, or ``folds``.
        fold: which of several published splits, where the data set has ``folds``.
        seed: of a random split.
        transform: called with a graph when it is taken out.

    Raises:
        InputError: no split to be had, or shares that do not add up to 1.
        IdError: no such fold.

    Source: DGL's ``dgl.data.AsGraphPredDataset``.
    """

    _task = "graphpred"

    def __init__(
        self,
        dataset: Indexable,
        split_ratio: Sequence[float] | None = None,
        *,
        fold: int = 0,
        seed: int = 0,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(dataset, split_ratio, transform)
        if split_ratio is None:
            train, val, test = _published(dataset, fold)
        else:
            parts = as_graphpred(dataset, split_ratio, seed=seed)
            train, val, test = (torch.tensor(part.indices, dtype=torch.int64) for part in parts)
        self.train_idx: Tensor = train
        """Indices of the graphs to train on."""
        self.val_idx: Tensor = val
        """Indices of the graphs to validate on; none where nothing was published for it."""
        self.test_idx: Tensor = test
        """Indices of the graphs to test on."""

    def __getitem__(self, idx: Any) -> Any:
        """Return the item at ``idx``: a graph with its labels; a `Subset` for several indices."""
        if isinstance(idx, (slice, Sequence)) or (isinstance(idx, (np.ndarray, Tensor)) and idx.ndim):
            return Subset(self, range(*idx.indices(len(self))) if isinstance(idx, slice) else idx)
        item = self.dataset[idx]
        if isinstance(item, tuple):
            return (self._transformed(item[0]), *item[1:])
        return self._transformed(item)

    @property
    def num_tasks(self) -> int:
        """How many things are predicted of a graph."""
        stated = getattr(self.dataset, "num_tasks", None)
        if stated is not None:
            return int(stated)
        label = self._first()[1]
        return 1 if label is None or label.dim() == 0 else int(label.numel())

    @property
    def num_classes(self) -> int | None:
        """Number of classes; None for numbers to predict."""
        if getattr(self.dataset, "num_classes", None) is not None:
            return count_classes(self.dataset, None)
        first = self._first()[1]
        if first is None or first.is_floating_point():
            return None
        labels = [_label(self.dataset[place]) for place in range(len(self))]
        return count_classes(self.dataset, torch.stack([label for label in labels if label is not None]))

    @property
    def node_feat_size(self) -> int | None:
        """Size of ``feat``, or of ``attr``, of a node; None where there is neither."""
        return _size(self._first()[0].ndata)

    @property
    def edge_feat_size(self) -> int | None:
        """Size of ``feat``, or of ``attr``, of an edge; None where there is neither."""
        return _size(self._first()[0].edata)

    def _first(self) -> tuple[Any, Tensor | None]:
        item = self[0]
        if not isinstance(item, tuple):
            return item, None
        return item[0], _label(item)


def _label(item: Any) -> Tensor | None:
    """Return the label of an item; of a dict, as `CSVDataset` has, what stands under ``label``."""
    label = item[1].get("label") if isinstance(item[1], Mapping) else item[1]
    return None if label is None else torch.as_tensor(label)


def _size(columns: Any) -> int | None:
    column = columns["feat"] if "feat" in columns else columns.get("attr")
    return None if column is None else int(column.shape[-1]) if column.dim() > 1 else 1


def _published(dataset: Any, fold: int) -> list[Tensor]:
    """Return the indices of each part of the published split."""
    found = published_indices(dataset)
    if found is not None:
        return found
    folds = getattr(dataset, "folds", [])
    if not folds:
        raise InputError(
            "AsGraphPredDataset: the data set has no published split: no get_idx_split, no folds. Give split_ratio for "
            "a random one."
        )
    if not 0 <= fold < len(folds):
        raise IdError(f"AsGraphPredDataset: got fold={fold}; the data set has {len(folds)} published splits, from 0.")
    return [torch.as_tensor(part) for part in folds[fold]]

"""A signal on the nodes of a graph, cut into windows to forecast from."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from weft.data.dataset import Transform
from weft.data.graph_dataset import GraphDataset
from weft.data.raw_files import RawFile
from weft.errors import IdError, InputError, ShapeError, name_choices
from weft.graph import Graph

PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class Scaler:
    """A shift and a scale, fitted on one part of a signal and used on all of it."""

    mean: Tensor
    """What is taken away: one number, or one a node."""
    std: Tensor
    """What is divided by; 1 where the part does not vary."""

    @classmethod
    def fit(cls, signal: Tensor, *, per_node: bool = False) -> Scaler:
        """Return the scaler after which ``signal`` has mean 0 and standard deviation 1.

        Args:
            signal: ``(times, nodes)``, the training rows.
            per_node: a mean and a deviation a node, instead of one for all.

        Raises:
            ShapeError: no rows.
        """
        if signal.dim() != 2 or signal.numel() == 0:
            raise ShapeError(
                f"Scaler.fit: a signal of shape {tuple(signal.shape)}; expected (times, nodes), not empty."
            )
        dims = (0,) if per_node else (0, 1)
        std = signal.std(dims, correction=0)
        return cls(signal.mean(dims), torch.where(std > 0, std, torch.ones_like(std)))

    def apply(self, signal: Tensor) -> Tensor:
        """Return ``(signal - mean) / std``; nodes are the last dimension."""
        return (signal - self.mean) / self.std

    def undo(self, signal: Tensor) -> Tensor:
        """Return what `apply` made ``signal`` of."""
        return signal * self.std + self.mean


class SignalDataset(GraphDataset):
    """Windows of a signal over a graph: the base of the data sets of this package.

    ``dataset[i]`` is a graph with ``ndata["feat"]`` ``(nodes, num_inputs)``, the signal from step ``i`` on, and
    ``ndata["label"]`` ``(nodes, num_outputs)``, the steps after that; structure and other features are shared, not
    copied. There are ``times - num_inputs - num_outputs + 1`` windows.

    The parts follow time. The first ``train_ratio`` of the steps are for training, the next ``val_ratio`` for
    validation, the rest for tests. A window belongs to the part in which all of its labels lie; one whose labels lie in
    two belongs to none. Inputs may reach back into an earlier part: they are known when the forecast is made. Scaling
    is fitted on the training steps alone.

    A subclass reads ``content.labels["signal"]`` ``(times, nodes)`` and one graph, or a graph a step.

    Args:
        name, files, folder: as for `GraphDataset`.
        num_inputs: steps to forecast from.
        num_outputs: steps to forecast.
        train_ratio, val_ratio: shares of the steps.
        scale: ``node`` for mean 0 and deviation 1 of each node over the training steps, ``all`` for one mean and
            deviation, None for the signal as it is.
        raw_dir, force_reload, verbose, transform: as for `GraphDataset`.

    Raises:
        InputError: numbers of steps below 1, shares that leave no training steps, an unknown scale, or a signal that is
            shorter than a window.
    """

    def __init__(
        self,
        name: str,
        files: Sequence[RawFile],
        *,
        folder: str,
        num_inputs: int,
        num_outputs: int,
        train_ratio: float,
        val_ratio: float,
        scale: str | None,
        raw_dir: str | os.PathLike[str] | None,
        force_reload: bool,
        verbose: bool,
        transform: Transform | None,
        hash_key: tuple[Any, ...] | None = (),
    ) -> None:
        where = type(self).__name__
        if num_inputs < 1 or num_outputs < 1:
            raise InputError(f"{where}: num_inputs={num_inputs} and num_outputs={num_outputs}; expected 1 or more.")
        if not 0 < train_ratio <= 1 or val_ratio < 0 or train_ratio + val_ratio > 1:
            raise InputError(
                f"{where}: train_ratio={train_ratio} and val_ratio={val_ratio}; expected shares that add up to at most "
                "1, with some for training."
            )
        if scale not in (None, "node", "all"):
            raise InputError(f"{where}: scale={scale!r}; expected 'node', 'all' or None.")
        self.num_inputs = num_inputs
        """Steps to forecast from."""
        self.num_outputs = num_outputs
        """Steps to forecast."""
        super().__init__(
            name,
            files,
            folder=folder,
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
            hash_key=hash_key,
        )
        times = len(self.raw_signal)
        if times < num_inputs + num_outputs:
            raise InputError(f"{where}: windows of {num_inputs + num_outputs} steps; the signal has {times}.")
        first_val = int(times * train_ratio)
        if first_val == 0:
            raise InputError(f"{where}: train_ratio={train_ratio} leaves none of {times} steps to train on.")
        self._bounds = (0, first_val, first_val + int(times * val_ratio), times)
        self.scaler = None if scale is None else Scaler.fit(self.raw_signal[:first_val], per_node=scale == "node")
        """Fitted on the training steps; None for a signal that is not scaled."""
        self.signal = self.raw_signal if self.scaler is None else self.scaler.apply(self.raw_signal)
        """``(times, nodes)`` float32, scaled."""

    @property
    def raw_signal(self) -> Tensor:
        """``(times, nodes)`` float32, as published."""
        return self.content.labels["signal"]

    @property
    def num_classes(self) -> int:
        """There are none: an AttributeError."""
        raise AttributeError(f"{type(self).__name__} is forecast, not classified: it has no classes.")

    @property
    def train_idx(self) -> Tensor:
        """Windows whose labels are training steps."""
        return self._windows_of("train")

    @property
    def val_idx(self) -> Tensor:
        """Windows whose labels are validation steps."""
        return self._windows_of("val")

    @property
    def test_idx(self) -> Tensor:
        """Windows whose labels are test steps."""
        return self._windows_of("test")

    def windows(self, part: str) -> tuple[Tensor, Tensor]:
        """Return inputs ``(windows, num_inputs, nodes)`` and labels ``(windows, num_outputs, nodes)`` of a part.

        Args:
            part: ``train``, ``val`` or ``test``.

        Raises:
            InputError: another part.
        """
        starts = self._windows_of(part)
        inputs = starts[:, None] + torch.arange(self.num_inputs)
        labels = starts[:, None] + self.num_inputs + torch.arange(self.num_outputs)
        return self.signal[inputs], self.signal[labels]

    def structure_at(self, window: int) -> Graph:
        """Return the graph that goes with a window: the only one, unless a subclass says otherwise."""
        return self.graphs[0]

    def __len__(self) -> int:
        return len(self.raw_signal) - self.num_inputs - self.num_outputs + 1

    def __getitem__(self, index: Any) -> Any:
        """Return the window at ``index``; a slice, a list or a tensor of indices gives a `Subset`.

        Raises:
            IdError: the index is past the end.
        """
        if isinstance(index, (slice, Sequence)) or (isinstance(index, Tensor) and index.dim() > 0):
            return super().__getitem__(index)
        place = int(index) + len(self) if index < 0 else int(index)
        if not 0 <= place < len(self):
            raise IdError(f"{type(self).__name__}: index {index} is past the end of its {len(self)} windows.")
        graph = self.structure_at(place).local_var()
        middle = place + self.num_inputs
        feat, label = self.signal[place:middle].T, self.signal[middle : middle + self.num_outputs].T
        graph.ndata.update({"feat": feat, "label": label})
        return self.apply_transform(graph)

    def _windows_of(self, part: str) -> Tensor:
        """Return the windows whose labels all lie in a part."""
        if part not in PARTS:
            raise InputError(f"{type(self).__name__}: no part {part!r}; expected one of {name_choices(PARTS)}.")
        start, end = self._bounds[PARTS.index(part)], self._bounds[PARTS.index(part) + 1]
        first = max(start - self.num_inputs, 0)
        return torch.arange(first, max(end - self.num_inputs - self.num_outputs + 1, first))

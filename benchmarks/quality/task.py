"""What a quality task is: data, a model, a split, and the figure that its paper gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean, stdev
from typing import TypeAlias

Figures: TypeAlias = dict[str, float | list[float]]
"""Measure to its figure, or to a figure an epoch."""


@dataclass(frozen=True)
class Published:
    """A figure of a paper: mean and standard deviation over runs, None where the paper gives none."""

    mean: float
    deviation: float | None = None


@dataclass(frozen=True)
class Task:
    """One model on one data set, run with several seeds or splits."""

    name: str
    """``gcn_cora``."""
    title: str
    """``GCN, Cora``."""
    split: str
    """In words: ``Planetoid's public split``."""
    published: dict[str, Published]
    """Measure to figure, in the paper's unit."""
    source: str
    """Where the figures were read."""
    run: Callable[[int], Figures]
    """Seed (or number of the split) to measures, in the same unit; the test rows are looked at once, at the end. A list
    holds a figure an epoch, for protocols that choose the epoch on the mean of all folds."""
    runs: int = 10


def at_best_epoch(figures: list[float | list[float]]) -> list[float]:
    """Return a figure a run: itself, or that of the epoch whose mean over the runs is best."""
    if not isinstance(figures[0], list):
        return [float(one) for one in figures if not isinstance(one, list)]
    curves = [one for one in figures if isinstance(one, list)]
    means = [mean(column) for column in zip(*curves, strict=True)]
    best = means.index(max(means))
    return [curve[best] for curve in curves]


@dataclass(frozen=True)
class Outcome:
    """A measure over the runs of a task, beside the published figure."""

    measure: str
    values: list[float]
    published: Published

    @property
    def mean(self) -> float:
        """Return the mean over the runs."""
        return mean(self.values)

    @property
    def deviation(self) -> float:
        """Return the standard deviation over the runs; 0 for one run."""
        return stdev(self.values) if len(self.values) > 1 else 0.0

    @property
    def reached(self) -> bool:
        """Return whether the mean is at most one standard deviation (the paper's, else ours) worse than published."""
        allowed = self.published.deviation if self.published.deviation is not None else self.deviation
        if self.larger_is_better:
            return self.mean >= self.published.mean - allowed
        return self.mean <= self.published.mean + allowed

    @property
    def larger_is_better(self) -> bool:
        """Return whether it is no error."""
        return self.measure.lower() not in ("rmse", "mae", "mse")

"""The files that the report is made from. The models here are their schema; what else a file holds is ignored.

======================  ===========================================================================
``metrics.json``        ``Metrics``: measures by scorer, slices, counts, timings, peak memory
``data.json``           ``DataFacts``: the table, its split, the leak check
``samples.json``        a list of ``SampleUser``
``config.yaml``         the resolved settings; shown as they are
``events.jsonl``        one object a line: ``{"event": "step", "step", "epoch", "loss"}``,
                        ``{"event": "validation", "epoch", "ndcg@20", "recall@20"}``,
                        ``{"event": "stage", "name", "seconds"}``; other events are ignored
======================  ===========================================================================
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from weft.errors import InputError
from weft.train import read_events

Count = Annotated[int, Field(ge=0)]
Key = Annotated[str, BeforeValidator(str)]
Measures = dict[str, float | None]
"""``measure@k`` to its value; None for one that nobody could be measured for."""


class Metrics(BaseModel):
    """``metrics.json``."""

    model_config = ConfigDict(extra="allow")

    model: Measures
    popularity: Measures | None = None
    item_neighbours: Measures | None = None
    num_neighbours: Count | None = None
    """Neighbours of an item in the baseline of that name."""
    slices: dict[str, dict[str, Any]] = {}
    """``item_popularity`` and ``user_activity``: name of the slice to ``about`` and one entry a scorer; ``cold``."""
    counts: dict[str, Count] = {}
    timings: dict[str, float] = {}
    """Seconds of each stage."""
    peak_memory_bytes: Count | None = None


class Histogram(BaseModel):
    """How many users (or items) have how many purchases."""

    edges: list[float]
    """Ascending, above 0, one more than ``counts``; a bin holds its lower edge."""
    counts: list[Count]

    @model_validator(mode="after")
    def _fits(self) -> Histogram:
        ascending = all(low < high for low, high in zip(self.edges, self.edges[1:], strict=False))
        if len(self.edges) != len(self.counts) + 1 or not ascending or self.edges[0] <= 0:
            raise ValueError("edges must ascend, be above 0, and be one more than counts")
        return self


class SplitFacts(BaseModel):
    """Rows in each part, and the times that cut."""

    strategy: str
    train: Count
    validation: Count
    test: Count
    boundaries: dict[str, Any] = {}


class LeakCheck(BaseModel):
    """What ``weft.tables.leak_check`` returned."""

    model_config = ConfigDict(extra="allow")

    passed: bool
    rows_disjoint: bool | None = None
    pairs_disjoint: bool | None = None
    time_ordered: bool | None = None
    user_time_ordered: bool | None = None
    rows_left_out: Count = 0
    held_out_pairs_on_graph: Count | None = None


class DataFacts(BaseModel):
    """``data.json``."""

    source: str
    columns: dict[str, str] = {}
    """Role to column name."""
    notes: list[str] = []
    num_users: Count
    num_items: Count
    num_interactions: Count
    num_rows_read: Count | None = None
    num_duplicates: Count = 0
    density: float
    user_degree_histogram: Histogram
    item_degree_histogram: Histogram
    time_range: tuple[int, int] | None = None
    time_unit: str = "microsecond"
    split: SplitFacts
    leak_check: LeakCheck


class Offer(BaseModel):
    """One recommended item."""

    item: Key
    score: float | None = None
    hit: bool
    """Whether the user bought it in the test part."""


class SampleUser(BaseModel):
    """What one user bought, is offered, and bought in the test part; items by the user's own keys or names."""

    user: Key
    bought: list[Key]
    offered: list[Offer]
    held_out: list[Key]


@dataclass(frozen=True)
class RunFiles:
    """Everything that the report says."""

    metrics: Metrics
    data: DataFacts
    samples: list[SampleUser]
    config: dict[str, Any]
    config_text: str
    events: list[dict[str, Any]]

    @property
    def leave_out_targets(self) -> bool | None:
        """Whether the targets of a training step left its graph; None where the settings do not say."""
        model = self.config.get("model")
        value = model.get("leave_out_targets") if isinstance(model, dict) else None
        return value if isinstance(value, bool) else None

    def event_points(self, kind: str, x: str, y: str) -> list[tuple[float, float]]:
        """Return ``(x, y)`` of the events of a kind that hold both as finite numbers, ascending in x."""
        of_kind = [event for event in self.events if event.get("event") == kind]
        complete = [event for event in of_kind if _is_finite(event.get(x)) and _is_finite(event.get(y))]
        return sorted((float(event[x]), float(event[y])) for event in complete)


def read_run_files(run_dir: Path) -> RunFiles:
    """Return the content of a run folder.

    Raises:
        InputError: The folder or a file is missing, unreadable or does not follow its schema; the message names the
            file and what is wrong in it.
    """
    if not run_dir.is_dir():
        raise InputError(f"recommendation_report: {run_dir} is not a folder; give the folder of a finished run.")
    config_text = _read(run_dir / "config.yaml")
    return RunFiles(
        metrics=_checked(run_dir / "metrics.json", TypeAdapter(Metrics)),
        data=_checked(run_dir / "data.json", TypeAdapter(DataFacts)),
        samples=_checked(run_dir / "samples.json", TypeAdapter(list[SampleUser])),
        config=_yaml(run_dir / "config.yaml", config_text),
        config_text=config_text,
        events=_events(run_dir / "events.jsonl"),
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(
            f"recommendation_report: {path.parent} has no {path.name}; give the folder of a finished run, "
            "or finish this one with --resume."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"recommendation_report: cannot read {path}: {error}.") from error


def _checked(path: Path, schema: TypeAdapter[Any]) -> Any:
    try:
        return schema.validate_python(json.loads(_read(path)))
    except json.JSONDecodeError as error:
        raise InputError(f"recommendation_report: {path} is damaged: not JSON ({error}). Run again.") from error
    except ValidationError as error:
        raise InputError(
            f"recommendation_report: {path} is not as expected: {_problems(error)}. "
            "It was damaged, or written by another version of weft; run again."
        ) from None


def _problems(error: ValidationError) -> str:
    problems = [f"{_place(problem['loc'])}: {problem['msg']}" for problem in error.errors()]
    more = f" and {len(problems) - 3} more" if len(problems) > 3 else ""
    return "; ".join(problems[:3]) + more


def _place(location: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in location) or "the whole file"


def _yaml(path: Path, text: str) -> dict[str, Any]:
    import yaml

    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"recommendation_report: {path} is damaged: not YAML ({error}).") from error
    if not isinstance(config, dict):
        raise InputError(f"recommendation_report: {path} is damaged: it must hold settings by name.")
    return config


def _events(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        _read(path)
    events = read_events(path)
    if not all(isinstance(event, dict) for event in events):
        raise InputError(f"recommendation_report: {path} is damaged: each line must hold one object.")
    return events


def _is_finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)

"""What a benchmark run leaves: the printed table, a JSON file, a bar chart."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import TITLES
from benchmarks.workloads import BY_NAME


@dataclass
class Line:
    """The measurements of one workload."""

    workload: str
    seconds: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    """Peer -> why its figure is missing or its result differs."""

    def median(self, peer: str) -> float | None:
        """Return the median seconds of a peer, None where it has none."""
        return median(self.seconds[peer]) if self.seconds.get(peer) else None

    def ratio(self, peer: str) -> float | None:
        """Return how many times weft is quicker than a peer."""
        ours, theirs = self.median("weft"), self.median(peer)
        return theirs / ours if ours and theirs else None

    def measured_ratio(self) -> float | None:
        """Return the ratio that the target speaks of."""
        against = BY_NAME[self.workload].against
        rivals = [peer for peer in self.seconds if peer != "weft"] if against == "best" else [against]
        ratios = [ratio for peer in rivals if (ratio := self.ratio(peer)) is not None]
        return min(ratios) if ratios else None


@dataclass
class Report:
    """A whole run."""

    date: str
    machine: dict[str, Any]
    versions: dict[str, dict[str, str]]
    missing: dict[str, str]
    rounds: int
    lines: list[Line]
    import_seconds: dict[str, float] = field(default_factory=dict)
    """Framework -> median seconds of its import beyond ``import torch``."""


def print_table(report: Report) -> None:
    """Print medians in milliseconds, ratios and targets."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=150)
    table = Table(title=f"Median of {report.rounds} rounds, milliseconds; in brackets, times slower than weft")
    table.add_column("work", overflow="fold")
    peers = [peer for peer in TITLES if peer in report.versions]
    for peer in peers:
        table.add_column(TITLES[peer], justify="right")
    for title in ("asked", "reached"):
        table.add_column(title, justify="right")
    for line in report.lines:
        workload = BY_NAME[line.workload]
        reached = line.measured_ratio()
        met = reached is not None and workload.target is not None and reached >= workload.target
        colour = "green" if met else "red"
        table.add_row(
            workload.title,
            *[_cell(line, peer) for peer in peers],
            f"{workload.target:g}x {TITLES.get(workload.against, workload.against)}" if workload.target else "",
            f"[{colour}]{reached:.2f}x[/]" if reached else "-",
        )
    console.print(table)
    for name, seconds in report.import_seconds.items():
        console.print(f"import of {TITLES[name]} beyond import torch: {seconds:.2f} s")
    for line in report.lines:
        for peer, problem in line.problems.items():
            console.print(f"[red]{line.workload}, {TITLES[peer]}:[/] {problem}", highlight=False)
    for peer, reason in report.missing.items():
        console.print(f"[yellow]Not available: {TITLES[peer]}:[/] {reason}", highlight=False)


def _cell(line: Line, peer: str) -> str:
    seconds = line.median(peer)
    if seconds is None:
        return "failed" if peer in line.problems else "-"
    text = f"{seconds * 1e3:,.1f}" if seconds < 0.1 else f"{seconds * 1e3:,.0f}"
    ratio = line.ratio(peer)
    mark = "!" if peer in line.problems else ""
    return f"{mark}{text}" if peer == "weft" or ratio is None else f"{mark}{text} ({ratio:.1f}x)"


def write_json(report: Report, path: Path) -> None:
    """Write everything that was measured."""
    record = asdict(report)
    for line, entry in zip(report.lines, record["lines"], strict=True):
        entry["median_ms"] = {peer: 1e3 * median(values) for peer, values in line.seconds.items() if values}
        entry["reached"] = line.measured_ratio()
        entry["asked"] = BY_NAME[line.workload].target
    path.write_text(json.dumps(record, indent=1), encoding="utf-8")


def draw_chart(report: Report, path: Path) -> None:
    """Draw one group of bars a workload: how many times slower than weft, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    colours = {"weft": "#1b6e53", "dgl": "#d98c3f", "pyg": "#7a6fac", "torch.sparse": "#9aa5b1"}
    lines = [line for line in report.lines if line.median("weft")]
    if not lines:
        return
    figure, axes = plt.subplots(figsize=(11, 0.9 + 0.82 * len(lines)))
    ticks = []
    top = 0.0
    for line in lines:
        peers = [peer for peer in TITLES if line.median(peer)]
        ticks.append((top + (len(peers) - 1) / 2, BY_NAME[line.workload].title))
        for peer in peers:
            ratio = line.median(peer) / line.median("weft")
            axes.barh(top, ratio, height=0.86, color=colours[peer])
            label = f"{line.median(peer) * 1e3:,.0f} ms" + ("" if peer == "weft" else f"   {ratio:.1f}x")
            # A bar shorter than weft's is on the left of one; its label still stands on the right.
            axes.text(max(ratio, 1.0) * 1.04, top, label, va="center", fontsize=8)
            top += 1
        top += 0.9
    axes.set_xscale("log")
    longest = max(line.median(peer) / line.median("weft") for line in lines for peer in line.seconds)
    axes.set_xlim(min(0.5, *[0.8 * (line.measured_ratio() or 1.0) for line in lines]), longest * 2.2)
    marks = [10**power for power in range(math.ceil(math.log10(longest)) + 1)]
    axes.set_xticks(marks, [f"{mark}x" for mark in marks])
    axes.set_yticks([place for place, _ in ticks], [title for _, title in ticks])
    axes.set_ylim(top - 0.4, -1.0)
    axes.axvline(1, color="#333333", linewidth=0.8)
    axes.set_xlabel("time relative to weft (shorter is quicker)")
    axes.set_title(
        f"weft and its rivals on {report.machine['cpu']}, {report.machine['threads']} threads, {report.date}"
    )
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    handles = [plt.Rectangle((0, 0), 1, 1, color=colours[peer]) for peer in TITLES if peer in report.versions]
    names = [TITLES[peer] for peer in TITLES if peer in report.versions]
    axes.legend(handles, names, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    plt.close(figure)

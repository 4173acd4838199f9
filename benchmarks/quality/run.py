"""Models on public data beside their papers: ``python -m benchmarks.quality.run [--only NAME ...] [--runs N]``.

Reads public data from ``WEFT_DATA_DIR``. Each run's figures are written as soon as they are there, to
``benchmarks/results/quality.json``; a run that is in the file is not done again, so a stop costs one run at most.
``--again`` starts the named tasks anew; ``--table`` prints what the file holds.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

import weft
from benchmarks.quality.task import Figures, Outcome, Task, at_best_epoch
from benchmarks.quality.tasks import TASKS
from benchmarks.run import machine

RESULTS = Path("benchmarks/results/quality.json")


def load(path: Path) -> dict[str, dict[str, Figures]]:
    """Return task -> run -> measure -> figure, of the runs that are done."""
    return json.loads(path.read_text())["runs"] if path.exists() else {}


def save(path: Path, done: dict[str, dict[str, Figures]]) -> None:
    """Write the figures, all or nothing."""
    about = {"versions": {"weft": weft.__version__, "torch": torch.__version__}, "machine": machine()}
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".part")
    scratch.write_text(json.dumps({**about, "runs": done}, indent=1) + "\n")
    os.replace(scratch, path)


def outcomes(task: Task, runs: dict[str, Figures]) -> list[Outcome]:
    """Return the measures of a task that a paper gives, over the runs that are done."""
    return [
        Outcome(measure, at_best_epoch([figures[measure] for figures in runs.values()]), published)
        for measure, published in task.published.items()
        if runs
    ]


def print_table(tasks: Sequence[Task], done: dict[str, dict[str, Figures]], console: Console) -> None:
    """Print mean and standard deviation beside the paper's."""
    table = Table("model, data", "split", "measure", "runs", "weft", "published", "seconds a run", "reached")
    for task in tasks:
        runs = done.get(task.name, {})
        for one in outcomes(task, runs):
            paper = one.published
            table.add_row(
                task.title,
                task.split,
                one.measure,
                str(len(one.values)),
                f"{one.mean:.4g} ± {one.deviation:.2g}",
                f"{paper.mean:g}" + ("" if paper.deviation is None else f" ± {paper.deviation:g}"),
                f"{sum(figures['seconds'] for figures in runs.values()) / len(runs):.0f}",
                "yes" if one.reached else "no",
            )
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[task.name for task in TASKS])
    parser.add_argument("--runs", type=int, help="at most so many runs of each task (default: all of them)")
    parser.add_argument("--again", action="store_true", help="forget the figures of these tasks first")
    parser.add_argument("--table", action="store_true", help="run nothing, print the figures there are")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    tasks = [task for task in TASKS if options.only is None or task.name in options.only]
    done, console = load(options.out), Console(stderr=True)
    if not options.table:
        if options.again:
            for task in tasks:
                done.pop(task.name, None)
        with Progress(console=console) as bar:
            for task in tasks:
                count = task.runs if options.runs is None else min(options.runs, task.runs)
                line = bar.add_task(task.title, total=count)
                for seed in range(count):
                    if str(seed) not in done.setdefault(task.name, {}):
                        begin = time.perf_counter()
                        torch.manual_seed(seed)
                        figures = task.run(seed)
                        done[task.name][str(seed)] = {**figures, "seconds": time.perf_counter() - begin}
                        save(options.out, done)
                    bar.advance(line)
    print_table(tasks, done, Console(width=160))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

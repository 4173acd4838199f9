"""Weft against its rivals: ``python -m benchmarks.run [--quick] [--suite NAME ...] [--only NAME ...]``.

Each framework runs in a process of its own that stays; they take turns, so that a noisy minute of the machine hits all
alike. Before a time is taken, the results are compared. Rivals whose environment is missing are named at the end.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.compare import compare_folders
from benchmarks.outputs import Line, Report, draw_chart, print_table, write_json
from benchmarks.processes import IMPORTS, PROGRAMS, TITLES, Peer, PeerError, import_seconds, start_peers
from benchmarks.workloads import BY_NAME, LARGE, SMALL, SUITES, THREADS, WORKLOADS, Inputs, Sizes, Workload


def measure(workload: Workload, peers: dict[str, Peer], rounds: int, folder: Path, *, runs_a_turn: int = 2) -> Line:
    """Return one workload's line: results compared, then ``rounds`` turns of every framework, whose last run counts."""
    line = Line(workload.name)
    able = {}
    for name, peer in peers.items():
        if workload.name not in peer.workloads:
            continue
        try:
            line.notes[name] = peer.prepare(workload.name, folder / name)
            able[name] = peer
        except PeerError as error:
            line.problems[name] = str(error)
    base = next(iter(able), None)
    for name in able:
        if name != base and (complaints := compare_folders(folder / base, folder / name, workload.tolerance)):
            line.problems[name] = f"results differ from {TITLES[base]}'s: " + "; ".join(complaints)
    for peer in able.values():
        peer.time(1)
    for _ in range(rounds):
        for name, peer in able.items():
            # The first run of a turn finds caches and memory as the others left them.
            line.seconds.setdefault(name, []).append(peer.time(runs_a_turn)[-1])
    shutil.rmtree(folder, ignore_errors=True)
    return line


def measure_imports(names: Sequence[str], rounds: int) -> dict[str, float]:
    """Return the median seconds that each framework's import adds to that of its PyTorch."""
    beyond: dict[str, list[float]] = {name: [] for name in names if name in IMPORTS}
    for _ in range(rounds + 1):
        for name, values in beyond.items():
            alone = import_seconds(name, "import torch")
            values.append(import_seconds(name, f"import torch, {IMPORTS[name]}") - alone)
    # The first turn filled the disk cache.
    return {name: median(values[1:]) for name, values in beyond.items()}


def machine(threads: int = THREADS) -> dict[str, object]:
    """Return what the figures depend on: type of CPU, cores, threads."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="ascii", errors="ignore").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    return {"cpu": model, "cores": os.cpu_count(), "threads": threads, "system": platform.system()}


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="turns of every framework (default 7)")
    parser.add_argument("--quick", action="store_true", help="three turns, and no import times")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--small", action="store_true", help="tiny inputs: shows that everything runs and agrees")
    size.add_argument(
        "--large", action="store_true", help="64 million edges, without PyG, whose messages take 16 GB there"
    )
    parser.add_argument("--threads", type=int, default=THREADS, help=f"of every framework (default {THREADS})")
    parser.add_argument("--suite", nargs="+", metavar="NAME", choices=SUITES, default=SUITES, help="these tables only")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=sorted(BY_NAME), help="these workloads only")
    parser.add_argument("--peers", nargs="+", metavar="NAME", choices=list(PROGRAMS), default=None)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"), help="folder of the JSON and the chart")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write; return 1 when a result differs or a framework failed."""
    options = parse_arguments(arguments)
    sizes = SMALL if options.small else LARGE if options.large else Sizes()
    rounds = 3 if options.quick else options.rounds
    print(f"Inputs in {Inputs(sizes).folder} (made once).", file=sys.stderr)
    Inputs(sizes).prepare()
    # On the large graph PyG keeps a row an edge: 16 GB for one message alone.
    able = [name for name in PROGRAMS if not (options.large and name == "pyg")]
    peers, missing = start_peers(options.peers or able, sizes, options.threads)
    complete = options.only is None
    measured: dict[str, list[Line]] = {suite: [] for suite in options.suite}
    try:
        with tempfile.TemporaryDirectory(prefix="weft-bench-results-") as scratch:
            for workload in WORKLOADS:
                if workload.suite in measured and (complete or workload.name in options.only):
                    print(f"{workload.title} ...", file=sys.stderr, flush=True)
                    # A second run of a turn in which each takes seconds would double hours, and caches matter little.
                    runs = 1 if options.large else 2
                    line = measure(workload, peers, rounds, Path(scratch) / workload.name, runs_a_turn=runs)
                    measured[workload.suite].append(line)
    finally:
        for peer in peers.values():
            peer.close()
    imports = {} if options.quick or not complete else measure_imports(list(peers), min(rounds, 5))
    for suite, lines in measured.items():
        if lines:
            spoken = {name for line in lines for name in (*line.seconds, *line.problems)}
            report = Report(
                date=datetime.date.today().isoformat(),
                machine=machine(options.threads),
                versions={name: peer.versions for name, peer in peers.items() if name in spoken},
                missing=missing,
                rounds=rounds,
                lines=lines,
                import_seconds=imports if suite == SUITES[0] else {},
            )
            write(report, options.out, suite + suffix(options.threads, large=options.large))
    return 1 if any(line.problems for lines in measured.values() for line in lines) else 0


def suffix(threads: int, *, large: bool = False) -> str:
    """Return what tells the files of unusual inputs or threads from those of the standard graph."""
    return ("_large" if large else "") + ("" if threads == THREADS else f"_{threads}_threads")


def write(report: Report, folder: Path, name: str) -> None:
    """Print a table, and leave its JSON and its chart in a folder."""
    print_table(report)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(report, folder / f"{name}.json")
    draw_chart(report, folder / f"{name}.png")
    print(f"Written: {folder / name}.json and .png", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())

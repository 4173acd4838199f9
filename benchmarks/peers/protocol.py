"""How a framework's program talks with the runner: a JSON object a line, on stdin and stdout.

::

    {"do": "prepare", "workload": NAME, "results": FOLDER}  -> {"note": ..., "files": [...]} | {"absent": true}
    {"do": "time", "repeat": N}                             -> {"seconds": [...]}
    {"do": "peak"}                                          -> {"held": BYTES, "peak": BYTES}
    {"do": "close"}                                         the program ends

Runs in the rivals' environments too: standard library and numpy only.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.workloads import Inputs, Sizes


class Case(NamedTuple):
    """One way of doing a workload in one framework."""

    step: Callable[[], Any]
    """What is timed."""
    results: Callable[[Any], Mapping[str, np.ndarray]]
    """From what ``step`` returned to arrays that every framework names alike; not timed."""
    note: str = ""
    """Which of several ways it is."""


def serve(versions: Mapping[str, str], cases: Mapping[str, Callable[[Inputs], Case | Sequence[Case]]]) -> None:
    """Answer the runner until it says close.

    Args:
        versions: what this framework is, for the record.
        cases: by workload name, a function that builds its case; of several cases the quickest is kept.
    """
    # Libraries may print; the runner must read nothing but answers.
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def answer(message: Mapping[str, Any]) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    inputs = Inputs(Sizes(**json.loads(os.environ.get("WEFT_BENCH_SIZES", "{}"))))
    answer({"versions": dict(versions), "workloads": sorted(cases)})
    case: Case | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "close":
            return
        try:
            if request["do"] == "prepare":
                case = None
                gc.collect()
                answer_to_prepare, case = _prepare(cases.get(request["workload"]), inputs, Path(request["results"]))
                answer(answer_to_prepare)
            elif case is None:
                answer({"error": "nothing is prepared"})
            elif request["do"] == "peak":
                answer(_peak(case.step))
            else:
                answer({"seconds": _time(case.step, request["repeat"])})
        except Exception:
            answer({"error": traceback.format_exc(limit=-4)})


def _prepare(
    make: Callable[[Inputs], Case | Sequence[Case]] | None, inputs: Inputs, folder: Path
) -> tuple[dict[str, Any], Case | None]:
    if make is None:
        return {"absent": True}, None
    made = make(inputs)
    choices = [made] if isinstance(made, Case) else list(made)
    case = choices[0]
    if len(choices) > 1:
        for choice in choices:
            choice.step()
        case = min(choices, key=lambda choice: min(_time(choice.step, 2)))
    results = case.results(case.step())
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in results.items():
        np.save(folder / f"{name}.npy", np.asarray(values))
    return {"note": case.note, "files": sorted(results)}, case


def _time(step: Callable[[], Any], repeat: int) -> list[float]:
    seconds = []
    gc.collect()
    for _ in range(repeat):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return seconds


def _peak(step: Callable[[], Any]) -> dict[str, int]:
    """Return the resident bytes of this process before a run, and the most during it (Linux)."""
    gc.collect()
    held = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    step()
    return {"held": held, "peak": _status("VmHWM")}


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) * 1024

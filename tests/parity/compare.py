"""How far weft is from DGL 2.1.0: ``python -m tests.parity.compare`` prints it for every topic."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from tests.parity.case import Case
from tests.parity.run import FOLDER, cases_of, results, start, topics

RELATIVE = 1e-6
"""Largest difference allowed, relative to the largest number of the array (in float64)."""


@cache
def _arrays(topic: str) -> dict[str, np.ndarray]:
    with np.load(FOLDER / f"{topic}.npz") as file:
        return {name: file[name] for name in file.files}


def golden(topic: str, case: Case, prefix: str = "") -> dict[str, np.ndarray]:
    """Return DGL's arrays of a case whose names start with a prefix, without it."""
    begin = f"{case.name}|{prefix}"
    found = {name[len(begin) :]: value for name, value in _arrays(topic).items() if name.startswith(begin)}
    if not found and not _arrays(topic).keys() & {f"{case.name}|out", f"{case.name}|out/0"}:
        raise LookupError(f"{topic}.npz knows nothing of {case.name}; write it anew with make_golden.py.")
    return found


def largest_difference(topic: str, case: Case) -> tuple[str, float]:
    """Return the array of a case that is farthest from DGL's, and how far it is.

    Raises:
        AssertionError: an output or a gradient is missing, or has another shape.
    """
    import weft
    import weft.nn

    module = start(case, weft.nn)
    state = golden(topic, case, "state/")
    module.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    found = results(case, weft, module)
    expected = {name: value for name, value in golden(topic, case).items() if not name.startswith("state/")}
    assert found.keys() == expected.keys()
    worst = ("", 0.0)
    for name, value in expected.items():
        assert found[name].shape == value.shape, name
        if value.size == 0:
            continue
        scale = max(float(np.abs(value).max()), 1e-3)
        difference = float(np.abs(found[name] - value).max()) / scale
        worst = max(worst, (name, difference), key=lambda pair: pair[1] if pair[1] == pair[1] else np.inf)
    return worst


if __name__ == "__main__":
    layers: set[str] = set()
    for topic in topics():
        pairs = [(case.name, *largest_difference(topic, case)) for case in cases_of(topic)]
        layers |= {type(start(case, __import__("weft.nn").nn)).__name__ for case in cases_of(topic)}
        name, array, difference = max(pairs, key=lambda row: row[2])
        print(f"{topic}: {len(pairs)} cases; largest relative difference {difference:.1e} ({name}, {array})")
    print(f"{len(layers)} layers: {', '.join(sorted(layers))}")

"""What `make` installs is pinned: each package that pyproject.toml asks for stands in constraints.txt."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def name_of(requirement: str) -> str:
    """Return the normalised name of a requirement or a pin."""
    return re.match(r"[\w.-]+", requirement).group().lower().replace("_", "-")


def requirements() -> list[str]:
    """Return everything that a package, its extras and its build ask for."""
    tomllib = pytest.importorskip("tomllib")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = [entry for extra in settings["project"]["optional-dependencies"].values() for entry in extra]
    everything = [*settings["build-system"]["requires"], *settings["project"]["dependencies"], *extras]
    return sorted({name_of(entry) for entry in everything} - {"weft"})


def test_every_requirement_is_pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {name_of(line) for line in lines if "==" in line and not line.startswith("#")}
    assert not set(requirements()) - pins, f"no pin in constraints.txt: {sorted(set(requirements()) - pins)}"


def test_make_installs_by_the_pins():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^PIP := PIP_CONSTRAINT=constraints\.txt PIP_BUILD_CONSTRAINT=constraints\.txt ", makefile, re.M)
    assert len(re.findall(r"-m pip\b", makefile)) == 1, "an installation that does not go through $(PIP)"
    assert makefile.count("$(PIP) ") >= 3

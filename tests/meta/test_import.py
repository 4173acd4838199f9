"""What ``import weft`` brings in: told by the modules that are loaded, not by a clock."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "duckdb",
    "jinja2",
    "matplotlib",
    "networkx",
    "pandas",
    "pyarrow",
    "pydantic",
    "rich",
    "scipy",
    "typer",
    "yaml",
)


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint('\\n'.join(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def before() -> set[str]:
    return modules_after("import torch, numpy")


@pytest.fixture(scope="module")
def after() -> set[str]:
    return modules_after("import weft")


@pytest.mark.parametrize("module", HEAVY)
def test_import_weft_leaves_heavy_modules_alone(module, before, after):
    assert module not in after - before, f"`import weft` loads {module}; import it where it is used"


def test_version_is_one_number(tmp_path):
    import importlib.metadata

    import weft

    try:
        installed = importlib.metadata.version("weft")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("weft is on the path but not installed")
    assert installed == weft.__version__

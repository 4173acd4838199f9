"""Every program in ``examples/`` and every Python block in README.md and the tutorial runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = sorted((ROOT / "examples").glob("*.py"))
# Every block of the guide on errors fails on purpose; tests/differential/test_bad_inputs.py runs them.
ERRORS = ROOT / "docs" / "guides" / "errors.md"
# The guide to kernels quotes their files; tests/meta/test_add_a_kernel.py compares them.
QUOTES = ROOT / "docs" / "guides" / "add_a_kernel.md"
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").glob("*/*.md")) if page not in (ERRORS, QUOTES)),
]


def python_blocks(page: Path) -> str:
    """Return the Python blocks of a page as one program; a block that starts with ``# not run`` is left out."""
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return "\n".join(block for block in blocks if not block.startswith("# not run"))


def run(arguments: list[str], folder: Path) -> None:
    environment = dict(os.environ, PYTHONPATH=str(ROOT / "src"))
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_example_runs(program, tmp_path):
    run([str(program)], tmp_path)


@pytest.mark.parametrize("page", [page for page in PAGES if python_blocks(page)], ids=lambda page: page.name)
def test_python_blocks_of_the_page_run(page, tmp_path):
    # The table that the README speaks of: a small one.
    from weft.data import synthetic_shop

    synthetic_shop(users=60, items=40, purchases=900, seed=0).write(tmp_path)
    run(["-c", python_blocks(page)], tmp_path)

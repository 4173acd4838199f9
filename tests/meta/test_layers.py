"""Imports go down the house of the architecture, never up or sideways. Sources are parsed, nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"

# Top to bottom; packages on one line do not know each other. `weft` itself is the front door: it may import what lies
# below the command line, and only `cli` and `compat`, which stand above it, may import from it.
HOUSE = (
    ("cli", "compat"),
    ("serve", "report"),
    ("tasks",),
    ("train",),
    ("distributed",),
    ("dataloading",),
    ("nn", "data", "tables"),
    ("sampling", "transforms", "geometry", "store", "partition", "metrics", "optim"),
    ("graph",),
    ("function",),
    ("sparse",),
    ("ops",),
    ("relation",),
    ("kernels",),
    ("checks", "random"),
    ("errors",),
)
FLOOR = {name: len(HOUSE) - depth for depth, names in enumerate(HOUSE) for name in names}
# The version alone is known everywhere; it is no import of the front door's contents.
FRONT_DOOR_NAMES = {"__version__"}


def source_files() -> list[Path]:
    return sorted((SOURCE / "weft").rglob("*.py"))


def package_of(path: Path) -> str:
    """Return the name below ``weft`` that a file belongs to: ``graph`` for weft/graph/frame.py, ``""`` for weft."""
    parts = path.relative_to(SOURCE / "weft").with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imported_packages(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield (package below ``weft``, line) for every import, at any depth of the file; ``""`` is ``weft`` itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                if parts[0] == "weft":
                    yield (parts[1] if len(parts) > 1 else ""), node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import; write the full name"
            parts = (node.module or "").split(".")
            if parts[0] != "weft":
                continue
            if len(parts) > 1:
                yield parts[1], node.lineno
                continue
            for alias in node.names:
                if alias.name in FLOOR:
                    yield alias.name, node.lineno
                elif alias.name not in FRONT_DOOR_NAMES:
                    yield "", node.lineno


def may_import(importer: str, imported: str) -> bool:
    if importer == imported:
        return True
    if importer == "":
        return imported not in HOUSE[0]
    if imported == "":
        return importer in HOUSE[0]
    return FLOOR[imported] < FLOOR[importer]


def offences(path: Path, text: str) -> list[str]:
    importer = package_of(path)
    return [
        f"{path.relative_to(SOURCE)}:{line}: {importer or 'weft'} imports {imported or 'weft'}"
        for imported, line in imported_packages(ast.parse(text))
        if not may_import(importer, imported)
    ]


def test_imports_go_down_the_house():
    found = [offence for path in source_files() for offence in offences(path, path.read_text(encoding="utf-8"))]
    assert not found, "imports that go up or sideways:\n" + "\n".join(found)


def test_every_package_has_a_floor():
    packages = {package_of(path) for path in source_files()} - {""}
    assert packages <= set(FLOOR), f"not in the house of ARCHITECTURE.md: {sorted(packages - set(FLOOR))}"


@pytest.mark.parametrize(
    ("file", "line", "allowed"),
    [
        ("graph/frame.py", "from weft.kernels import spmm", True),
        ("graph/frame.py", "from weft.graph.blocks import Block", True),
        ("graph/frame.py", "from weft import ops", True),
        ("graph/frame.py", "import weft.nn.conv", False),
        ("graph/frame.py", "from weft import nn", False),
        ("graph/frame.py", "def f():\n    from weft.train import loop", False),
        ("nn/losses.py", "from weft.tables import Split", False),
        ("nn/losses.py", "from weft import Graph", False),
        ("cli/app.py", "from weft import Graph", True),
        ("train/loop.py", "from weft import __version__", True),
        ("__init__.py", "from weft.graph import Graph", True),
        ("__init__.py", "from weft.cli import main", False),
        ("random.py", "from weft.errors import InputError", True),
        ("errors.py", "from weft.random import uniform", False),
    ],
)
def test_the_rule_on_small_cases(file, line, allowed):
    assert (offences(SOURCE / "weft" / file, line) == []) is allowed

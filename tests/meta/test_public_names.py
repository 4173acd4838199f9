"""Every package lists its public names, and nothing public is generated: a search finds the definition."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import weft

SOURCE = Path(__file__).resolve().parents[2] / "src"
PACKAGES = sorted((SOURCE / "weft").rglob("__init__.py"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).parent.parts)


def names_written(tree: ast.Module) -> set[str]:
    """Return the names that a file binds at its top level by an import, a definition or an assignment."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            if ast.unparse(node.targets[0]) == "_FROM":
                # The front door's table of names and the modules that they come from.
                names |= set(ast.literal_eval(node.value))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


@pytest.mark.parametrize("path", PACKAGES, ids=module_name)
def test_package_lists_its_public_names(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    written = names_written(tree)
    listed = getattr(importlib.import_module(module_name(path)), "__all__", None)
    if listed is None:
        imported = {n for n in written if not n.startswith("_") and n != "annotations"}
        assert not imported, f"{module_name(path)} has names but no __all__: {sorted(imported)}"
        return
    assert sorted(set(listed)) == sorted(listed), "a name stands twice in __all__"
    submodules = {p.stem for p in path.parent.iterdir()}
    assert set(listed) <= written | submodules, f"listed but not written out: {sorted(set(listed) - written)}"


@pytest.mark.parametrize("name", sorted(weft._FROM))
def test_name_that_comes_on_first_use_is_listed_and_comes(name):
    assert name in weft.__all__, "add the name to __all__ in weft/__init__.py"
    found = getattr(weft, name)
    defined = found.__name__ if inspect.ismodule(found) else found.__module__
    assert defined.startswith(weft._FROM[name])


@pytest.mark.parametrize("path", sorted((SOURCE / "weft").rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_name_is_made_at_run_time(path):
    # The front door alone has one: it imports subpackages, whose names it writes out, when they are first used.
    front_door = path == SOURCE / "weft/__init__.py"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        is_getattr = isinstance(node, ast.FunctionDef) and node.name == "__getattr__" and node.col_offset == 0
        if is_getattr and not front_door:
            pytest.fail(f"{path.name}:{node.lineno}: a module-level __getattr__ hides names from readers")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            target = ast.unparse(node.args[0])
            assert "module" not in target, f"{path.name}:{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            assert ast.unparse(node.value) != "globals()", f"{path.name}:{node.lineno}: writes into globals()"

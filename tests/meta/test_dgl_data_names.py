"""Each name of DGL's data sets is in weft with the same arguments and a test, or left out for a reason that is given.

``pytest -s tests/meta/test_dgl_data_names.py`` prints the table.
"""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest
from tests.meta.dgl_data_names import LEFT_OUT, LISTING, OTHER_ARGUMENTS, PENDING, RENAMED

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = {name: arguments for names in LISTING.values() for name, arguments in names.items()}


def place(name: str) -> str:
    return RENAMED.get(name, f"weft.data.{name}")


def find(name: str) -> object | None:
    """Return what stands for a name of DGL's; None when nothing does."""
    module, _, attribute = place(name).rpartition(".")
    return getattr(importlib.import_module(module), attribute, None)


HERE = sorted(name for name in ARGUMENTS if find(name) is not None)


def test_every_name_is_here_or_left_out_for_a_reason():
    print()
    for group, names in LISTING.items():
        for name in names:
            reason = LEFT_OUT.get(name)
            fate = f"left out: {reason}" if reason else place(name) if name in HERE else "to come"
            print(f"{group} | {name} | {fate}")
    assert sorted(set(ARGUMENTS) - set(HERE) - set(LEFT_OUT) - PENDING) == []


def test_what_is_left_out_is_not_here():
    assert sorted(set(LEFT_OUT) & set(HERE)) == []


def test_reasons_are_of_names_that_are_listed():
    assert sorted({*LEFT_OUT, *OTHER_ARGUMENTS, *RENAMED, *PENDING} - set(ARGUMENTS)) == []


def written(arguments: str) -> list[str]:
    """Return the arguments of a listing one by one, without those by any name."""
    return [one for one in re.split(r", (?![^(]*\))", arguments) if one and not one.startswith("*")]


def of(found: object) -> list[str]:
    """Return the arguments of a function or a class that may be given by place, as they are written."""
    parameters = inspect.signature(found).parameters.values()
    by_place = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.POSITIONAL_ONLY)]
    return [p.name if p.default is p.empty else f"{p.name}={spelt(p.default)}" for p in by_place]


def spelt(default: object) -> str:
    return default.__name__ if inspect.isfunction(default) else repr(default)


@pytest.mark.parametrize("name", [name for name in HERE if name not in OTHER_ARGUMENTS and ARGUMENTS[name] != "..."])
def test_arguments_are_those_of_dgl(name):
    assert of(find(name)) == written(ARGUMENTS[name])


@pytest.mark.parametrize("name", [name for name in HERE if name not in PENDING])
def test_name_stands_in_the_test_of_its_module(name):
    found = find(name)
    path = Path(inspect.getfile(found)).relative_to(ROOT / "src/weft")
    test = ROOT / "tests" / path.parent / f"test_{path.name}"
    assert re.search(rf"\b{found.__name__}\b", test.read_text(encoding="utf-8"))

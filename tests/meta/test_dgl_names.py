"""Each name of DGL's graph interface is covered by a test or left out for a reason that is given.

``pytest -s tests/meta/test_dgl_names.py`` prints the table.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest
from tests.differential import program, store
from tests.differential.pending import PENDING
from tests.meta.dgl_names import ELSEWHERE, LEFT_OUT, LISTING

import weft

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    (section, grade, name) for section, grades in LISTING.items() for grade in grades for name in grades[grade].split()
]


def covering() -> dict[str, list[str]]:
    """Return each name that programs call, with the programs that call it: ``structure.degrees``."""
    found: dict[str, set[str]] = defaultdict(set)
    for topic in program.topics():
        for name, _, calls in store.load(store.FOLDER / f"{topic}.npz"):
            for call, *_ in calls:
                found[call].add(f"{topic}.{name}")
    return {call: sorted(programs) for call, programs in found.items()}


def has_test(place: str) -> bool:
    """Return whether ``file`` or ``file::test`` exists."""
    file, _, test = place.partition("::")
    path = ROOT / file
    if not path.is_file():
        return False
    defined = [node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    return not test or test in defined


def table() -> list[tuple[str, str, str, str]]:
    """Return section, grade, name and what became of it; an empty text where nothing did."""
    programs = covering()
    rows = []
    for section, grade, name in ROWS:
        fate = ", ".join(programs.get(name, [])) or ELSEWHERE.get(name, "")
        if name in LEFT_OUT:
            fate = f"left out: {LEFT_OUT[name]}"
        elif name in PENDING:
            fate = f"{fate} (pending)"
        rows.append((section, grade, name, fate))
    return rows


def test_every_name_is_covered_or_left_out_for_a_reason():
    print()
    for row in table():
        print(" | ".join(row))
    assert [name for _, _, name, fate in table() if not fate] == []


def test_no_name_is_listed_twice():
    names = [(section, name) for section, _, name in ROWS]
    assert len(names) == len(set(names))


def test_what_is_left_out_is_not_covered():
    assert sorted(set(LEFT_OUT) & set(covering())) == []
    assert sorted(set(LEFT_OUT) & set(ELSEWHERE)) == []


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_what_is_left_out_is_not_in_weft(name):
    with pytest.raises(AttributeError):
        program.resolve(weft, name)


def test_reasons_and_places_are_of_names_that_are_listed():
    assert sorted({*LEFT_OUT, *ELSEWHERE} - {name for *_, name in ROWS}) == []


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_the_test_of_a_name_covered_elsewhere_exists(name):
    assert has_test(ELSEWHERE[name])

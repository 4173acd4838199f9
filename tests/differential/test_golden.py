"""Every program gives under weft what it gave under DGL 2.1.0, but for the differences that are declared."""

from __future__ import annotations

import functools
import importlib.util
from typing import Any

import pytest

import weft
import weft.errors
from tests.differential import program, store
from tests.differential.compare import mismatch
from tests.differential.differences import DIFFERENCES, find
from tests.differential.pending import PENDING, PENDING_MEANINGS

NEEDS = {"metis_partition": "pymetis", "metis_partition_assignment": "pymetis"}
"""Names that need a package which weft does not bring along."""
ABSENT = frozenset(name for name, package in NEEDS.items() if importlib.util.find_spec(package) is None)
CASES = [(topic, one, graph) for topic in program.topics() for one in program.load(topic) for graph in one.graphs]


@functools.cache
def golden(topic: str) -> dict[tuple[str, str], list[Any]]:
    """Return (program, graph) to what DGL gave, call after call."""
    return {(name, graph): calls for name, graph, calls in store.load(store.FOLDER / f"{topic}.npz")}


def all_calls() -> set[tuple[str, str]]:
    """Return every (name, meaning) of the golden files."""
    topics = program.topics()
    return {(name, meaning) for topic in topics for calls in golden(topic).values() for name, meaning, _ in calls}


def verdict(outcome: program.Outcome, expected: Any, graph: str) -> str | None:
    """Return what is wrong with a result, or None."""
    result = outcome.result
    if result[0] == "error" and "WeftError" not in result[1]:
        return f"weft raised {result[1][0]}, which is no WeftError: {result[2]}"
    found = mismatch(expected, result)
    declared = find(outcome.name, outcome.meaning, graph)
    if declared is None:
        return found
    if found is None:
        return f"declared as a difference, but equal to DGL's: {declared.reason}"
    raised = result[1] if result[0] == "error" else None
    wanted = declared.raises.__name__ if declared.raises else None
    if (raised is None) != (wanted is None) or (wanted and wanted not in raised):
        return f"declared to raise {wanted}, got {result[:2]}"
    return None


@pytest.mark.parametrize(("topic", "one", "graph"), CASES, ids=[f"{t}-{p.name}-{g}" for t, p, g in CASES])
def test_same_as_dgl(topic, one, graph):
    expected = golden(topic)[one.name, graph]
    outcomes = list(program.run(weft, one, graph, PENDING | ABSENT))
    assert [outcome[:2] for outcome in outcomes] == [tuple(call[:2]) for call in expected], "run make_golden.py again"
    wrong = [
        f"{outcome.name} ({outcome.meaning}): {problem}"
        for outcome, (_, _, result) in zip(outcomes, expected, strict=True)
        if outcome.result is not None and (problem := verdict(outcome, result, graph))
    ]
    assert not wrong, "\n".join(wrong)


def test_golden_files_hold_no_program_that_is_gone():
    current = {(topic, one.name, graph) for topic, one, graph in CASES}
    recorded = {(topic, *key) for topic in program.topics() for key in golden(topic)}
    assert recorded == current


def test_at_least_250_distinct_calls():
    calls = all_calls()
    results = sum(len(calls) for topic in program.topics() for calls in golden(topic).values())
    print(f"\n{len(CASES)} runs of programs, {len(calls)} distinct calls, {results} results")
    assert len(calls) >= 250


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_optional_package_is_here(name):
    pytest.importorskip(NEEDS[name], reason=f"{name} was not compared: {NEEDS[name]} is not installed")
    assert name not in ABSENT


def test_pending_names_are_still_missing():
    come = []
    for name in sorted(PENDING - PENDING_MEANINGS):
        try:
            program.resolve(weft, name)
        except (AttributeError, ImportError):
            continue
        come.append(name)
    assert not come, f"weft has them now; take them out of pending.py: {come}"


def test_pending_meanings_still_differ():
    differ = set()
    for topic, one, graph in CASES:
        expected = golden(topic)[one.name, graph]
        if not PENDING_MEANINGS & {(name, meaning) for name, meaning, _ in expected}:
            continue
        outcomes = program.run(weft, one, graph, (PENDING - PENDING_MEANINGS) | ABSENT)
        for outcome, (*_, result) in zip(outcomes, expected, strict=True):
            if outcome.result is not None and verdict(outcome, result, graph):
                differ.add((outcome.name, outcome.meaning))
    assert differ >= PENDING_MEANINGS, "take these out of pending.py: they are equal now"


def test_what_is_pending_is_called_by_a_program():
    calls = all_calls()
    assert not (PENDING - PENDING_MEANINGS) - {name for name, _ in calls}
    assert calls >= PENDING_MEANINGS


def test_no_difference_is_declared_twice():
    declared = [(*one[:2], graph) for one in DIFFERENCES for graph in one.graphs or ("",)]
    assert len(declared) == len(set(declared))


def test_every_difference_is_met():
    met = {(name, meaning) for name, meaning in all_calls()}
    assert [one[:2] for one in DIFFERENCES if one[:2] not in met] == []
    assert all(issubclass(one.raises, weft.errors.WeftError) for one in DIFFERENCES if one.raises)


def test_a_changed_result_is_noticed():
    tree = ["tuple", [["int", 3], ["tensor", "float32", golden("structure")["all_degrees", "multi"][0][2][2]]]]
    assert mismatch(tree, tree) is None
    other = ["tuple", [["int", 3], ["tensor", "float64", tree[1][1][2]]]]
    assert "float64" in mismatch(tree, other)
    assert mismatch(tree, ["tuple", [["int", 4], tree[1][1]]]).startswith("result[1][0][1]")
    assert "error" in mismatch(tree, ["error", ["WeftError"], "text"])

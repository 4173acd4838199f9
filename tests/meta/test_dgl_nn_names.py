"""Each of DGL's modules, sparse optimisers and functions of geometry is in weft, pending, or left out for a reason.

``pytest -s tests/meta/test_dgl_nn_names.py`` prints the table.
"""

from __future__ import annotations

import importlib

from tests.meta.dgl_nn_names import LEFT_OUT, LISTING

PENDING = frozenset({"HeteroPGExplainer", "HeteroSubgraphX", "PGExplainer", "SubgraphX"})
"""Names that are still being written; empty when all is done."""


def table() -> list[tuple[str, str, str]]:
    """Return section, name and where it is; an empty text where it is missing."""
    rows = []
    for section, packages in LISTING.items():
        for package, names in packages.items():
            module = importlib.import_module(f"weft.{package}")
            for name in names.split():
                found = getattr(module, name).__module__ if name in module.__all__ else ""
                if name in LEFT_OUT:
                    found = f"left out: {LEFT_OUT[name]}"
                elif name in PENDING:
                    found = found or "pending"
                rows.append((section, name, found))
    return rows


def test_every_name_is_there_or_left_out_for_a_reason():
    print()
    for row in table():
        print(" | ".join(row))
    assert [name for _, name, found in table() if not found] == []


def test_no_name_is_listed_twice():
    names = [name for _, name, _ in table()]
    assert len(names) == len(set(names))


def test_what_is_left_out_is_listed_and_not_there():
    listed = {name for _, name, _ in table()}
    assert set(LEFT_OUT) | PENDING <= listed
    for packages in LISTING.values():
        for package in packages:
            assert not set(importlib.import_module(f"weft.{package}").__all__) & set(LEFT_OUT)

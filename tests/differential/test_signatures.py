"""Functions and methods take the arguments that DGL 2.1.0's take: same names, order and defaults."""

from __future__ import annotations

import json

import weft
from tests.differential.signatures import DIFFERENCES, RECORDED, signatures


def test_same_arguments_as_dgl():
    recorded, ours = json.loads(RECORDED.read_text()), signatures(weft)
    both = sorted(set(recorded) & set(ours))
    differ = {name: f"DGL has {recorded[name]}, weft {ours[name]}" for name in both if recorded[name] != ours[name]}
    assert {name: text for name, text in differ.items() if name not in DIFFERENCES} == {}
    assert sorted(DIFFERENCES) == sorted(differ), "a declared difference is gone"
    assert len(both) > 150

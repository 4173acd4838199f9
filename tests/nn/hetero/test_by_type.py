"""Modules under the names of types."""

from __future__ import annotations

import pytest
from torch import nn

from weft.errors import TypeNameError
from weft.nn.hetero.by_type import ModulesByType, module_of


def test_keys_may_be_any_text():
    modules = ModulesByType({"type": nn.Linear(1, 2), "a.b": nn.Linear(2, 3), "('a', 'to', 'b')": nn.Linear(1, 1)})
    assert list(modules) == ["type", "a.b", "('a', 'to', 'b')"]
    assert modules["a.b"].out_features == 3
    assert "a.b.weight" in modules.state_dict()


def test_a_triple_is_found_under_its_text():
    modules = ModulesByType({str(("a", "to", "b")): nn.Identity()})
    assert module_of("f", modules, ("a", "to", "b")) is modules["('a', 'to', 'b')"]
    with pytest.raises(TypeNameError, match="f: got 'a', but there are \"\\('a', 'to', 'b'\\)\""):
        module_of("f", modules, "a")

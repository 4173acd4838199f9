"""Bad inputs that crash or mislead DGL raise errors that say what to do, as the guide on errors shows them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import weft
from tests.differential.bad_inputs import BAD_INPUTS, RECORDED

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "errors.md"
FIRST_AT_FAULT = [bad for bad in BAD_INPUTS if not json.loads(RECORDED.read_text())[bad.name].startswith("DGLError")]


def words(text: str) -> str:
    """Return a text with its white space made equal."""
    return " ".join(text.split())


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=[bad.name for bad in BAD_INPUTS])
def test_weft_refuses_and_the_guide_shows_it(bad):
    guide = GUIDE.read_text(encoding="utf-8")
    with pytest.raises(weft.WeftError) as raised:
        exec(bad.under("weft"), {})
    assert type(raised.value).__name__ == bad.error
    assert f"```python\n{bad.code}\n```" in guide
    assert words(f"{bad.error}: {raised.value}") in words(guide)
    assert f"DGL 2.1: `{json.loads(RECORDED.read_text())[bad.name]}`" in guide


def test_the_guide_shows_no_other_message():
    shown = re.findall(r"```text\n(\w+):", GUIDE.read_text(encoding="utf-8"))
    assert shown == [bad.error for bad in BAD_INPUTS]


def test_ten_of_them_crash_dgl_or_mislead_its_users():
    assert len(FIRST_AT_FAULT) >= 10

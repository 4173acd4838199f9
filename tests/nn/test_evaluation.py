"""A model's parts come back in the modes in which they were, whatever happens in between."""

from __future__ import annotations

import pytest
from torch import nn

from weft.nn.evaluation import evaluating, progress_bar


def test_parts_come_back_in_their_own_modes():
    model, modes = nn.Sequential(nn.Dropout(), nn.BatchNorm1d(3)).train(), []
    model[1].eval()

    def work():
        with evaluating(model):
            modes.extend(part.training for part in model.modules())
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert modes == [False, False, False]
    assert [part.training for part in model.modules()] == [True, True, False]


def test_a_bar_says_what_is_done(capsys):
    with progress_bar("thinking", 2) as advance:
        advance()
        advance()
    shown = capsys.readouterr().err
    assert "thinking" in shown
    assert "100%" in shown
    with progress_bar(None, 2) as advance:
        advance()
    assert capsys.readouterr().err == ""

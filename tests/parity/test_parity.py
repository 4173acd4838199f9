"""Every layer starts from, and gives, what DGL 2.1.0 does; tests/parity/make_golden.py wrote the expected values."""

from __future__ import annotations

import pytest
import torch

from tests.parity.compare import RELATIVE, golden, largest_difference
from tests.parity.run import cases_of, start, state_of, topics

ALL = [(topic, case) for topic in topics() for case in cases_of(topic)]
NAMES = [f"{topic}-{case.name}" for topic, case in ALL]


@pytest.mark.parametrize(("topic", "case"), [pair for pair in ALL if pair[1].same_start])
def test_initial_parameters_are_dgls_for_the_same_seed(topic, case):
    import weft.nn

    state, expected = state_of(start(case, weft.nn)), golden(topic, case, "state/")
    assert state.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(torch.from_numpy(state[name]), torch.from_numpy(value))


@pytest.mark.parametrize(("topic", "case"), ALL, ids=NAMES)
def test_outputs_and_gradients_are_dgls(topic, case):
    name, difference = largest_difference(topic, case)
    assert difference < RELATIVE, name

"""Every layer over a graph through every check of tests/cases/layers; no layer without a case, none without parity."""

from __future__ import annotations

import pytest
from tests.cases.layers import CHECKS, LAYERS


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("case", LAYERS, ids=lambda case: case.name)
def test_layer(case, check):
    check(case)

"""Every module over batches, or without a graph, through every check of tests/cases/modules."""

from __future__ import annotations

import pytest
from tests.cases.modules import BATCH_CHECKS, CHECKS, MODULES

OVER_BATCHES = [case for case in MODULES if case.over_batch or case.over_nodes]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("case", MODULES, ids=lambda case: case.name)
def test_module(case, check):
    check(case)


@pytest.mark.parametrize("check", BATCH_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("case", OVER_BATCHES, ids=lambda case: case.name)
def test_module_over_batches(case, check):
    check(case)

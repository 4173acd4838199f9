"""Every layer through every check of tests/cases/layers.py; no layer without a case."""

from __future__ import annotations

import pytest
from tests.cases.layers import CHECKS, LAYERS

import weft.nn.conv

ELSEWHERE = {"HeteroGraphConv": "takes other layers and dicts: test_hetero_graph_conv.py"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("case", LAYERS, ids=lambda case: case.name)
def test_layer(case, check):
    check(case)


def test_every_layer_has_a_case():
    tested = {case.name.split("-")[0] for case in LAYERS} | set(ELSEWHERE)
    assert set(weft.nn.conv.__all__) == tested

"""Second derivatives of every operator that takes features; the cases are those of the test of autocast's rules."""

from __future__ import annotations

import pytest
import torch
from tests.kernels.test_autocast import CASES
from torch.autograd import gradgradcheck

from weft import kernels
from weft.kernels.autocast import RULES

WITHOUT_GRADIENT = {"farthest_points", "nearest_candidates"}
"""Takes features and gives integers."""


def test_every_public_operator_that_takes_features_has_a_case():
    public = {name for name in RULES if hasattr(kernels, name)} - WITHOUT_GRADIENT - {"spmm_arg"}
    assert public - {case.split()[0] for case in CASES} == set()


@pytest.mark.parametrize("case", CASES)
def test_second_derivatives_are_right(case):
    torch.manual_seed(0)
    make, _ = CASES[case]
    function, given = make()
    leaves = [one.detach().double().requires_grad_() for one in given]

    def curved(*operands):
        return function(*operands).square()

    assert gradgradcheck(curved, leaves, fast_mode=True, atol=1e-4)

"""WeightBasis: combinations by hand, sizes, gradients."""

from __future__ import annotations

import pytest
import torch

from weft.errors import InputError
from weft.nn import WeightBasis


def test_weights_are_combinations_by_hand():
    basis = WeightBasis((1, 2), num_bases=2, num_outputs=3)
    with torch.no_grad():
        basis.weight.copy_(torch.tensor([[[1.0, 2.0]], [[10.0, 20.0]]]))
        basis.w_comp.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]]))
    assert basis().tolist() == [[[1.0, 2.0]], [[10.0, 20.0]], [[-8.0, -16.0]]]


def test_gradient_reaches_both_parameters():
    basis = WeightBasis((3, 4), 2, 5)
    basis().square().sum().backward()
    assert basis.weight.grad.abs().sum() > 0
    assert basis.w_comp.grad.abs().sum() > 0


def test_bases_may_be_vectors():
    assert WeightBasis((4,), 2, 3)().shape == (3, 4)


def test_reset_draws_other_parameters():
    basis = WeightBasis((3, 4), 2, 5)
    before = basis()
    basis.reset_parameters()
    assert not torch.equal(basis(), before)


def test_number_of_bases_must_be_positive():
    with pytest.raises(InputError, match="WeightBasis: got num_bases=0"):
        WeightBasis((3, 4), 0, 5)


def test_printed_form_names_the_sizes():
    assert repr(WeightBasis((3, 4), 2, 5)) == "WeightBasis(shape=(3, 4), num_bases=2, num_outputs=5)"

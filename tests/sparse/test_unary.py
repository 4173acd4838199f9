"""Negation and inverse."""

from __future__ import annotations

import pytest
import torch
from tests.cases.matrices import example

from weft import sparse
from weft.errors import InputError, ShapeError


def test_negation_keeps_the_entries():
    matrix = example()
    assert torch.equal(sparse.neg(matrix).val, -matrix.val)
    assert sparse.neg(matrix).pattern is matrix.pattern


def test_inverse_of_a_diagonal_matrix():
    found = sparse.inv(sparse.diag(torch.tensor([1, 2, 4])))
    assert found.val.tolist() == [1.0, 0.5, 0.25]
    assert found.is_diag()
    assert sparse.diag(torch.tensor([0.0])).inv().val.tolist() == [float("inf")]


def test_inverse_is_differentiable_twice():
    val = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda v: sparse.inv(sparse.diag(v)).val, (val,))
    assert torch.autograd.gradgradcheck(lambda v: sparse.inv(sparse.diag(v)).val, (val,))


@pytest.mark.wrong_types
def test_inverse_of_anything_else_is_refused():
    with pytest.raises(ShapeError, match="expected a square one"):
        sparse.inv(example())
    with pytest.raises(InputError, match="not diagonal"):
        sparse.inv(sparse.spmatrix(torch.tensor([[0, 1], [0, 1]])))
    with pytest.raises(ShapeError, match="one number a place"):
        sparse.inv(sparse.diag(torch.ones(2, 2)))

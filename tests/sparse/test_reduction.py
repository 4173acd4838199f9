"""Reductions of the values."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.matrices import example, matrices

from weft import sparse
from weft.errors import DtypeError, InputError

PLAIN = {
    "sum": lambda val: val.sum(0),
    "smax": lambda val: val.amax(0),
    "smin": lambda val: val.amin(0),
    "smean": lambda val: val.mean(0) if val.is_floating_point() else val.sum(0).div(len(val), rounding_mode="floor"),
    "sprod": lambda val: val.prod(0),
}


@pytest.mark.parametrize("name", sorted(PLAIN))
@given(
    st.one_of(matrices(max_entries=12), matrices(width=2, max_entries=12), matrices(dtype=torch.int64, max_entries=12)),
    st.sampled_from([0, 1]),
    st.booleans(),
)
def test_lines_are_reduced_over_their_entries(name, matrix, dim, with_gradient):
    if with_gradient and matrix.dtype == torch.float64:
        matrix = sparse.val_like(matrix, matrix.val.clone().requires_grad_())
    found = sparse.reduce(matrix, dim, name)
    lines = matrix.col if dim == 0 else matrix.row
    assert found.dtype == matrix.dtype
    assert found.shape == (matrix.shape[1 - dim], *matrix.val.shape[1:])
    for line in range(matrix.shape[1 - dim]):
        chosen = matrix.val[lines == line]
        expected = PLAIN[name](chosen) if len(chosen) else torch.zeros_like(found[line])
        torch.testing.assert_close(found[line], expected)
    assert torch.equal(getattr(sparse, name)(matrix, dim), found)


def test_all_values_are_reduced_without_a_dim():
    matrix = example()
    for name, plain in PLAIN.items():
        torch.testing.assert_close(sparse.reduce(matrix, rtype=name), plain(matrix.val))
    assert sparse.sum(matrix.int()).dtype == torch.int64


def test_matrix_without_entries():
    empty = sparse.spmatrix(torch.zeros(2, 0, dtype=torch.int64), shape=(2, 3))
    assert float(sparse.sum(empty)) == 0.0
    assert float(sparse.sprod(empty)) == 1.0
    assert math.isnan(float(sparse.smean(empty)))
    assert sparse.smax(empty, 0).tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(InputError, match="smax: the matrix has no entries"):
        sparse.smax(empty)


@pytest.mark.parametrize("name", sorted(PLAIN))
@pytest.mark.parametrize("dim", [None, 0, 1])
def test_gradients_once_and_twice(name, dim):
    matrix = example(3)
    val = torch.arange(1.0, 9.0, dtype=torch.float64).requires_grad_()

    def function(v):
        return sparse.reduce(sparse.val_like(matrix, v), dim, name)

    assert torch.autograd.gradcheck(function, (val,))
    assert torch.autograd.gradgradcheck(function, (val,))


def test_equal_extremes_share_the_gradient():
    matrix = sparse.spmatrix(torch.tensor([[0, 0, 1], [0, 1, 1]]), torch.tensor([2.0, 2.0, 1.0], requires_grad=True))
    sparse.smax(matrix, 1).sum().backward()
    assert matrix.val.grad.tolist() == [0.5, 0.5, 1.0]


@pytest.mark.wrong_types
def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="reduce: got rtype='max'"):
        sparse.reduce(example(), 0, "max")
    with pytest.raises(InputError, match="smin: got dim=-1"):
        sparse.smin(example(), -1)
    with pytest.raises(DtypeError, match=r"smean: values are torch.int64"):
        sparse.smean(example().long())

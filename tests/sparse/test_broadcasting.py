"""A matrix and a vector along its rows or columns."""

from __future__ import annotations

import operator

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.matrices import eighths, example, matrices

from weft import sparse
from weft.errors import DeviceError, InputError, ShapeError

NAMED = {"add": "sp_add_v", "sub": "sp_sub_v", "mul": "sp_mul_v", "truediv": "sp_div_v"}


@pytest.mark.parametrize("op", ["add", "sub", "mul", "truediv", "floordiv", "mod"])
@given(st.one_of(matrices(), matrices(width=2)))
def test_values_meet_the_number_of_their_row_or_column(op, matrix):
    n, m = matrix.shape
    function, width = getattr(operator, op), matrix.val.dim() - 1
    of_rows, of_cols = eighths(1, n, 1), eighths(2, m)
    by_row = function(matrix.val, of_rows[matrix.row.long()].reshape(-1, *[1] * width))
    by_col = function(matrix.val, of_cols[matrix.col.long()].reshape(-1, *[1] * width))
    assert torch.equal(sparse.sp_broadcast_v(matrix, of_rows, op).val, by_row)
    assert torch.equal(sparse.sp_broadcast_v(matrix, of_cols, op).val, by_col)
    assert torch.equal(sparse.sp_broadcast_v(matrix, of_cols.reshape(1, -1), op).val, by_col)
    if op in NAMED:
        assert torch.equal(getattr(sparse, NAMED[op])(matrix, of_rows).val, by_row)


def test_powers():
    found = sparse.sp_broadcast_v(example(), torch.full((4, 1), 2.0, dtype=torch.float64), "pow")
    assert torch.equal(found.val, example().val ** 2)


def test_a_square_matrix_takes_one_dimension_for_columns():
    matrix = sparse.spmatrix(torch.tensor([[0, 1], [1, 0]]), torch.zeros(2))
    assert sparse.sp_add_v(matrix, torch.tensor([1.0, 2.0])).val.tolist() == [2.0, 1.0]


def test_gradients_once_and_twice():
    matrix = example(width=2)
    inputs = matrix.val.clone().requires_grad_(), eighths(1, 5).requires_grad_()
    for function in (sparse.sp_add_v, sparse.sp_sub_v, sparse.sp_mul_v, sparse.sp_div_v):

        def values(v, w, function=function):
            return function(sparse.val_like(matrix, v), w).val

        assert torch.autograd.gradcheck(values, inputs)
        assert torch.autograd.gradgradcheck(values, inputs)


@pytest.mark.wrong_types
def test_what_cannot_be_is_refused():
    with pytest.raises(ShapeError, match=r"sp_mul_v: v has shape \(4,\); expected \(4, 1\) for a number a row"):
        sparse.sp_mul_v(example(), torch.ones(4))
    with pytest.raises(ShapeError, match="sp_add_v: v has shape"):
        sparse.sp_add_v(example(), torch.ones(4, 5))
    with pytest.raises(InputError, match="sp_broadcast_v: got op='plus'"):
        sparse.sp_broadcast_v(example(), torch.ones(5), "plus")
    with pytest.raises(InputError, match="sp_add_v: v is a int"):
        sparse.sp_add_v(example(), 2)
    with pytest.raises(DeviceError, match="A is on cpu and v on meta"):
        sparse.sp_add_v(example(), torch.ones(5, device="meta"))

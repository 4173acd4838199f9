"""Element-wise arithmetic of matrices and numbers."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.matrices import eighths, example, matrices, places

from weft import sparse
from weft.errors import DeviceError, DtypeError, InputError, ShapeError


@st.composite
def pairs(draw: st.DrawFn, width: int | None = None) -> tuple[sparse.SparseMatrix, sparse.SparseMatrix]:
    """Draw two matrices of one shape."""
    shape = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    return draw(matrices(shape, width)), draw(matrices(shape, width))


@given(st.one_of(pairs(), pairs(2)))
def test_sums_and_differences_equal_dense_ones(pair):
    a, b = pair
    for found, expected in (
        (sparse.add(a, b), a.to_dense() + b.to_dense()),
        (sparse.sub(a, b), a.to_dense() - b.to_dense()),
    ):
        assert torch.equal(found.to_dense(), expected)
        assert torch.equal(places(found), places(a) | places(b))
        assert not found.has_duplicate()


@given(st.one_of(pairs(), pairs(2)))
def test_products_equal_dense_ones_where_both_have_entries(pair):
    a, b = (matrix.coalesce() for matrix in pair)
    found = sparse.mul(a, b)
    assert torch.equal(found.to_dense(), a.to_dense() * b.to_dense())
    assert torch.equal(places(found), places(a) & places(b))


@given(matrices())
def test_quotients_keep_the_order_of_the_first(matrix):
    a = matrix.coalesce().T
    b = sparse.from_coo(a.row.flip(0), a.col.flip(0), eighths(1, a.nnz), a.shape)
    found = sparse.div(a, b)
    assert torch.equal(found.row, a.row)
    assert torch.equal(found.val, a.val / b.val.flip(0))


def test_numbers_and_tensors_without_dimensions():
    a = example()
    assert torch.equal(sparse.mul(a, 3).val, a.val * 3)
    assert torch.equal(sparse.mul(torch.tensor(3.0), a).val, a.val * 3)
    assert torch.equal(sparse.div(a.long(), 2).val, a.val.long() / 2)
    assert torch.equal(sparse.power(a, 2).val, a.val**2)
    assert sparse.mul(a, 3).pattern is a.pattern


def test_a_number_with_gradient():
    a, number = example(), torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    (a * number).sum().backward()
    torch.testing.assert_close(number.grad, a.val.sum())


def test_diagonal_matrices_stay_diagonal():
    d = sparse.diag(torch.tensor([1.0, 2.0]))
    for found in (sparse.add(d, d), sparse.sub(d, d), sparse.mul(d, d), sparse.div(d, d)):
        assert found.is_diag()
    assert not sparse.add(d, sparse.spmatrix(torch.tensor([[0, 1], [1, 0]]))).is_diag()


def test_names_of_the_implementation():
    a, b = example().coalesce(), example(4).coalesce()
    assert torch.equal(sparse.sp_add(a, b).val, sparse.spsp_add(a, b).val)
    assert torch.equal(sparse.sp_sub(a, b).val, sparse.sub(a, b).val)
    assert torch.equal(sparse.sp_mul(a, b).val, sparse.spsp_mul(a, b).val)
    assert torch.equal(sparse.sp_div(a, b).val, sparse.spsp_div(a, b).val)
    assert torch.equal(sparse.sp_power(a, 3).val, a.val**3)


def test_gradients_once_and_twice():
    a, b = example().coalesce(), example(4).coalesce()
    b = sparse.from_coo(b.row[2:], b.col[2:], b.val[2:], b.shape)
    turned = sparse.from_coo(a.row.flip(0), a.col.flip(0), eighths(3, a.nnz), a.shape)
    for function, other in ((sparse.add, b), (sparse.sub, b), (sparse.mul, b), (sparse.div, turned)):

        def values(v, w, function=function, other=other):
            return function(sparse.val_like(a, v), sparse.val_like(other, w)).val ** 2

        inputs = a.val.clone().requires_grad_(), other.val.clone().requires_grad_()
        assert torch.autograd.gradcheck(values, inputs)
        assert torch.autograd.gradgradcheck(values, inputs)


SINGLE = example().coalesce()


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SINGLE + 2, InputError, "add: B is a int; expected a SparseMatrix."),
        (lambda: SINGLE * torch.ones(5), InputError, "mul: B is a Tensor; .* A dense tensor broadcasts"),
        (lambda: SINGLE / "a", InputError, "div: B is a str; expected a SparseMatrix or a number"),
        (lambda: SINGLE ** torch.ones(2), InputError, "power: the exponent is a Tensor"),
        (lambda: sparse.mul(2, 3), InputError, "mul: got int and int"),
        (lambda: SINGLE + SINGLE.T, ShapeError, r"add: the matrices have shapes \(4, 5\) and \(5, 4\)"),
        (lambda: SINGLE + example(width=2), ShapeError, "add: values have shapes"),
        (lambda: SINGLE - SINGLE.float(), DtypeError, "sub: values are torch.float64 and torch.float32"),
        (lambda: SINGLE + SINGLE.to("meta"), DeviceError, "add: the matrices are on cpu and meta"),
        (lambda: example() * SINGLE, InputError, "mul: the first matrix has several entries at one place"),
        (lambda: SINGLE * example(), InputError, "mul: the second matrix has several entries at one place"),
        (lambda: example() / example(), InputError, "div: the first matrix has several entries"),
        (
            lambda: SINGLE / sparse.diag(torch.ones(4).double(), (4, 5)),
            InputError,
            "div: .* places",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()

"""Sparse matrix products."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.matrices import eighths, example, matrices, places

from weft import sparse
from weft.errors import DeviceError, DtypeError, InputError, ShapeError


@st.composite
def factors(draw: st.DrawFn) -> tuple[sparse.SparseMatrix, sparse.SparseMatrix]:
    """Draw two matrices that can be multiplied."""
    n, m, size = (draw(st.integers(0, 6)) for _ in range(3))
    return draw(matrices((n, m))), draw(matrices((m, size)))


@given(matrices(), matrices(width=2))
def test_products_with_dense_matrices_equal_dense_ones(matrix, wide):
    x = eighths(1, matrix.shape[1], 3)
    torch.testing.assert_close(sparse.spmm(matrix, x), matrix.to_dense() @ x)
    torch.testing.assert_close(sparse.spmm(matrix, x[:, 0]), matrix.to_dense() @ x[:, 0])
    batch = eighths(2, wide.shape[1], 3, 2)
    expected = torch.einsum("nmk,mfk->nfk", wide.to_dense(), batch)
    torch.testing.assert_close(sparse.bspmm(wide, batch), expected)
    torch.testing.assert_close(sparse.spmm(wide, batch), expected)


@given(factors())
def test_products_of_sparse_matrices_equal_dense_ones(pair):
    a, b = pair
    found = sparse.spspmm(a, b)
    torch.testing.assert_close(found.to_dense(), a.to_dense() @ b.to_dense())
    reached = (places(a).double() @ places(b).double()) > 0
    assert torch.equal(places(found), reached)
    assert not found.has_duplicate()
    keys = found.row.long() * found.shape[1] + found.col
    assert bool((keys.diff() > 0).all())


@given(matrices(), st.integers(-2, 2), st.data())
def test_products_with_diagonal_matrices_keep_order_and_give_the_right_shape(matrix, more, data):
    n, m = matrix.shape
    before = sparse.diag(eighths(1, min(max(n + more, 0), n)), (max(n + more, 0), n))
    after = sparse.diag(eighths(2, min(max(m + more, 0), m)), (m, max(m + more, 0)))
    for found, expected in (
        (sparse.spspmm(before, matrix), before.to_dense() @ matrix.to_dense()),
        (sparse.spspmm(matrix, after), matrix.to_dense() @ after.to_dense()),
    ):
        assert found.shape == expected.shape
        torch.testing.assert_close(found.to_dense(), expected)
    if more >= 0:
        assert torch.equal(sparse.spspmm(before, matrix).row, matrix.row)


@pytest.mark.parametrize("shape", [(3, 4), (4, 3), (3, 3)])
@pytest.mark.parametrize("size", [2, 3, 5])
def test_products_of_diagonal_matrices(shape, size):
    a = sparse.diag(eighths(1, min(shape)), shape)
    b = sparse.diag(eighths(2, min(shape[1], size)), (shape[1], size))
    found = sparse.spspmm(a, b)
    torch.testing.assert_close(found.to_dense(), a.to_dense() @ b.to_dense())
    assert found.is_diag() == (found.nnz == min(found.shape))


def test_gradients_once_and_twice():
    a, wide = example(), example(width=2)
    b = sparse.from_coo(a.col, a.row, eighths(7, a.nnz), (5, 4))
    cases = (
        (lambda v, x: sparse.spmm(sparse.val_like(a, v), x), a.val, eighths(3, 5, 2)),
        (lambda v, x: sparse.spmm(sparse.val_like(a, v), x), a.val, eighths(3, 5)),
        (lambda v, x: sparse.bspmm(sparse.val_like(wide, v), x), wide.val, eighths(3, 5, 3, 2)),
        (lambda v, w: sparse.spspmm(sparse.val_like(a, v), sparse.val_like(b, w)).val, a.val, b.val),
        (lambda v, w: sparse.spspmm(sparse.diag(v), sparse.val_like(a, w)).val, eighths(4, 4), a.val),
    )
    for function, *inputs in cases:
        leaves = [given.clone().requires_grad_() for given in inputs]
        assert torch.autograd.gradcheck(function, leaves)
        assert torch.autograd.gradgradcheck(function, leaves)


def test_matmul_goes_where_its_operands_say():
    a = example()
    x = eighths(1, 5, 2)
    assert torch.equal(sparse.matmul(a, x), sparse.spmm(a, x))
    assert torch.equal(sparse.matmul(a, a.T).val, sparse.spspmm(a, a.T).val)
    assert torch.equal(sparse.matmul(x.T, x), x.T @ x)


def test_index_types_of_factors_may_differ():
    a = example()
    b = sparse.from_coo(a.col.int(), a.row.int(), a.val, (5, 4))
    assert sparse.spspmm(a, b).row.dtype == torch.int64
    assert sparse.spspmm(b, b.T).row.dtype == torch.int32


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda a: a @ torch.ones(4, 2).double(), ShapeError, r"spmm: X has shape \(4, 2\), A \(4, 5\)"),
        (lambda a: a @ torch.ones(5, 2, 1).double(), ShapeError, r"expected X of \(5,\) or \(5, F\)"),
        (lambda a: sparse.bspmm(example(width=2), torch.ones(5, 3, 1).double()), ShapeError, r"X of \(5, F, 2\)"),
        (lambda a: a @ torch.ones(5, 2), DtypeError, "values of A are torch.float64 and X is torch.float32"),
        (lambda a: a.long() @ torch.ones(5, 2).long(), DtypeError, "one floating-point dtype"),
        (lambda a: a @ torch.ones(5, 2, dtype=torch.float64, device="meta"), DeviceError, "A is on cpu and X on meta"),
        (lambda a: sparse.spmm(a, 2), InputError, "spmm: X is a int"),
        (lambda a: sparse.spmm(2, a), InputError, "spmm: A is a int"),
        (lambda a: a @ a, ShapeError, "5 != 4"),
        (lambda a: a @ example(width=2).T, ShapeError, "expected single numbers"),
        (lambda a: a @ a.T.float(), DtypeError, "values of A are torch.float64 and B is torch.float32"),
        (lambda a: torch.ones(2, 4).double() @ a, InputError, r"write \(B.T @ A.T\).T"),
        (lambda a: sparse.matmul(a, 2), InputError, "matmul: got SparseMatrix and int"),
    ],
)
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(example())

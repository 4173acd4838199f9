"""Dense products at the places of a matrix."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from tests.cases.matrices import eighths, example, matrices

from weft import sparse
from weft.errors import DeviceError, DtypeError, InputError, ShapeError


@given(matrices(), matrices(width=2))
def test_entries_are_those_of_the_dense_product(matrix, wide):
    n, m = matrix.shape
    x1, x2 = eighths(1, n, 3), eighths(2, 3, m)
    at = matrix.row.long(), matrix.col.long()
    found = sparse.sddmm(matrix, x1, x2)
    torch.testing.assert_close(found.val, matrix.val * (x1 @ x2)[at])
    assert found.pattern is matrix.pattern
    outer = sparse.sddmm(matrix, x1[:, 0], x2[0])
    torch.testing.assert_close(outer.val, matrix.val * torch.outer(x1[:, 0], x2[0])[at])
    n, m = wide.shape
    y1, y2 = eighths(1, n, 3, 2), eighths(2, 3, m, 2)
    product = torch.einsum("nlk,lmk->nmk", y1, y2)[wide.row.long(), wide.col.long()]
    torch.testing.assert_close(sparse.bsddmm(wide, y1, y2).val, wide.val * product)
    torch.testing.assert_close(sparse.sddmm(wide, y1, y2).val, wide.val * product)
    single = sparse.val_like(wide, wide.val[:, 0])
    torch.testing.assert_close(sparse.bsddmm(single, y1, y2).val, wide.val[:, :1] * product)


def test_gradients_once_and_twice():
    a, wide = example(), example(width=2)
    cases = (
        (a, eighths(1, 4, 3), eighths(2, 3, 5)),
        (a, eighths(1, 4), eighths(2, 5)),
        (wide, eighths(1, 4, 3, 2), eighths(2, 3, 5, 2)),
    )
    for matrix, *inputs in cases:

        def function(v, x1, x2, matrix=matrix):
            return sparse.sddmm(sparse.val_like(matrix, v), x1, x2).val

        leaves = [given.clone().requires_grad_() for given in (matrix.val, *inputs)]
        assert torch.autograd.gradcheck(function, leaves)
        assert torch.autograd.gradgradcheck(function, leaves)


def test_integer_values_times_float_products():
    found = sparse.sddmm(example().long(), torch.ones(4, 2), torch.ones(2, 5))
    assert found.dtype == torch.float32
    assert torch.equal(found.val, example().val.long() * 2.0)


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("x1", "x2", "error", "message"),
    [
        (torch.ones(4, 2), torch.ones(3, 5), ShapeError, r"sddmm: X1 has shape \(4, 2\) and X2 \(3, 5\)"),
        (torch.ones(5, 2), torch.ones(2, 5), ShapeError, r"expected \(4, L\) and \(L, 5\)"),
        (torch.ones(4), torch.ones(1, 5), ShapeError, "sddmm: X1 has shape"),
        (torch.ones(4, 2, 2), torch.ones(2, 5, 3), ShapeError, "sddmm: X1 has shape"),
        (torch.ones(4, 2), torch.ones(2, 5).double(), DtypeError, "X1 is torch.float32 and X2 torch.float64"),
        (torch.ones(4, 2).long(), torch.ones(2, 5).long(), DtypeError, "one floating-point dtype"),
        (torch.ones(4, 2), torch.ones(2, 5, device="meta"), DeviceError, "X2 on meta"),
        (2, torch.ones(2, 5), InputError, "X1 is a int"),
    ],
)
def test_what_cannot_be_is_refused(x1, x2, error, message):
    with pytest.raises(error, match=message):
        sparse.sddmm(example(), x1, x2)


@pytest.mark.wrong_types
def test_vector_values_need_a_batch():
    with pytest.raises(ShapeError, match="with values"):
        sparse.sddmm(example(width=2), torch.ones(4, 2), torch.ones(2, 5))

"""Softmax along rows or columns."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.matrices import example, matrices

from weft import sparse
from weft.errors import DtypeError, InputError


@given(st.one_of(matrices(), matrices(width=2)), st.sampled_from([0, 1]))
def test_entries_of_a_line_are_normalised(matrix, dim):
    found = sparse.softmax(matrix, dim)
    lines = matrix.col if dim == 0 else matrix.row
    for line in lines.unique():
        chosen = lines == line
        torch.testing.assert_close(found.val[chosen], matrix.val[chosen].softmax(0))
    assert found.pattern is matrix.pattern


def test_rows_are_normalised_by_default_and_it_is_differentiable():
    matrix = example()
    assert torch.equal(sparse.softmax(matrix).val, sparse.softmax(matrix, 1).val)
    val = matrix.val.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda v: sparse.softmax(sparse.val_like(matrix, v)).val, (val,))
    assert torch.autograd.gradgradcheck(lambda v: sparse.softmax(sparse.val_like(matrix, v)).val, (val,))


@pytest.mark.wrong_types
def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="softmax: got dim=2"):
        sparse.softmax(example(), 2)
    with pytest.raises(DtypeError, match=r"softmax: val has dtype torch.int64"):
        sparse.softmax(example().long())

"""Chosen rows and columns, and those without entries left out."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.matrices import example, matrices

from weft import sparse
from weft.errors import DtypeError, IdError, InputError


@given(st.one_of(matrices(), matrices(width=2)), st.sampled_from([0, 1]), st.data())
def test_chosen_lines_equal_dense_ones(matrix, dim, data):
    size = matrix.shape[dim]
    chosen = data.draw(st.lists(st.integers(0, size - 1), max_size=6)) if size else []
    index = torch.tensor(chosen, dtype=torch.int64)
    found = matrix.index_select(dim, index)
    assert torch.equal(found.to_dense(), matrix.to_dense().index_select(dim, index))
    assert found.row.dtype == matrix.row.dtype
    first = data.draw(st.integers(0, size))
    last = data.draw(st.integers(first, size))
    part = matrix.range_select(dim, slice(first, last))
    assert torch.equal(part.to_dense(), matrix.to_dense().narrow(dim, first, last - first))


@given(matrices(), st.sampled_from([0, 1]), st.data())
def test_compact_leaves_out_empty_lines(matrix, dim, data):
    size = matrix.shape[dim]
    leading = data.draw(st.lists(st.integers(0, size - 1), max_size=4, unique=True)) if size else []
    present = (matrix.row, matrix.col)[dim].long().unique().tolist()
    found, ids = matrix.compact(dim)
    assert ids.tolist() == present
    assert torch.equal(found.to_dense(), matrix.to_dense().index_select(dim, ids.long()))
    assert torch.equal(found.val, matrix.val)
    found, ids = matrix.compact(dim, torch.tensor(leading, dtype=torch.int64))
    assert ids.tolist() == leading + [line for line in present if line not in leading]
    assert torch.equal(found.to_dense(), matrix.to_dense().index_select(dim, ids.long()))
    assert found.row.dtype == found.col.dtype == ids.dtype == matrix.row.dtype


def test_entries_stand_line_after_line_in_their_order():
    matrix = sparse.spmatrix(torch.tensor([[1, 0, 1], [2, 1, 0]]), torch.tensor([1.0, 2.0, 3.0]))
    found = matrix.index_select(0, torch.tensor([1, 0, 1]))
    assert found.row.tolist() == [0, 0, 1, 2, 2]
    assert found.col.tolist() == [2, 0, 1, 2, 0]
    assert found.csr()[2] is None
    assert matrix.index_select(1, torch.tensor([0])).csc()[2] is None


def test_open_and_negative_bounds_mean_what_they_mean_in_python():
    matrix = example()
    for index in (slice(1, None), slice(None, 2), slice(-3, -1), slice(None)):
        assert torch.equal(matrix.range_select(0, index).to_dense(), matrix.to_dense()[index])
        assert torch.equal(matrix.range_select(1, index).to_dense(), matrix.to_dense()[:, index])


def test_gradients_pass():
    matrix = example(width=2)
    val = matrix.val.clone().requires_grad_()
    for function in (
        lambda v: sparse.val_like(matrix, v).index_select(0, torch.tensor([1, 1, 0])).val,
        lambda v: sparse.val_like(matrix, v).range_select(1, slice(1, 3)).val,
        lambda v: sparse.val_like(matrix, v).compact(0)[0].val,
    ):
        assert torch.autograd.gradcheck(function, (val,))
        assert torch.autograd.gradgradcheck(function, (val,))


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda a: a.index_select(2, torch.tensor([0])), InputError, "index_select: got dim=2"),
        (lambda a: a.index_select(0, torch.tensor([4])), IdError, "IDs hold 4, which is past the end of 4 rows"),
        (lambda a: a.index_select(1, torch.tensor([-1])), IdError, "negative"),
        (lambda a: a.index_select(0, torch.tensor([True])), DtypeError, "IDs have dtype torch.bool"),
        (lambda a: a.range_select(0, 1), InputError, "range_select: got index=1; expected a slice"),
        (lambda a: a.range_select(0, slice(0, 4, 2)), InputError, "without a step"),
        (lambda a: a.range_select(0, slice(0, 5)), IdError, "reaches outside of 4 rows"),
        (lambda a: a.range_select(1, slice(3, 1)), IdError, "reaches outside of 5 columns, or backwards"),
        (lambda a: a.compact(0, torch.tensor([1, 1])), InputError, "name an ID twice"),
        (lambda a: a.compact(-1), InputError, "compact: got dim=-1"),
    ],
)
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(example())

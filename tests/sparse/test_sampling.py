"""Random entries of each row or column."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.matrices import example, matrices

from weft import sparse
from weft.errors import DtypeError, IdError, InputError, ShapeError


def numbered(matrix: sparse.SparseMatrix) -> sparse.SparseMatrix:
    """Return the matrix with each entry's own number as its value."""
    return sparse.val_like(matrix, torch.arange(matrix.nnz, dtype=torch.float64))


@given(matrices(), st.sampled_from([0, 1]), st.integers(-1, 4), st.booleans(), st.data())
def test_as_many_as_asked_for_or_there_are(matrix, dim, fanout, replace, data):
    size = matrix.shape[dim]
    ids = torch.tensor(data.draw(st.lists(st.integers(0, size - 1), max_size=5)) if size else [], dtype=torch.int64)
    drawn = numbered(matrix).sample(dim, fanout, ids, replace)
    lines, ends = (matrix.row, matrix.col) if dim == 0 else (matrix.col, matrix.row)
    new_lines, new_ends = (drawn.row, drawn.col) if dim == 0 else (drawn.col, drawn.row)
    assert drawn.shape == ((len(ids), matrix.shape[1]) if dim == 0 else (matrix.shape[0], len(ids)))
    entries = drawn.val.long()
    assert torch.equal(ends[entries], new_ends)
    assert torch.equal(lines[entries].long(), ids[new_lines.long()])
    for place, line in enumerate(ids.tolist()):
        own = entries[new_lines == place].tolist()
        there = int((lines == line).sum())
        if fanout == -1:
            assert len(own) == there
        elif replace:
            assert len(own) == (fanout if there else 0)
        else:
            assert len(own) == min(fanout, there)
        assert replace or len(set(own)) == len(own)


def test_all_lines_by_default():
    matrix = example()
    assert matrix.sample(0, 10).shape == (4, 5)
    assert torch.equal(matrix.sample(0, 10).to_dense(), matrix.to_dense())
    assert torch.equal(matrix.sample(1, 10).to_dense(), matrix.to_dense())


def test_every_entry_is_drawn_about_equally_often():
    row = torch.zeros(5, dtype=torch.int64)
    matrix = numbered(sparse.from_coo(row, torch.arange(5), shape=(1, 5)))
    for replace in (False, True):
        drawn = matrix.sample(0, 2, torch.zeros(2000, dtype=torch.int64), replace)
        counts = torch.bincount(drawn.val.long(), minlength=5)
        assert counts.sum() == 4000
        assert bool(((counts - 800).abs() < 120).all()), counts


def test_weights_decide_how_often():
    weights = torch.tensor([1.0, 2.0, 0.0, 5.0])
    matrix = sparse.from_coo(torch.zeros(4, dtype=torch.int64), torch.arange(4), weights, (1, 4))
    ids = torch.zeros(4000, dtype=torch.int64)
    for replace in (False, True):
        drawn = matrix.sample(0, 1, ids, replace, True)
        counts = torch.bincount(drawn.col, minlength=4)
        assert counts[2] == 0
        assert bool(((counts - 500 * weights).abs() < 150).all()), counts
    assert matrix.sample(0, 4, ids[:1], False, True).col.tolist() == [0, 1, 3]


def test_the_seed_decides_for_any_number_of_threads():
    matrix = numbered(sparse.from_coo(torch.arange(300) % 7, torch.arange(300) % 11))
    results, before = [], torch.get_num_threads()
    for threads in (1, 2):
        torch.set_num_threads(threads)
        try:
            torch.manual_seed(5)
            results.append(matrix.sample(0, 3).val)
        finally:
            torch.set_num_threads(before)
    assert torch.equal(*results)
    assert not torch.equal(matrix.sample(0, 3).val, results[0])


def test_gradients_reach_the_entries_drawn():
    matrix = example()
    val = matrix.val.clone().requires_grad_()
    drawn = sparse.val_like(matrix, val).sample(0, 1, torch.tensor([0, 3]))
    drawn.val.sum().backward()
    assert val.grad.sum() == 1.0


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda a: a.sample(2, 1), InputError, "sample: got dim=2"),
        (lambda a: a.sample(0, -2), InputError, "sample: got fanout=-2"),
        (lambda a: a.sample(0, 1.5), InputError, "sample: got fanout=1.5"),
        (lambda a: a.sample(0, 1, torch.tensor([4])), IdError, "past the end of 4 rows"),
        (lambda a: a.sample(0, 1, bias=True), InputError, "a value is negative"),
        (lambda a: a.long().sample(0, 1, bias=True), DtypeError, "values of torch.int64"),
        (lambda a: example(width=2).sample(0, 1, bias=True), ShapeError, "a weight an entry"),
    ],
)
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(example())

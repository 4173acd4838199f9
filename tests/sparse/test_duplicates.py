"""Several entries at one place."""

from __future__ import annotations

import torch
from hypothesis import given
from tests.cases.matrices import example, matrices, places

from weft import sparse


def test_coalesce_adds_up_and_sorts():
    matrix = sparse.spmatrix(torch.tensor([[1, 0, 1], [0, 1, 0]]), torch.tensor([1, 2, 3]))
    single = matrix.coalesce()
    assert single.row.tolist() == [0, 1]
    assert single.col.tolist() == [1, 0]
    assert single.val.tolist() == [2, 4]


@given(matrices(), matrices(width=3), matrices(dtype=torch.int64), matrices(dtype=torch.bfloat16))
def test_coalesced_matrices_have_each_place_once(numbers, vectors, integers, halves):
    for matrix in (numbers, vectors, integers, halves):
        single = matrix.coalesce()
        assert single.dtype == matrix.dtype
        assert single.row.dtype == matrix.row.dtype
        keys = single.row.long() * matrix.shape[1] + single.col
        assert bool((keys.diff() > 0).all())
        assert torch.equal(places(single), places(matrix))
        assert not single.has_duplicate()
        torch.testing.assert_close(single.to_dense(), matrix.to_dense())


def test_coalesce_is_differentiable_twice():
    for width in (None, 2):
        matrix = example(width=width)
        val = matrix.val.requires_grad_()

        def function(v, matrix=matrix):
            return sparse.val_like(matrix, v).coalesce().val ** 2

        assert torch.autograd.gradcheck(function, (val,))
        assert torch.autograd.gradgradcheck(function, (val,))

"""Between weft's sparse matrices and PyTorch's."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.matrices import eighths, example, matrices

from weft import sparse
from weft.errors import InputError, ShapeError


@given(st.one_of(matrices(), matrices(width=2)))
def test_there_and_back_through_coo_keeps_the_order(matrix):
    there = sparse.to_torch_sparse_coo(matrix)
    assert there.layout == torch.sparse_coo
    back = sparse.from_torch_sparse(there)
    assert torch.equal(back.indices(), matrix.indices().long())
    assert torch.equal(back.val, matrix.val)
    assert back.shape == matrix.shape


@given(matrices())
def test_there_and_back_through_compressed_layouts(matrix):
    single = matrix.coalesce()
    for turn, layout in (
        (sparse.to_torch_sparse_csr, torch.sparse_csr),
        (sparse.to_torch_sparse_csc, torch.sparse_csc),
    ):
        there = turn(single)
        assert there.layout == layout
        back = sparse.from_torch_sparse(there)
        assert torch.equal(back.to_dense(), matrix.to_dense())
        assert back.row.dtype == matrix.row.dtype


def test_gradients_pass_both_ways():
    single = example().coalesce()

    def through(val):
        return sparse.from_torch_sparse(sparse.to_torch_sparse_coo(sparse.val_like(single, val)).coalesce()).val

    assert torch.autograd.gradcheck(through, (eighths(2, single.nnz).requires_grad_(),))


@pytest.mark.wrong_types
def test_other_tensors_are_refused():
    with pytest.raises(InputError, match=r"got torch.strided; expected a tensor in COO, CSR or CSC layout"):
        sparse.from_torch_sparse(torch.ones(2, 2))
    with pytest.raises(InputError, match="got list"):
        sparse.from_torch_sparse([[1.0]])
    with pytest.raises(ShapeError, match="expected two sparse dimensions"):
        sparse.from_torch_sparse(torch.ones(2, 2, 2).to_sparse())
    with pytest.raises(InputError, match="spmat is a Tensor"):
        sparse.to_torch_sparse_csr(torch.ones(2, 2))


def test_an_uncoalesced_tensor_that_wants_a_gradient_is_refused():
    values = torch.tensor([1.0, 2.0], requires_grad=True)
    tensor = torch.sparse_coo_tensor(torch.tensor([[0, 0], [1, 1]]), values, (2, 2))
    with pytest.raises(InputError, match="coalesce"):
        sparse.from_torch_sparse(tensor)
    assert sparse.from_torch_sparse(tensor.detach()).val.tolist() == [1.0, 2.0]

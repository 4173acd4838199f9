"""SparseMatrix: properties, formats, casts, and methods that lead to the functions of the same name."""

from __future__ import annotations

import inspect
import pickle

import pytest
import torch
from hypothesis import given
from tests.cases.matrices import dense, example, matrices

from weft import sparse
from weft.errors import DeviceError, InputError
from weft.sparse import SparseMatrix


def test_properties():
    matrix = example()
    assert matrix.shape == (4, 5)
    assert matrix.nnz == 8
    assert matrix.dtype == torch.float64
    assert matrix.device == torch.device("cpu")
    assert torch.equal(matrix.indices(), torch.stack([matrix.row, matrix.col]))
    assert torch.equal(matrix.coo()[1], matrix.col)


def test_text_shows_entries_and_sizes():
    matrix = sparse.spmatrix(torch.tensor([[1, 0], [0, 2]]), torch.ones(2, 1))
    assert repr(matrix) == (
        "SparseMatrix(indices=tensor([[1, 0],\n"
        "                             [0, 2]]),\n"
        "             values=tensor([[1.],\n"
        "                            [1.]]),\n"
        "             shape=(2, 3), nnz=2, val_size=(1,))"
    )


@given(matrices())
def test_formats_hold_the_same_entries(matrix):
    for name, lines, ends in (("csr", matrix.row, matrix.col), ("csc", matrix.col, matrix.row)):
        indptr, indices, entries = getattr(matrix, name)()
        assert indptr.dtype == indices.dtype == matrix.row.dtype
        entries = torch.arange(matrix.nnz) if entries is None else entries.long()
        owners = torch.repeat_interleave(torch.arange(len(indptr) - 1), indptr.long().diff())
        assert torch.equal(lines[entries].long(), owners)
        assert torch.equal(ends[entries], indices)
        # Inside a line entries keep their order.
        assert bool(((entries.diff() > 0) | (owners.diff() > 0)).all())


@given(matrices(), matrices(width=2))
def test_dense_matrices_add_up_duplicates(matrix, wide):
    assert torch.equal(matrix.to_dense(), dense(matrix))
    assert torch.equal(wide.to_dense(), dense(wide))


@given(matrices())
def test_transposed_twice_is_the_same_and_formats_are_shared(matrix):
    csr = matrix.pattern.relation.csr()
    turned = matrix.T
    assert torch.equal(turned.to_dense(), matrix.to_dense().T)
    assert torch.equal(turned.val, matrix.val)
    assert matrix.csr()[1].tolist() == turned.csc()[1].tolist()
    assert turned.pattern.relation.csc() is csr
    assert torch.equal(turned.t().transpose().to_dense(), turned.to_dense())


def test_casts_change_values_only():
    matrix = example()
    casts = {"float": torch.float32, "double": torch.float64, "int": torch.int32, "long": torch.int64}
    for method, dtype in casts.items():
        cast = getattr(matrix, method)()
        assert cast.dtype == dtype
        assert cast.pattern is matrix.pattern
    assert matrix.to() is matrix
    assert matrix.cpu() is matrix
    assert matrix.double() is matrix
    assert matrix.to("cpu", torch.float16).dtype == torch.float16


def test_moves_to_another_device():
    moved = example().to("meta")
    assert moved.device.type == "meta"
    assert moved.pattern.relation.device.type == "meta"


@pytest.mark.wrong_types
def test_bad_moves_are_refused():
    with pytest.raises(InputError, match=r"write to\(dtype=torch.float64\)"):
        example().to(torch.float64)
    if not torch.cuda.is_available():
        with pytest.raises(DeviceError, match="cannot move to 'cuda'"):
            example().cuda()


def test_gradients_pass_through_views():
    matrix = example(width=2)
    val = matrix.val.requires_grad_()
    for view in (
        lambda v: sparse.val_like(matrix, v).to_dense(),
        lambda v: sparse.val_like(matrix, v).T.val,
        lambda v: sparse.val_like(matrix, v).to(dtype=torch.float64).val,
    ):
        assert torch.autograd.gradcheck(view, (val,))
        assert torch.autograd.gradgradcheck(view, (val,))


def test_a_matrix_can_be_pickled():
    matrix = example()
    again = pickle.loads(pickle.dumps(matrix))
    assert torch.equal(again.to_dense(), matrix.to_dense())
    assert again.shape == matrix.shape


@pytest.mark.parametrize("name", ["neg", "reduce", "smax", "smean", "smin", "softmax", "sprod", "sum"])
def test_methods_take_what_functions_take_and_give_the_same(name):
    method, function = getattr(SparseMatrix, name), getattr(sparse, name)
    taken = [list(inspect.signature(one).parameters.values())[1:] for one in (method, function)]
    assert [(one.name, one.default) for one in taken[0]] == [(one.name, one.default) for one in taken[1]]
    found, expected = method(example()), function(example())
    if isinstance(found, SparseMatrix):
        found, expected = found.val, expected.val
    assert torch.equal(found, expected)


def test_operators_lead_to_their_functions():
    a, b = example().coalesce(), example(5).coalesce()
    x = torch.rand(5, 2, dtype=torch.float64)
    for found, expected in (
        (a + b, sparse.add(a, b)),
        (a - b, sparse.sub(a, b)),
        (a * b, sparse.mul(a, b)),
        (a / b, sparse.div(a, b)),
        (a * 2, sparse.mul(a, 2)),
        (2 * a, sparse.mul(2, a)),
        (torch.tensor(2.0) * a, sparse.mul(a, 2)),
        (a / 2, sparse.div(a, 2)),
        (a**2, sparse.power(a, 2)),
        (-a, sparse.neg(a)),
        (a @ b.T, sparse.matmul(a, b.T)),
    ):
        assert torch.equal(found.to_dense(), expected.to_dense())
    assert torch.equal(a @ x, sparse.spmm(a, x))
    with pytest.raises(InputError, match="got a dense and a sparse matrix"):
        x.T @ a.T

"""Sparse matrices from indices and values."""

from __future__ import annotations

import pytest
import torch

from weft import sparse
from weft.errors import DeviceError, DtypeError, IdError, InputError, ShapeError

PAIR = torch.tensor([[1, 0], [0, 2]])


def test_entries_keep_their_order_and_the_shape_is_the_smallest():
    matrix = sparse.spmatrix(PAIR, torch.tensor([5.0, 6.0]))
    assert matrix.shape == (2, 3)
    assert matrix.row.tolist() == [1, 0]
    assert matrix.col.tolist() == [0, 2]
    assert matrix.val.tolist() == [5.0, 6.0]


def test_values_are_ones_by_default():
    matrix = sparse.from_coo(PAIR[0], PAIR[1])
    assert matrix.val.dtype == torch.float32
    assert matrix.val.tolist() == [1.0, 1.0]


def test_values_are_not_copied():
    val = torch.ones(2)
    assert sparse.spmatrix(PAIR, val).val is val


def test_compressed_rows_and_columns_give_the_same_places():
    indptr, indices, val = torch.tensor([0, 2, 2, 3]), torch.tensor([1, 0, 1]), torch.tensor([1.0, 2.0, 3.0])
    by_row = sparse.from_csr(indptr, indices, val, (3, 4))
    assert (by_row.row.tolist(), by_row.col.tolist(), by_row.shape) == ([0, 0, 2], [1, 0, 1], (3, 4))
    by_column = sparse.from_csc(indptr, indices, val, (4, 3))
    assert (by_column.row.tolist(), by_column.col.tolist(), by_column.shape) == ([1, 0, 1], [0, 0, 2], (4, 3))
    assert by_row.csr()[2] is None
    assert by_column.csc()[2] is None


def test_val_like_shares_the_pattern():
    matrix = sparse.spmatrix(PAIR)
    other = sparse.val_like(matrix, torch.ones(2, 3))
    assert other.pattern is matrix.pattern
    assert other.val.shape == (2, 3)


def test_diag_and_identity():
    wide = sparse.diag(torch.tensor([1.0, 2.0]), (2, 3))
    assert wide.to_dense().tolist() == [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    assert wide.is_diag()
    vectors = sparse.identity((3, 2), 4, dtype=torch.int32)
    assert vectors.val.dtype == torch.int32
    assert vectors.val.shape == (2, 4)
    assert sparse.diag(torch.ones(0)).shape == (0, 0)


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: sparse.spmatrix(torch.zeros(3, 2).long()),
            ShapeError,
            r"indices have shape \(3, 2\); expected a",
        ),
        (lambda: sparse.spmatrix([[0], [1]]), ShapeError, "indices have type list"),
        (lambda: sparse.spmatrix(PAIR.float()), DtypeError, "rows have dtype torch.float32"),
        (lambda: sparse.spmatrix(PAIR[:, :0]), InputError, "no entries from which to tell the shape"),
        (lambda: sparse.spmatrix(PAIR, shape=(2, 2)), IdError, "columns hold 2, which is past the end of 2 columns"),
        (lambda: sparse.spmatrix(PAIR - 1), IdError, "rows hold -1"),
        (
            lambda: sparse.spmatrix(PAIR, torch.ones(3)),
            ShapeError,
            r"val has shape \(3,\), but the matrix has 2",
        ),
        (lambda: sparse.spmatrix(PAIR, torch.ones(2, 1, 1)), ShapeError, r"expected \(2,\) or \(2, D\)"),
        (lambda: sparse.spmatrix(PAIR, [1.0, 2.0]), InputError, "val is a list"),
        (lambda: sparse.spmatrix(PAIR, torch.ones(2, device="meta")), DeviceError, "val is on meta"),
        (lambda: sparse.spmatrix(PAIR, shape=(2, 3, 4)), ShapeError, r"got shape=\(2, 3, 4\)"),
        (lambda: sparse.spmatrix(PAIR, shape=(2, -3)), ShapeError, "count from 0"),
        (lambda: sparse.from_coo(PAIR[0], PAIR[1, :1]), ShapeError, "from_coo: got 2 source IDs and 1"),
        (lambda: sparse.from_csr(torch.tensor([0, 2]), torch.tensor([0])), InputError, "from_csr: indptr goes from 0"),
        (lambda: sparse.from_csr(torch.tensor([0, 1]), torch.tensor([0]), shape=(2, 2)), ShapeError, "has 2 entries"),
        (lambda: sparse.from_csc(torch.tensor([0, 1]), torch.tensor([3]), shape=(2, 1)), IdError, "indices hold 3"),
        (lambda: sparse.val_like(torch.ones(2), torch.ones(2)), InputError, "mat is a Tensor"),
        (lambda: sparse.diag(torch.ones(2), (3, 3)), ShapeError, "got 2 values for shape"),
        (lambda: sparse.diag(torch.tensor(1.0)), ShapeError, r"val has shape \(\)"),
    ],
)
def test_what_cannot_be_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()

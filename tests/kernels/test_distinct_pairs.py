"""Distinct pairs of rows and columns."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from tests.cases.graphs import cases, random_case

from weft.errors import DtypeError, ShapeError
from weft.kernels import Compressed, distinct_pairs
from weft.kernels.distinct_pairs import native, reference

ONE = Compressed(torch.tensor([0, 3, 3, 5]), torch.tensor([0, 2, 2, 1, 1]), None, 3)
OTHER = Compressed(torch.tensor([0, 1, 2, 4]), torch.tensor([1, 0, 0, 1]), None, 3)


def in_order(layout):
    """Return a layout with the columns of each row ascending."""
    rows = torch.repeat_interleave(torch.arange(layout.num_rows()), layout.indptr.diff())
    keys = torch.sort(rows * layout.num_cols + layout.indices).values
    return layout._replace(indices=(keys % max(layout.num_cols, 1)).to(layout.indices.dtype), eids=None)


def test_each_pair_comes_once_with_where_it_begins():
    rows, cols, starts = distinct_pairs(ONE)
    assert (rows.tolist(), cols.tolist(), starts.tolist()) == ([0, 0, 2], [0, 2, 1], [0, 1, 3])


def test_pairs_of_two_layouts_are_joined():
    rows, cols, starts = distinct_pairs(ONE, OTHER)
    assert (rows.tolist(), cols.tolist()) == ([0, 0, 0, 1, 2, 2], [0, 1, 2, 0, 0, 1])
    assert len(starts) == 0


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_ids_are_of_the_dtype_asked_for(idtype):
    rows, cols, starts = distinct_pairs(ONE, idtype=idtype)
    assert (rows.dtype, cols.dtype, starts.dtype) == (idtype, idtype, torch.int64)


@pytest.mark.native
@given(cases())
def test_native_equals_reference(case):
    one = in_order(case.csr)
    other = in_order(one._replace(indices=one.indices.flip(0)))
    for more in ((None, None), (other.indptr, other.indices)):
        arguments = (one.indptr, one.indices, *more, torch.int64)
        found = zip(native.distinct_pairs(*arguments), reference.distinct_pairs(*arguments), strict=True)
        assert all(mine.dtype == theirs.dtype and torch.equal(mine, theirs) for mine, theirs in found)


@pytest.mark.native
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_gives_the_same(threads):
    one = in_order(random_case(3, 300, 200, 9000).csr)
    expected = reference.distinct_pairs(one.indptr, one.indices, None, None, torch.int64)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = native.distinct_pairs(one.indptr, one.indices, None, None, torch.int64)
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(found, expected, strict=True))


def test_layouts_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="one has 3 rows and other 1; expected as many"):
        distinct_pairs(ONE, Compressed(torch.tensor([0, 1]), torch.tensor([0]), None, 3))
    with pytest.raises(DtypeError, match=r"torch\.int64 and other of torch\.int32"):
        distinct_pairs(ONE, OTHER._replace(indices=OTHER.indices.int()))


def test_operator_passes_opcheck():
    for more in ((None, None), OTHER[:2]):
        torch.library.opcheck(torch.ops.weft.distinct_pairs.default, (ONE.indptr, ONE.indices, *more, True))

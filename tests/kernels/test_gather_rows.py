"""Edges of chosen rows."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.graphs import cases, random_case

from weft.errors import DtypeError, ShapeError
from weft.kernels import coo_to_compressed, gather_rows, position_table, slice_rows
from weft.kernels.gather_rows import native, reference

CSR = coo_to_compressed(torch.tensor([0, 1, 0, 2]), torch.tensor([1, 1, 0, 1]), 3, 2)


def test_rows_come_as_asked_for_with_repeats():
    which, cols, eids = gather_rows(CSR, torch.tensor([2, 0, 2]))
    assert which.tolist() == [0, 1, 1, 2]
    assert cols.tolist() == [1, 1, 0, 1]
    assert eids.tolist() == [3, 0, 2, 3]


def test_table_renumbers_the_other_end_and_drops_what_it_does_not_keep():
    table = position_table(torch.tensor([1]), 2, torch.int32)
    assert table.tolist() == [-1, 0]
    which, cols, eids = gather_rows(CSR, torch.tensor([0, 1, 2]), table)
    assert (which.tolist(), cols.tolist(), eids.tolist()) == ([0, 1, 2], [0, 0, 0], [0, 1, 3])


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_results_have_the_dtype_of_the_rows(dtype):
    assert [part.dtype for part in gather_rows(CSR, torch.tensor([0], dtype=dtype))] == [dtype] * 3


@pytest.mark.native
@given(cases(), st.data())
def test_native_equals_reference(case, data):
    num_rows = case.csr.num_rows()
    chosen = data.draw(st.lists(st.integers(0, num_rows - 1), max_size=8)) if num_rows else []
    rows = torch.tensor(chosen, dtype=data.draw(st.sampled_from([torch.int32, torch.int64])))
    kept = torch.arange(0, case.num_dst, 2)
    for table in (None, position_table(kept, case.num_dst, case.csr.indices.dtype)):
        arguments = (case.csr.indptr, case.csr.indices, case.csr.eids, rows, table)
        for name in ("gather_rows", "slice_rows"):
            found, expected = getattr(native, name)(*arguments), getattr(reference, name)(*arguments)
            for one, other in zip(found, expected, strict=True):
                assert one.dtype == other.dtype
                assert torch.equal(one, other)


@pytest.mark.native
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_gives_the_same(threads):
    case = random_case(3, 300, 200, 4000)
    rows = torch.arange(299, -1, -1)
    expected = reference.gather_rows(case.csr.indptr, case.csr.indices, case.csr.eids, rows, None)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = native.gather_rows(case.csr.indptr, case.csr.indices, case.csr.eids, rows, None)
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))


def test_arguments_that_do_not_fit_are_refused():
    with pytest.raises(DtypeError, match=r"rows have shape \(1,\) and torch.float32"):
        gather_rows(CSR, torch.zeros(1))
    with pytest.raises(ShapeError, match=r"table has shape \(3,\) and torch.int32; expected \(2,\) of torch.int32"):
        gather_rows(CSR, torch.tensor([0]), torch.zeros(3, dtype=torch.int32))


def test_rows_become_a_format_of_their_own():
    part, eids = slice_rows(CSR, torch.tensor([2, 0]), 2)
    assert part.indptr.tolist() == [0, 1, 3]
    assert part.indices.tolist() == [1, 1, 0]
    assert (part.eids, part.num_cols, eids.tolist()) == (None, 2, [3, 0, 2])


def test_operators_pass_opcheck():
    table = position_table(torch.tensor([1]), 2, torch.int32)
    for kept in (None, table):
        arguments = (CSR.indptr, CSR.indices, CSR.eids, torch.tensor([2, 0]), kept)
        torch.library.opcheck(torch.ops.weft.gather_rows.default, arguments)
        torch.library.opcheck(torch.ops.weft.slice_rows.default, arguments)

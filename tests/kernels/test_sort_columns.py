"""The edges of each row by ascending column."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from tests.cases.graphs import cases, random_case

from weft.kernels import coo_to_compressed, sort_columns
from weft.kernels.sort_columns import native, reference


def test_columns_ascend_in_each_row_and_edges_go_along():
    rows, cols = torch.tensor([1, 0, 1, 1]), torch.tensor([2, 1, 0, 2])
    indices, eids = sort_columns(coo_to_compressed(rows, cols, 2, 3))
    assert indices.tolist() == [1, 0, 2, 2]
    assert eids.tolist() == [1, 2, 0, 3]


def test_positions_are_the_edges_where_there_are_no_edge_ids():
    indices, eids = sort_columns(coo_to_compressed(torch.tensor([0, 0, 1]), torch.tensor([3, 1, 2]), 2, 4))
    assert indices.tolist() == [1, 3, 2]
    assert eids.tolist() == [1, 0, 2]


@pytest.mark.native
@given(cases())
def test_native_equals_reference(case):
    for layout in (case.csr, case.csc):
        found = native.sort_columns(layout.indptr, layout.indices, layout.eids)
        expected = reference.sort_columns(layout.indptr, layout.indices, layout.eids)
        for one, other in zip(found, expected, strict=True):
            assert one.dtype == other.dtype == layout.indices.dtype
            assert torch.equal(one, other)


@pytest.mark.native
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_long_rows_and_any_number_of_threads_give_the_same(threads):
    csr = random_case(3, 60, 50, 4000).csr
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = native.sort_columns(csr.indptr, csr.indices, csr.eids)
    finally:
        torch.set_num_threads(before)
    expected = reference.sort_columns(csr.indptr, csr.indices, csr.eids)
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))


def test_operator_passes_opcheck():
    csr = random_case(1).csr
    torch.library.opcheck(torch.ops.weft.sort_columns.default, tuple(csr[:3]))
    torch.library.opcheck(torch.ops.weft.sort_columns.default, (csr.indptr, csr.indices, None))

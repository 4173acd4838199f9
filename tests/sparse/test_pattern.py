"""Places of entries: groups, formats as users see them, sharing."""

from __future__ import annotations

import torch
from hypothesis import given
from tests.cases.matrices import example, matrices, places

from weft import sparse


def test_groups_list_distinct_places_in_order_with_their_entries():
    groups = example().pattern.groups()
    assert groups.rows.tolist() == [0, 0, 0, 1, 1, 1, 2]
    assert groups.cols.tolist() == [0, 2, 3, 0, 2, 3, 1]
    assert groups.offsets.tolist() == [0, 1, 2, 3, 4, 5, 6, 8]
    assert groups.entries.tolist() == [3, 6, 1, 2, 5, 7, 0, 4]


def test_groups_are_made_once_for_all_matrices_of_a_pattern():
    matrix = example()
    assert sparse.neg(matrix).pattern.groups() is matrix.pattern.groups()


@given(matrices())
def test_a_place_with_several_entries_is_noticed(matrix):
    assert matrix.has_duplicate() == (int(places(matrix).sum()) < matrix.nnz)


def test_a_diagonal_has_no_duplicates_and_no_value_indices():
    matrix = sparse.diag(torch.ones(3), (3, 5))
    assert not matrix.has_duplicate()
    assert matrix.csr()[2] is None
    assert matrix.csc()[2] is None
    assert matrix.T.pattern.layout == "diag"
    assert matrix.pattern.to("cpu") is matrix.pattern

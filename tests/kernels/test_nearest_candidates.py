"""The nearest of some candidates."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from weft.errors import DtypeError, IdError, InputError, ShapeError
from weft.kernels import nearest_candidates
from weft.kernels.nearest_candidates import native, reference

LINE = torch.tensor([[0.0], [1.0], [3.0], [4.0]])


def test_nearest_come_first_and_each_once():
    candidates = torch.tensor([[3, 1, 1, 2], [0, 2, 3, 1], [3, 1, 0, 0], [3, 3, 0, 2]])
    assert nearest_candidates(LINE, candidates, 3).tolist() == [[1, 2, 3], [0, 2, 3], [3, 1, 0], [2, 0, 3]]


def test_equal_distances_go_by_number():
    points = torch.zeros(3, 2)
    assert nearest_candidates(points, torch.tensor([[2, 1], [2, 0], [1, 0]]), 1).tolist() == [[1], [0], [0]]


def test_no_candidates_leave_the_point_itself():
    none = torch.empty(4, 0, dtype=torch.int64)
    assert nearest_candidates(LINE, none, 2).tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]
    assert nearest_candidates(LINE[:0], none[:0], 2).shape == (0, 2)


@pytest.mark.native
@given(
    st.integers(1, 30),
    st.integers(1, 20),
    st.integers(0, 12),
    st.integers(0, 6),
    st.sampled_from([torch.float32, torch.float64]),
)
def test_native_equals_reference(num_points, dim, width, count, dtype):
    generator = torch.Generator().manual_seed(num_points + 31 * dim + 997 * width)
    points = torch.randint(-3, 4, (num_points, dim), generator=generator).to(dtype)
    candidates = torch.randint(num_points, (num_points, width), generator=generator)
    expected = reference.nearest_candidates(points, candidates, count)
    assert torch.equal(native.nearest_candidates(points, candidates, count), expected)


def test_operator_passes_opcheck():
    torch.library.opcheck(torch.ops.weft.nearest_candidates.default, (LINE, torch.randint(4, (4, 5)), 2))


@pytest.mark.parametrize(
    ("points", "candidates", "count", "error", "message"),
    [
        (LINE.half(), torch.zeros(4, 1).long(), 1, DtypeError, "points are torch.float16"),
        (LINE, torch.zeros(4, 1).int(), 1, DtypeError, "candidates torch.int32"),
        (LINE, torch.zeros(3, 1).long(), 1, ShapeError, r"\(4, 1\) and candidates \(3, 1\)"),
        (LINE, torch.full((4, 1), 4), 1, IdError, "candidates hold 4"),
        (LINE, torch.full((4, 1), -1), 1, IdError, "candidates hold -1"),
        (LINE, torch.zeros(4, 1).long(), -1, InputError, "count is -1"),
    ],
)
def test_what_does_not_fit_is_refused(points, candidates, count, error, message):
    with pytest.raises(error, match=message):
        nearest_candidates(points, candidates, count)

"""Points far from each other."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from weft.errors import DtypeError, IdError, InputError, ShapeError
from weft.kernels import farthest_points
from weft.kernels.farthest_points import native, reference

LINE = torch.tensor([[[0.0], [1.0], [5.0], [8.0]]])


def test_each_next_point_is_the_farthest_from_those_before():
    assert farthest_points(LINE, torch.tensor([0]), 4).tolist() == [[0, 3, 2, 1]]
    assert farthest_points(LINE.double(), torch.tensor([2]), 2).tolist() == [[2, 0]]


def test_of_equals_the_first_and_none_twice():
    assert farthest_points(torch.zeros(1, 4, 2), torch.tensor([2]), 4).tolist() == [[2, 0, 1, 3]]


def test_no_points_and_no_clouds():
    assert farthest_points(LINE, torch.tensor([0]), 0).shape == (1, 0)
    assert farthest_points(LINE[:0], torch.tensor([0])[:0], 2).shape == (0, 2)


@pytest.mark.native
@given(st.integers(1, 4), st.integers(1, 40), st.integers(0, 5), st.sampled_from([torch.float32, torch.float64]))
def test_native_equals_reference(num_clouds, num_points, dim, dtype):
    generator = torch.Generator().manual_seed(num_points + 31 * dim)
    points = torch.randint(-3, 4, (num_clouds, num_points, dim), generator=generator).to(dtype)
    starts = torch.randint(num_points, (num_clouds,), generator=generator)
    count = (num_points + 1) // 2
    assert torch.equal(native.farthest_points(points, starts, count), reference.farthest_points(points, starts, count))


@pytest.mark.native
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_chooses_the_same(threads):
    points = torch.randn(1, 30000, 3, generator=torch.Generator().manual_seed(1))
    expected = farthest_points(points, torch.tensor([7]), 30)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        assert torch.equal(farthest_points(points, torch.tensor([7]), 30), expected)
    finally:
        torch.set_num_threads(before)


def test_operator_passes_opcheck():
    torch.library.opcheck(torch.ops.weft.farthest_points.default, (LINE, torch.tensor([0]), 2))


@pytest.mark.parametrize(
    ("points", "starts", "count", "error", "message"),
    [
        (LINE.half(), [0], 1, DtypeError, r"points are torch\.float16"),
        (LINE[0], [0], 1, ShapeError, r"\(4, 1\) and starts \(1,\)"),
        (LINE, [0, 0], 1, ShapeError, r"starts \(2,\)"),
        (LINE, [4], 1, IdError, "starts hold 4"),
        (LINE, [-1], 1, IdError, "starts hold -1"),
        (LINE, [0], 5, InputError, "count is 5"),
        (LINE, [0], -1, InputError, "count is -1"),
    ],
)
def test_what_does_not_fit_is_refused(points, starts, count, error, message):
    with pytest.raises(error, match=message):
        farthest_points(points, torch.tensor(starts), count)

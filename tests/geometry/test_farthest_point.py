"""farthest_point_sampler: starts, sizes of any order, errors."""

from __future__ import annotations

import pytest
import torch

from weft.errors import DtypeError, InputError, ShapeError
from weft.geometry import farthest_point_sampler

CLOUDS = torch.tensor([[[0.0], [1.0], [3.0], [3.0], [10.0]], [[0.0], [5.0], [5.0], [-5.0], [1.0]]])


def test_points_of_dgl_for_the_same_start():
    assert farthest_point_sampler(CLOUDS, 3, 0).tolist() == [[0, 4, 2], [0, 1, 3]]
    assert farthest_point_sampler(CLOUDS, 3, 2).tolist() == [[2, 4, 0], [2, 3, 0]]


def test_no_point_comes_twice():
    assert farthest_point_sampler(CLOUDS, 5, 0).sort(dim=1).values.tolist() == [[0, 1, 2, 3, 4]] * 2


def test_start_is_drawn_from_the_default_generator():
    torch.manual_seed(3)
    one = farthest_point_sampler(CLOUDS, 2)
    torch.manual_seed(3)
    assert torch.equal(farthest_point_sampler(CLOUDS, 2), one)


@pytest.mark.parametrize("factor", [1e-30, 1e30])
def test_sizes_whose_squares_leave_float32_do_not_matter(factor):
    points = torch.randn(1, 20, 3, generator=torch.Generator().manual_seed(1))
    assert torch.equal(farthest_point_sampler(points * factor, 8, 0), farthest_point_sampler(points, 8, 0))


def test_wrong_arguments_are_refused():
    with pytest.raises(ShapeError, match=r"pos is \(5, 1\)"):
        farthest_point_sampler(CLOUDS[0], 2)
    with pytest.raises(DtypeError, match=r"pos has dtype torch\.int64"):
        farthest_point_sampler(CLOUDS.long(), 2)
    with pytest.raises(InputError, match="npoints=6; expected a number of points, from 0 to 5"):
        farthest_point_sampler(CLOUDS, 6)
    with pytest.raises(InputError, match="start_idx=5; expected the number of a point, from 0 to 4"):
        farthest_point_sampler(CLOUDS, 2, 5)
    with pytest.raises(InputError, match=r"pos is nan at \[0, 0, 0\]"):
        farthest_point_sampler(torch.full((1, 2, 1), torch.nan), 1)

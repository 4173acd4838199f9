"""Reductions of consecutive rows."""

from __future__ import annotations

import pytest
import torch

from weft import ops
from weft.errors import InputError, ShapeError

VALUES = torch.tensor([[1.0, 5.0], [3.0, -1.0], [4.0, 4.0]])


@pytest.mark.parametrize(
    ("reducer", "expected"),
    [
        ("sum", [[4, 4], [0, 0], [4, 4]]),
        ("mean", [[2, 2], [0, 0], [4, 4]]),
        ("max", [[3, 5], [0, 0], [4, 4]]),
        ("min", [[1, -1], [0, 0], [4, 4]]),
    ],
)
def test_values_by_hand(reducer, expected):
    assert ops.segment_reduce(torch.tensor([2, 0, 1]), VALUES, reducer).tolist() == expected


def test_no_segments():
    assert ops.segment_reduce([], torch.ones(0, 3)).shape == (0, 3)


def test_gradients_flow():
    values = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
    for reducer in ("sum", "mean", "max", "min"):
        assert torch.autograd.gradcheck(lambda v, r=reducer: ops.segment_reduce([3, 0, 2], v, r), (values,))


def test_bad_arguments_are_refused():
    with pytest.raises(ShapeError, match=r"segment_reduce: seglen adds up to 2, but value has 3 rows\."):
        ops.segment_reduce([1, 1], VALUES)
    with pytest.raises(ShapeError, match=r"segment_reduce: seglen holds -1; lengths count from 0\."):
        ops.segment_reduce([4, -1], VALUES)
    with pytest.raises(InputError, match="segment_reduce: got reducer='prod'"):
        ops.segment_reduce([3], VALUES, "prod")

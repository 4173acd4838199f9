"""SpatialEncoder3d against its formula, symmetries, errors."""

from __future__ import annotations

import math

import pytest
import torch

from weft.errors import DtypeError, IdError, ShapeError
from weft.nn import SpatialEncoder3d

COORD = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(4))
TYPES = torch.tensor([[0, 1, 2, 1], [2, 2, -1, -1]])


def encoder() -> SpatialEncoder3d:
    """Return an encoder of three kernels, two heads and three types, with tables that are not all ones and zeros."""
    made = SpatialEncoder3d(3, 2, max_node_type=3)
    with torch.no_grad():
        made.gamma.weight.normal_()
        made.beta.weight.normal_()
    return made


def one_pair(made: SpatialEncoder3d, graph: int, i: int, j: int) -> torch.Tensor:
    """Return the definition for a pair of points."""
    distance = (COORD[graph, i] - COORD[graph, j]).norm()
    rows = [int(TYPES[graph, i]) + 2, int(TYPES[graph, j]) + 6]
    value = made.gamma.weight[rows].sum() * distance + made.beta.weight[rows].sum()
    width = made.stds.abs() + 0.01
    kernels = torch.exp(-(((value - made.means) / width) ** 2) / 2) / (math.sqrt(2 * math.pi) * width)
    return made.linear_layer_2(torch.nn.functional.gelu(made.linear_layer_1(kernels)))


def test_kernels_look_at_a_scaled_distance():
    made = encoder()
    out = made(COORD, TYPES)
    assert out.shape == (2, 4, 4, 2)
    for graph, i, j in ((0, 0, 1), (0, 3, 2), (1, 1, 1), (1, 0, 3)):
        torch.testing.assert_close(out[graph, i, j], one_pair(made, graph, i, j))


def test_without_types_all_pairs_are_scaled_alike_and_nothing_of_it_learns():
    made = encoder()
    out = made(COORD)
    torch.testing.assert_close(out, out.transpose(1, 2))
    out.sum().backward()
    assert not made.gamma.weight.grad.any()
    assert made.means.grad.any()


def test_moving_and_turning_the_points_changes_nothing():
    made = encoder()
    turn = torch.linalg.qr(torch.randn(3, 3)).Q
    torch.testing.assert_close(made(COORD @ turn + 5, TYPES), made(COORD, TYPES), rtol=1e-3, atol=1e-4)


def test_points_in_one_place_take_a_gradient_of_zero():
    coord = torch.zeros(1, 2, 3, requires_grad=True)
    encoder()(coord).sum().backward()
    assert coord.grad.tolist() == [[[0, 0, 0], [0, 0, 0]]]


def test_wrong_inputs_are_refused():
    made = encoder()
    with pytest.raises(ShapeError, match=r"coord has shape \(4, 3\); expected \(clouds, points, 3\)"):
        made(COORD[0])
    with pytest.raises(ShapeError, match=r"node_type has shape \(2, 3\); expected \(2, 4\), a type for each point"):
        made(COORD, TYPES[:, :3])
    with pytest.raises(IdError, match="past the end of 3 types"):
        made(COORD, TYPES + 1)
    with pytest.raises(IdError, match="negative"):
        made(COORD, TYPES - 1)
    with pytest.raises(DtypeError, match=r"coord has dtype torch\.int64"):
        made(COORD.long())

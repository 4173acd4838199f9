"""Radius graphs: edges, norms, distances and their gradients."""

import pytest
import torch

from weft.errors import DtypeError, InputError, ShapeError
from weft.transforms import radius, radius_graph

POINTS = torch.tensor([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0], [3.5, 1.0], [10.0, 0.0]])
MODES = ("donot_use_mm_for_euclid_dist", "use_mm_for_euclid_dist", "use_mm_for_euclid_dist_if_necessary")


def _lists(g) -> tuple[list[int], list[int]]:
    src, dst = g.edges()
    return src.tolist(), dst.tolist()


@pytest.mark.parametrize("mode", MODES)
def test_points_up_to_the_radius_are_joined_both_ways_in_order(mode):
    assert _lists(radius_graph(POINTS, 2.0, compute_mode=mode)) == ([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2])


@pytest.mark.parametrize(
    ("p", "r", "edges"),
    [
        (1, 1.5, [(0, 1), (2, 3)]),
        (float("inf"), 2.5, [(0, 1), (1, 2), (1, 3), (2, 3)]),
        (0, 1, [(0, 1), (0, 2), (0, 4), (1, 2), (1, 4), (2, 4)]),
    ],
)
def test_norms_by_hand(p, r, edges):
    src, dst = _lists(radius_graph(POINTS, r, p))
    assert sorted(zip(src, dst, strict=True)) == sorted(edges + [(v, u) for u, v in edges])


def test_loops_stand_in_order_and_have_distance_zero():
    g, distances = radius_graph(POINTS, 1.2, self_loop=True, get_distances=True)
    assert _lists(g) == ([0, 0, 1, 1, 2, 2, 3, 3, 4], [0, 1, 0, 1, 2, 3, 2, 3, 4])
    expected = torch.tensor([0, 1, 1, 0, 0, 1.25**0.5, 1.25**0.5, 0, 0]).unsqueeze(1)
    torch.testing.assert_close(distances, expected)


def test_matrix_products_do_not_lose_loops():
    x = torch.randn(100, 8) * 1e3 + 1e4
    g = radius_graph(x, 1e-3, self_loop=True, compute_mode="use_mm_for_euclid_dist")
    src, dst = g.edges()
    assert int((src == dst).sum()) == 100


def test_blocks_of_rows_give_all_edges(monkeypatch):
    x = torch.randn(60, 3)
    whole = _lists(radius_graph(x, 1.0))
    monkeypatch.setattr(radius, "DISTANCES_AT_ONCE", 150)
    assert _lists(radius_graph(x, 1.0)) == whole
    src, dst = (torch.cdist(x, x).fill_diagonal_(9) <= 1.0).nonzero(as_tuple=True)
    assert whole == (src.tolist(), dst.tolist())


def test_gradients_of_distances_reach_the_points():
    x = POINTS.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: radius_graph(x, 2.1, get_distances=True)[1], (x,))
    radius_graph(x, 2.1, self_loop=True, get_distances=True)[1].sum().backward()
    assert x.grad.isfinite().all()


def test_no_neighbour_gives_no_edge():
    g, distances = radius_graph(POINTS, 0.1, get_distances=True)
    assert (g.num_nodes(), g.num_edges(), tuple(distances.shape)) == (5, 0, (0, 1))


@pytest.mark.parametrize(
    ("x", "r", "options", "error", "message"),
    [
        (POINTS, 0.0, {}, InputError, "r is 0.0; expected a radius above 0"),
        (POINTS, float("nan"), {}, InputError, "r is nan"),
        (POINTS, 1.0, {"p": -1}, InputError, "p is -1"),
        (POINTS, 1.0, {"compute_mode": "mm"}, InputError, "compute_mode='mm'"),
        (POINTS.unsqueeze(0), 1.0, {}, ShapeError, r"expected \(points, dim\)\."),
        (POINTS.int(), 1.0, {}, DtypeError, "torch.int32"),
        (POINTS * float("nan"), 1.0, {}, InputError, "x is nan"),
        (torch.zeros(0, 2), 1.0, {}, InputError, "holds no point"),
    ],
)
def test_what_cannot_be_is_refused(x, r, options, error, message):
    with pytest.raises(error, match=message):
        radius_graph(x, r, **options)

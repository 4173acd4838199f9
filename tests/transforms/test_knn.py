"""Nearest-neighbour graphs: every search against distances worked out one by one, and what is refused."""

import numpy as np
import pytest
import torch

import weft
from weft.errors import DtypeError, InputError, ShapeError
from weft.transforms import knn_graph, nearest, segmented_knn_graph

EXACT = ("bruteforce-blas", "bruteforce", "kd-tree")
ALL = (*EXACT, "nn-descent")
POINTS = torch.tensor([[0.0, 0.0], [1.0, 0.0], [3.0, 0.0], [3.5, 0.0], [10.0, 0.0]])


def _lists(g) -> tuple[list[int], list[int]]:
    src, dst = g.edges()
    return src.tolist(), dst.tolist()


def _expected(x: torch.Tensor, k: int, dist: str) -> torch.Tensor:
    """Return the ``k`` nearest others of each point, from near to far and by ID where equal."""
    x = x.double()
    if dist == "cosine":
        x = x / x.norm(dim=1, keepdim=True)
    distances = (x.unsqueeze(1) - x).square().sum(2)
    distances.fill_diagonal_(float("inf"))
    return distances.sort(dim=1, stable=True).indices[:, :k]


@pytest.mark.parametrize("algorithm", ALL)
def test_neighbours_come_from_near_to_far_and_begin_with_the_point_itself(algorithm):
    g = knn_graph(POINTS, 2, algorithm)
    assert _lists(g) == ([0, 1, 1, 0, 2, 3, 3, 2, 4, 3], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    assert (g.idtype, g.num_nodes()) == (torch.int64, 5)
    without = knn_graph(POINTS, 2, algorithm, exclude_self=True)
    assert _lists(without) == ([1, 2, 0, 2, 3, 1, 2, 1, 3, 2], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])


@pytest.mark.parametrize("algorithm", EXACT)
@pytest.mark.parametrize("dist", ["euclidean", "cosine"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_exact_searches_find_the_nearest(algorithm, dist, dtype, monkeypatch):
    monkeypatch.setattr(nearest, "DISTANCES_AT_ONCE", 500)
    x = torch.randn(70, 4, dtype=dtype) + 100
    near = knn_graph(x, 6, algorithm, dist, exclude_self=True).edges()[0].view(70, 6)
    assert torch.equal(near, _expected(x, 6, dist))


@pytest.mark.parametrize("algorithm", ALL)
def test_several_clouds_are_searched_apart(algorithm):
    x = torch.randn(3, 12, 2)
    src, dst = knn_graph(x, 4, algorithm).edges()
    for number, cloud in enumerate(x):
        one_src, one_dst = knn_graph(cloud, 4, algorithm).edges()
        of_this = slice(number * 48, (number + 1) * 48)
        assert torch.equal(src[of_this], one_src + 12 * number)
        assert torch.equal(dst[of_this], one_dst + 12 * number)


@pytest.mark.parametrize("algorithm", ALL)
def test_segments_of_any_size_are_searched_apart_and_may_be_empty(algorithm):
    x, sizes = torch.randn(20, 3), [7, 0, 3, 7, 3]
    src, dst = segmented_knn_graph(x, 2, sizes, algorithm, exclude_self=True).edges()
    assert torch.equal(dst, torch.arange(20).repeat_interleave(2))
    starts = [0, 7, 10, 17]
    stops = [7, 10, 17, 20]
    clouds = zip(starts, stops, strict=True)
    expected = [_expected(x[start:stop], 2, "euclidean") + start for start, stop in clouds]
    assert torch.equal(src.view(20, 2), torch.cat(expected))


def test_equal_distances_go_by_id_also_where_they_are_cut():
    grid = torch.cartesian_prod(torch.arange(6.0), torch.arange(6.0))
    near = knn_graph(grid, 3, "bruteforce", exclude_self=True).edges()[0].view(36, 3)
    assert torch.equal(near, _expected(grid, 3, "euclidean"))


@pytest.mark.parametrize("algorithm", ALL)
def test_points_in_one_place_are_neighbours_but_never_their_own(algorithm):
    src, dst = knn_graph(torch.ones(9, 2), 3, algorithm, exclude_self=True).edges()
    assert (src != dst).all()
    src, dst = knn_graph(torch.ones(9, 2), 3, algorithm).edges()
    assert torch.equal(src.view(9, 3)[:, 0], torch.arange(9))
    assert len(torch.unique(src * 9 + dst)) == 27


def test_matrix_products_keep_their_digits_far_from_the_origin():
    x = torch.randn(200, 3, dtype=torch.float64) + 1e7
    near = knn_graph(x, 5, "bruteforce-blas", exclude_self=True).edges()[0].view(200, 5)
    assert torch.equal(near, _expected(x - 1e7, 5, "euclidean"))


@pytest.mark.parametrize("algorithm", ALL)
@pytest.mark.parametrize("dist", ["euclidean", "cosine"])
@pytest.mark.parametrize(("dtype", "scale"), [(torch.float32, 1e30), (torch.float64, 1e300)])
def test_points_whose_squared_distances_overflow_have_their_nearest_and_never_themselves(algorithm, dist, dtype, scale):
    x = torch.randn(12, 3, dtype=dtype)
    src, dst = knn_graph(x * scale, 4, algorithm, dist, exclude_self=True).edges()
    assert (src != dst).all()
    assert torch.equal(src.view(12, 4), _expected(x, 4, dist))


def test_k_of_one_is_the_point_itself_and_k_of_all_is_everything():
    assert _lists(knn_graph(POINTS, 1)) == ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])
    assert knn_graph(POINTS, 5).num_edges() == 25
    assert knn_graph(POINTS, 4, exclude_self=True).num_edges() == 20


def test_descent_finds_nearly_all_and_follows_the_seed():
    x = torch.randn(2000, 4)
    exact = _expected(x, 8, "euclidean")
    torch.manual_seed(3)
    near = knn_graph(x, 8, "nn-descent", exclude_self=True).edges()[0].view(2000, 8)
    found = (near.unsqueeze(2) == exact.unsqueeze(1)).any(2).float().mean()
    assert found > 0.95
    assert (near != torch.arange(2000).unsqueeze(1)).all()
    assert (near.sort(dim=1).values.diff(dim=1) > 0).all()
    torch.manual_seed(3)
    assert torch.equal(near, knn_graph(x, 8, "nn-descent", exclude_self=True).edges()[0].view(2000, 8))


def test_half_precision_points_and_points_with_gradient_are_taken():
    x = POINTS.half().requires_grad_()
    assert _lists(knn_graph(x, 2)) == _lists(knn_graph(POINTS, 2))


@pytest.mark.parametrize(
    ("x", "arguments", "error", "message"),
    [
        (POINTS[:, 0], (2,), ShapeError, r"x has shape \(5,\); expected \(points, dim\) or \(clouds, points, dim\)"),
        (POINTS.long(), (2,), DtypeError, "torch.int64; expected floating point"),
        (POINTS.tolist(), (2,), InputError, "x is a list"),
        (torch.zeros(0, 2), (2,), InputError, "holds no point"),
        (torch.zeros(3, 0), (2,), InputError, "holds no point"),
        (POINTS / 0, (2,), InputError, r"x is nan at \[0, 0\]; expected finite"),
        (POINTS, (6,), InputError, "k is 6, but in a cloud of 5 points each has 5 neighbours, itself among them"),
        (POINTS, (5, "kd-tree", "euclidean", True), InputError, "has 4 neighbours besides itself; give k=4"),
        (POINTS, (0,), InputError, "got k=0; expected a whole number, 1 or more"),
        (POINTS, (1.5,), InputError, "got k=1.5"),
        (POINTS, (2, "kdtree"), InputError, "algorithm='kdtree'.*Did you mean 'kd-tree'"),
        (POINTS, (2, "bruteforce-sharemem"), InputError, "CUDA kernel of DGL's; 'bruteforce' runs on any device"),
        (POINTS, (2, "bruteforce", "manhattan"), InputError, "dist='manhattan'"),
        (POINTS, (2, "bruteforce", "cosine"), InputError, r"point \[0\] of x is all zeros"),
    ],
)
def test_what_cannot_be_is_refused(x, arguments, error, message):
    with pytest.raises(error, match=message):
        knn_graph(x, *arguments)


@pytest.mark.parametrize(
    ("segs", "error", "message"),
    [
        ([2, 2], ShapeError, "segs add up to 4, but x has 5 rows"),
        ([6, -1], InputError, "segs hold -1"),
        ([4, 1], InputError, "in a cloud of 1 points each has 1 neighbours"),
        ([2.5, 2.5], DtypeError, "segs have dtype torch.float32"),
    ],
)
def test_segments_are_checked(segs, error, message):
    with pytest.raises(error, match=message):
        segmented_knn_graph(POINTS, 2, segs)
    with pytest.raises(ShapeError, match="expected"):
        segmented_knn_graph(POINTS.unsqueeze(0), 2, segs)


def test_counts_may_be_integers_of_numpy():
    g = weft.graph(([0, 1], [1, 2]))
    assert weft.khop_graph(g, np.int64(2)).num_edges() == 1
    assert weft.add_nodes(g, np.int32(2)).num_nodes() == 5
    assert weft.knn_graph(torch.arange(4.0)[:, None], np.int64(2)).num_edges() == 8


def test_clouds_are_the_graphs_of_a_batch():
    both = knn_graph(torch.randn(2, 4, 3), 3)
    assert (both.batch_num_nodes().tolist(), both.batch_num_edges().tolist()) == ([4, 4], [12, 12])
    one, _, other = weft.unbatch(segmented_knn_graph(torch.randn(7, 3), 2, [3, 0, 4]))
    assert (one.num_nodes(), one.num_edges()) == (3, 6)
    assert (other.num_nodes(), other.num_edges()) == (4, 8)
    assert knn_graph(torch.randn(4, 3), 3).batch_size == 1

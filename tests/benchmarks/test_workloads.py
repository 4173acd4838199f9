"""Inputs of the benchmarks: the same for everybody, and of the promised kind; results that differ are noticed."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.compare import compare_folders, difference
from benchmarks.outputs import Line
from benchmarks.own_kernels import line_through
from benchmarks.roofline import lines_of
from benchmarks.run import suffix
from benchmarks.workloads import Inputs, Sizes, power_law_interactions, rmat_edges

SMALL = Sizes(scale=8, num_edges=2_000, users=30, items=40, interactions=300, batch=16)


def test_rmat_edges_are_seeded_and_skewed():
    src, dst = rmat_edges(8, 2_000, seed=1)
    again = rmat_edges(8, 2_000, seed=1)
    assert np.array_equal(src, again[0])
    assert np.array_equal(dst, again[1])
    assert min(src.min(), dst.min()) >= 0
    assert max(src.max(), dst.max()) < 256
    # Without skew the mean degree is 8 and no node comes near ten times that.
    assert np.bincount(dst).max() > 80


def test_interactions_are_distinct_and_skewed():
    users, items = power_law_interactions(SMALL, seed=1)
    assert len(np.unique(users * SMALL.items + items)) == SMALL.interactions
    assert np.bincount(items).max() > 2 * SMALL.interactions / SMALL.items


def test_inputs_are_made_once_and_shared(tmp_path, monkeypatch):
    monkeypatch.setenv("WEFT_BENCH_CACHE", str(tmp_path))
    first = Inputs(SMALL).normal("x", 4, 2)
    assert len(list(tmp_path.rglob("*.npy"))) == 1
    assert np.array_equal(Inputs(SMALL).normal("x", 4, 2), first)
    assert not np.array_equal(Inputs(SMALL).normal("y", 4, 2), first)


@pytest.mark.parametrize(("other", "expected"), [([3.0, 4.0], 0.0), ([3.0, 4.4], 0.4 / 4.4)])
def test_difference_is_relative(other, expected):
    assert difference(np.array([3.0, 4.0]), np.array(other)) == pytest.approx(expected)


def test_results_that_differ_are_named(tmp_path):
    for name, values in (("a", [1.0, 2.0]), ("b", [1.0, np.nan])):
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / "out.npy", np.array(values))
    assert compare_folders(tmp_path / "a", tmp_path / "a", 1e-6) == []
    assert "out.npy" in compare_folders(tmp_path / "a", tmp_path / "b", 1e-6)[0]


def test_the_ratio_reached_is_against_the_rival_named_or_the_best():
    seconds = {"weft": [1.0, 1.0], "dgl": [9.0, 9.0], "pyg": [3.0, 3.0]}
    assert Line("copy_u_sum", dict(seconds)).measured_ratio() == 3.0
    assert Line("u_mul_e_sum", dict(seconds)).measured_ratio() == 9.0
    assert Line("u_mul_e_sum", {"weft": [1.0]}).measured_ratio() is None


def test_results_of_several_pieces_are_compared_whole(monkeypatch):
    monkeypatch.setattr("benchmarks.compare._PIECE", 3)
    ours = np.arange(8.0)
    theirs = ours.copy()
    assert difference(ours, theirs) == 0.0
    theirs[7] = 14.0
    assert difference(ours, theirs) == pytest.approx(0.5)


def test_slope_and_distance_from_a_line_are_found():
    slope, off = line_through([1, 2, 4], [3.0, 6.0, 12.0])
    assert slope == pytest.approx(1.0)
    assert off == pytest.approx(1.0)
    assert line_through([1, 10, 100], [1.0, 20.0, 100.0])[1] == pytest.approx(2.0 ** (2 / 3))


def test_each_kernel_must_move_less_with_a_cache_than_without(tmp_path, monkeypatch):
    monkeypatch.setenv("WEFT_BENCH_CACHE", str(tmp_path))
    monkeypatch.setattr("benchmarks.roofline.copy_bandwidth", lambda: 1e9)
    bandwidth, lines = lines_of(Inputs(SMALL), repeat=1)
    assert bandwidth == 1e9
    assert len({line["kernel"] for line in lines}) == 10
    for line in lines:
        assert 0 < line["bytes_once"] <= line["bytes_per_edge"]
        assert line["seconds_once"] == line["bytes_once"] / 1e9
        assert line["seconds"] > 0


@pytest.mark.parametrize(
    ("threads", "large", "expected"), [(2, False, ""), (2, True, "_large"), (1, True, "_large_1_threads")]
)
def test_unusual_runs_do_not_overwrite_the_standard_figures(threads, large, expected):
    assert suffix(threads, large=large) == expected

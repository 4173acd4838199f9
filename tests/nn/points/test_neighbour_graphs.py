"""Graphs of points as modules: those of the functions."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import InputError
from weft.nn import KNNGraph, RadiusGraph, SegmentedKNNGraph

POINTS = torch.randn(12, 3, generator=torch.Generator().manual_seed(2))


def same(one: weft.Graph, other: weft.Graph) -> bool:
    """Return whether two graphs have the same edges and batches."""
    ends = zip(one.edges(), other.edges(), strict=True)
    return all(torch.equal(*pair) for pair in ends) and torch.equal(one.batch_num_nodes(), other.batch_num_nodes())


@pytest.mark.parametrize("options", [{}, {"exclude_self": True}, {"algorithm": "kd-tree"}, {"dist": "cosine"}])
def test_nearest_neighbours_are_those_of_the_functions(options):
    for x in (POINTS, POINTS.view(3, 4, 3)):
        assert same(KNNGraph(3)(x, **options), weft.knn_graph(x, 3, **options))
    found = SegmentedKNNGraph(3)(POINTS, [4, 8], **options)
    assert same(found, weft.segmented_knn_graph(POINTS, 3, [4, 8], **options))


def test_several_clouds_are_a_batch():
    assert KNNGraph(2)(POINTS.view(3, 4, 3)).batch_num_nodes().tolist() == [4, 4, 4]
    assert SegmentedKNNGraph(2)(POINTS, [4, 0, 8]).batch_num_nodes().tolist() == [4, 0, 8]


@pytest.mark.parametrize("options", [{}, {"p": 1}, {"self_loop": True}, {"compute_mode": "use_mm_for_euclid_dist"}])
def test_points_within_a_radius_are_those_of_the_function(options):
    assert same(RadiusGraph(1.5, **options)(POINTS), weft.radius_graph(POINTS, 1.5, **options))


def test_distances_take_gradients_to_the_points():
    x = POINTS.clone().requires_grad_()
    graph, distances = RadiusGraph(1.5)(x, get_distances=True)
    assert distances.shape == (graph.num_edges(), 1)
    distances.sum().backward()
    assert x.grad.abs().sum() > 0


def test_errors_are_those_of_the_functions():
    with pytest.raises(InputError, match="k is 13"):
        KNNGraph(13)(POINTS)
    with pytest.raises(InputError, match="r is -1"):
        RadiusGraph(-1)(POINTS)


def test_they_say_their_arguments():
    assert repr(KNNGraph(3)) == "KNNGraph(k=3)"
    assert repr(SegmentedKNNGraph(3)) == "SegmentedKNNGraph(k=3)"
    assert repr(RadiusGraph(2.0)) == (
        "RadiusGraph(r=2.0, p=2, self_loop=False, compute_mode='donot_use_mm_for_euclid_dist')"
    )

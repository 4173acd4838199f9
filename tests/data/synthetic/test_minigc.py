"""Eight families of graphs."""

from __future__ import annotations

from collections import Counter

import networkx
import pytest
import torch

import weft
from weft.data import MiniGCDataset
from weft.data.synthetic.minigc import FAMILIES
from weft.errors import InputError


def shape(graph):
    """Return the graph without loops, which every node has once, and each edge once."""
    src, dst = graph.edges()
    assert int((src == dst).sum()) == graph.num_nodes()
    assert graph.has_edges_between(dst, src).all()
    found = networkx.Graph()
    found.add_nodes_from(range(graph.num_nodes()))
    found.add_edges_from((u, v) for u, v in zip(src.tolist(), dst.tolist(), strict=True) if u != v)
    assert graph.num_edges() == 2 * found.number_of_edges() + graph.num_nodes()
    return found


def expected(label, found):
    """Return what a graph of this family and size looks like; several for a lollipop and a grid."""
    n = found.number_of_nodes()
    return {
        0: [networkx.cycle_graph(n)],
        1: [networkx.star_graph(n - 1)],
        2: [networkx.wheel_graph(n)],
        3: [networkx.lollipop_graph(n - path, path) for path in range(2, max(3, n // 2))],
        4: [networkx.hypercube_graph(n.bit_length() - 1)],
        5: [networkx.grid_2d_graph(rows, n // rows) for rows in range(2, n // 2 + 1) if n % rows == 0],
        6: [networkx.complete_graph(n)],
        7: [networkx.circular_ladder_graph(n // 2) if n > 4 else networkx.cycle_graph(4)],
    }[label]


@pytest.mark.parametrize(("least", "most"), [(10, 20), (4, 9)])
def test_every_graph_is_one_of_its_family(least, most):
    data = MiniGCDataset(80, least, most, save_graph=False)
    sizes = Counter()
    for graph, label in data:
        found = shape(graph)
        sizes[found.number_of_nodes()] += 1
        assert any(networkx.is_isomorphic(found, one) for one in expected(int(label), found)), FAMILIES[int(label)]
        assert found.number_of_nodes() < most
    assert len(sizes) > 3
    assert max(sizes) == most - 1


@pytest.mark.parametrize(("count", "shares"), [(16, [2] * 8), (20, [3, 2, 3, 2] * 2), (3, [1, 0, 0, 1, 0, 0, 1, 0])])
def test_families_are_as_large_as_each_other(count, shares):
    labels = MiniGCDataset(count, 10, 20, save_graph=False).labels
    assert sorted(torch.bincount(labels, minlength=8).tolist()) == sorted(shares)
    assert labels.tolist() == sorted(labels.tolist())


def test_members(download_folder):
    data = MiniGCDataset(8, 5, 7, seed=3, save_graph=False)
    assert (len(data), data.num_graphs, data.min_num_v, data.max_num_v, data.seed) == (8, 8, 5, 7, 3)
    assert (data.name, data.num_classes, len(FAMILIES)) == ("minigc", 8, 8)
    assert not data[0][0].ndata
    assert list(download_folder.iterdir()) == []


def edges(data):
    return [torch.stack(graph.edges()).tolist() for graph, _ in data]


def test_seed_decides_and_graphs_are_kept_when_told(download_folder):
    first = edges(MiniGCDataset(16, 10, 20, seed=1))
    assert (
        first == edges(MiniGCDataset(16, 10, 20, seed=1)) == edges(MiniGCDataset(16, 10, 20, seed=1, save_graph=False))
    )
    assert first != edges(MiniGCDataset(16, 10, 20, seed=2))
    assert first != edges(MiniGCDataset(16, 11, 20, seed=1))
    assert len(list(download_folder.rglob("*.weft"))) == 3


def test_transform_is_applied():
    graph, _ = MiniGCDataset(8, 5, 7, save_graph=False, transform=weft.RemoveSelfLoop())[0]
    assert graph.num_edges() == 2 * graph.num_nodes()


@pytest.mark.parametrize("arguments", [(0, 5, 7), (8, 3, 7), (8, 7, 7)])
def test_arguments_that_cannot_be_are_refused(arguments):
    with pytest.raises(InputError, match="MiniGCDataset: got"):
        MiniGCDataset(*arguments)

"""Mixtures of communities."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import weft
from weft.data import SBMMixtureDataset
from weft.errors import IdError, InputError


def edges(graph):
    return torch.stack(graph.edges()).tolist()


def test_item_is_a_graph_with_its_line_graph_and_degrees():
    data = SBMMixtureDataset(3, 20, 2, rng=1)
    assert (len(data), data.name) == (3, "sbmmixture")
    graph, lines, degrees, line_degrees, sources = data[1]
    src, dst = graph.edges()
    assert graph.num_nodes() == 20
    assert graph.has_edges_between(dst, src).all()
    assert not (src == dst).any()
    assert weft.to_simple(graph).num_edges() == graph.num_edges()
    assert edges(lines) == edges(weft.line_graph(graph, backtracking=False))
    assert lines.num_nodes() == graph.num_edges()
    assert (degrees.dtype, degrees.tolist()) == (torch.float32, graph.in_degrees().tolist())
    assert line_degrees.tolist() == lines.in_degrees().tolist()
    assert sources.tolist() == src.tolist()
    assert edges(data[-2][0]) == edges(graph)
    assert len(list(data)) == 3
    with pytest.raises(IdError, match="index 3"):
        data[3]


def test_items_are_put_together():
    data = SBMMixtureDataset(2, 10, 2, rng=1)
    graph, lines, degrees, line_degrees, sources = data.collate_fn([data[0], data[1]])
    assert (graph.num_nodes(), graph.batch_size, lines.num_nodes()) == (20, 2, graph.num_edges())
    assert degrees.tolist() == data[0][2].tolist() + data[1][2].tolist()
    assert len(line_degrees) == lines.num_nodes()
    assert sources.tolist() == data[0][4].tolist() + (data[1][4] + 10).tolist()


def shares(graph, num_communities):
    """Return how many edges a node has within its community, and how many to others."""
    src, dst = (ends * num_communities // graph.num_nodes() for ends in graph.edges())
    same = int((src == dst).sum())
    return same / graph.num_nodes(), (graph.num_edges() - same) / graph.num_nodes()


@pytest.mark.parametrize(
    ("pq", "communities", "expected"),
    [
        ((6.0, 2.0), 2, (3.0, 1.0)),
        ((0.0, 4.0), 2, (0.0, 2.0)),
        ((8.0, 0.0), 4, (2.0, 0.0)),
        ((2.0, 4.0), 4, (0.5, 3.0)),
    ],
)
def test_edges_are_as_likely_as_told(pq, communities, expected):
    # 20000 nodes: the standard error of a mean degree below 4 is 0.014 times the square root of 2.
    within, between = shares(SBMMixtureDataset(1, 20000, communities, pq=pq, rng=0)[0][0], communities)
    assert abs(within - expected[0]) < 0.08
    assert abs(between - expected[1]) < 0.08


def test_chances_of_the_appendix_are_in_its_bounds():
    pairs = np.array(SBMMixtureDataset(200, 4, 2, avg_deg=1.5, k=2, rng=0).pairs)
    few, many = pairs.min(axis=1), pairs.max(axis=1)
    assert (few >= 0).all()
    assert (few <= 1.5 - np.sqrt(1.5)).all()
    np.testing.assert_allclose(few + many, 3.0)
    assert 70 < (pairs[:, 0] > pairs[:, 1]).sum() < 130
    assert few.std() > 0.05


def test_a_pair_for_each_graph_is_taken():
    data = SBMMixtureDataset(2, 1000, 2, pq=[(4.0, 0.0), (0.0, 4.0)], rng=0)
    assert data.pairs == [(4.0, 0.0), (0.0, 4.0)]
    assert shares(data[0][0], 2)[1] == shares(data[1][0], 2)[0] == 0


def test_seed_or_generator_decides():
    first = edges(SBMMixtureDataset(1, 50, 2, rng=1)[0][0])
    assert (
        first
        == edges(SBMMixtureDataset(1, 50, 2, rng=1)[0][0])
        == edges(SBMMixtureDataset(1, 50, 2, rng=np.random.default_rng(1))[0][0])
    )
    assert first != edges(SBMMixtureDataset(1, 50, 2, rng=2)[0][0])
    assert edges(SBMMixtureDataset(1, 50, 2)[0][0]) != edges(SBMMixtureDataset(1, 50, 2)[0][0])
    old = [edges(SBMMixtureDataset(1, 50, 2, rng=np.random.RandomState(1))[0][0]) for _ in range(2)]
    assert old[0] == old[1]


def test_full_and_empty_graphs_are_drawn():
    assert SBMMixtureDataset(1, 6, 2, pq=(6.0, 6.0))[0][0].num_edges() == 30
    assert SBMMixtureDataset(1, 6, 2, pq=(0.0, 0.0))[0][0].num_edges() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_nodes": 21}, "21 nodes cannot be parted into 2"),
        ({"n_graphs": 0}, "n_graphs=0"),
        ({"pq": "appendix"}, "Appendix_C"),
        ({"pq": (1.0, 2.0, 3.0)}, "expected a pair"),
        ({"pq": [(1.0, 2.0)] * 3}, "a pair for each of 2"),
        ({"pq": lambda: 1}, "expected a pair"),
        ({"pq": (-1.0, 2.0)}, "between 0 and the 20 nodes"),
        ({"avg_deg": 0.5}, "avg_deg=0.5"),
        ({"avg_deg": 50}, "between 0 and the 20 nodes"),
    ],
)
def test_arguments_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        SBMMixtureDataset(**{"n_graphs": 2, "n_nodes": 20, "n_communities": 2, **arguments})

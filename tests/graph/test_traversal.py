"""Frontiers as DGL gives them, in the graph's own ID type."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, IdError


@pytest.fixture(params=[torch.int32, torch.int64])
def g(request):
    """Return 0 -> 1 -> {2, 3}, 2 -> {3, 4}, 3 -> 5, in both ID types."""
    return weft.graph(([0, 1, 1, 2, 2, 3], [1, 2, 3, 3, 4, 5]), idtype=request.param)


def lists(frontiers, dtype):
    assert isinstance(frontiers, tuple)
    assert all(frontier.dtype == dtype for frontier in frontiers)
    return [frontier.tolist() for frontier in frontiers]


def test_breadth_first_frontiers(g):
    assert lists(weft.bfs_nodes_generator(g, 0), g.idtype) == [[0], [1], [2, 3], [4, 5]]
    assert lists(weft.bfs_edges_generator(g, 0), g.idtype) == [[0], [1, 2], [4, 5]]
    assert lists(weft.bfs_nodes_generator(g, [4, 2]), g.idtype) == [[4, 2], [3], [5]]


def test_breadth_first_against_the_edges(g):
    assert lists(weft.bfs_nodes_generator(g, 3, reverse=True), g.idtype) == [[3], [1, 2], [0]]
    assert lists(weft.bfs_edges_generator(g, 3, reverse=True), g.idtype) == [[2, 3], [0]]


def test_no_sources_or_no_edges_from_them(g):
    assert weft.bfs_nodes_generator(g, []) == ()
    assert weft.bfs_edges_generator(g, []) == ()
    assert weft.dfs_edges_generator(g, []) == ()
    assert lists(weft.bfs_nodes_generator(g, 5), g.idtype) == [[5]]
    assert weft.bfs_edges_generator(g, 5) == ()
    assert weft.dfs_edges_generator(g, 5) == ()
    assert weft.dfs_labeled_edges_generator(g, 5) == ((), ())


def test_topological_levels(g):
    assert lists(weft.topological_nodes_generator(g), g.idtype) == [[0], [1], [2], [3, 4], [5]]
    assert lists(weft.topological_nodes_generator(g, reverse=True), g.idtype) == [[4, 5], [3], [2], [1], [0]]
    assert weft.topological_nodes_generator(weft.graph(([], []))) == ()


@pytest.mark.parametrize(
    ("src", "dst", "node"), [([0, 1, 2, 3], [1, 2, 1, 0], 1), ([2], [2], 2), ([0, 1, 2, 2], [1, 2, 0, 3], 0)]
)
def test_a_node_of_the_cycle_is_named(src, dst, node):
    with pytest.raises(GraphError, match=rf"the graph has a cycle, through node {node}, .* remove an edge"):
        weft.topological_nodes_generator(weft.graph((src, dst)))
    with pytest.raises(GraphError, match=r"the graph has a cycle"):
        weft.topological_nodes_generator(weft.graph((src, dst)), reverse=True)


def test_depth_first_edges(g):
    assert lists(weft.dfs_edges_generator(g, 0), g.idtype) == [[0], [1], [3], [5], [4]]
    assert lists(weft.dfs_edges_generator(g, 3, reverse=True), g.idtype) == [[2], [0], [3]]


def test_depth_first_searches_go_side_by_side():
    g = weft.graph(([0, 1, 3], [1, 2, 4]))
    assert lists(weft.dfs_edges_generator(g, [3, 0]), torch.int64) == [[2, 0], [1]]


def test_labels_of_depth_first_edges(g):
    edges, labels = weft.dfs_labeled_edges_generator(g, 0, has_reverse_edge=True, has_nontree_edge=True)
    assert torch.cat(lists_of(edges, g.idtype)).tolist() == [0, 1, 3, 5, 5, 3, 4, 4, 1, 2, 0]
    assert torch.cat(lists_of(labels, torch.int64)).tolist() == [0, 0, 0, 0, 1, 1, 0, 1, 1, 2, 1]
    alone = weft.dfs_labeled_edges_generator(g, 0, has_nontree_edge=True, return_labels=False)
    assert lists(alone, g.idtype) == [[0], [1], [3], [5], [4], [2]]


def lists_of(frontiers, dtype):
    lists(frontiers, dtype)
    return list(frontiers)


def test_nodes_and_graphs_that_cannot_be_walked_are_refused(g):
    with pytest.raises(IdError, match=r"bfs_nodes_generator: node IDs hold 6, which is past the end of the 6 nodes"):
        weft.bfs_nodes_generator(g, 6)
    with pytest.raises(GraphError, match=r"dfs_edges_generator: expected a graph with one node type and one edge"):
        weft.dfs_edges_generator(weft.heterograph({("user", "buys", "item"): ([0], [0])}), 0)

"""Shortest paths and node labels against NetworkX."""

import networkx as nx
import pytest
import torch
from tests.cases.spectral_graphs import path, random_graph, tangled

import weft
from weft.errors import GraphError, IdError, InputError, ShapeError
from weft.transforms import double_radius_node_labeling, shortest_dist

BIPARTITE = weft.heterograph({("user", "buys", "item"): ([0], [0])})


def _networkx(g: weft.Graph) -> nx.DiGraph:
    copy = nx.DiGraph()
    copy.add_nodes_from(range(g.num_nodes()))
    copy.add_edges_from(zip(*(ids.tolist() for ids in g.edges()), strict=True))
    return copy


def test_distances_follow_the_direction_of_edges():
    assert shortest_dist(tangled(), root=0).tolist() == [0, 1, 2, 2, -1]
    assert shortest_dist(tangled(), root=torch.tensor(3)).tolist() == [1, 2, 3, 0, -1]


def test_paths_name_edges_lowest_first_and_end_with_minus_one():
    distances, paths = shortest_dist(tangled(), root=3, return_paths=True)
    assert distances.tolist() == [1, 2, 3, 0, -1]
    assert paths.tolist() == [[4, -1, -1], [4, 0, -1], [4, 0, 1], [-1, -1, -1], [-1, -1, -1]]


def test_among_equal_paths_the_one_over_the_lowest_node():
    square = weft.graph(([0, 0, 2, 1], [2, 1, 3, 3]))
    assert shortest_dist(square, root=0, return_paths=True)[1][3].tolist() == [1, 3]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_all_pairs_as_networkx_has_them(seed, idtype):
    g = random_graph(seed, 15, 30).astype(idtype)
    distances, paths = shortest_dist(g, return_paths=True)
    assert distances.dtype == paths.dtype == torch.int64
    expected = dict(nx.all_pairs_shortest_path_length(_networkx(g)))
    src, dst = (ids.tolist() for ids in g.edges())
    for root in range(15):
        assert torch.equal(distances[root], shortest_dist(g, root=root))
        for node in range(15):
            distance = expected[root].get(node, -1)
            assert distances[root, node] == distance
            edges = paths[root, node].tolist()
            assert edges[max(distance, 0) :] == [-1] * (paths.shape[2] - max(distance, 0))
            stops = [root, *(dst[edge] for edge in edges[: max(distance, 0)])]
            assert [src[edge] for edge in edges[: max(distance, 0)]] == stops[:-1]
            assert distance < 1 or stops[-1] == node


def test_graphs_without_edges_or_nodes():
    distances, paths = shortest_dist(weft.graph(([], []), num_nodes=2), return_paths=True)
    assert (distances.tolist(), paths.shape) == ([[0, -1], [-1, 0]], (2, 2, 0))
    distances, paths = shortest_dist(weft.graph(([], [])), return_paths=True)
    assert (distances.shape, paths.shape) == ((0, 0), (0, 0, 0))


def test_labels_of_a_path():
    # Distances to 1 without 4, and to 4 without 1: node 2 (1, 2), node 3 (2, 1); 0 and 5 reach one end only.
    assert double_radius_node_labeling(path(6), 1, 4).tolist() == [0, 1, 3, 3, 1, 0]


def test_labels_do_not_look_at_direction_or_multiplicity():
    one_way = weft.graph((torch.arange(5), torch.arange(5) + 1))
    assert torch.equal(double_radius_node_labeling(one_way, 1, 4), double_radius_node_labeling(path(6), 1, 4))
    assert double_radius_node_labeling(tangled(), 0, 1).tolist() == [1, 1, 3, 2, 0]


@pytest.mark.parametrize("seed", range(3))
def test_labels_by_the_formula_on_networkx_distances(seed):
    g = random_graph(seed, 12, 20)
    undirected = _networkx(g).to_undirected()
    near, far = (
        nx.single_source_shortest_path_length(undirected.subgraph(set(range(12)) - {taken}), root)
        for root, taken in ((2, 7), (7, 2))
    )
    for node, label in enumerate(double_radius_node_labeling(g, 2, 7).tolist()):
        if node in (2, 7):
            assert label == 1
        elif node in near and node in far:
            d = near[node] + far[node]
            assert label == 1 + min(near[node], far[node]) + (d // 2) * (d // 2 + d % 2 - 1)
        else:
            assert label == 0


def test_nodes_and_graphs_are_checked():
    with pytest.raises(IdError, match="root hold 5"):
        shortest_dist(tangled(), root=5)
    with pytest.raises(IdError, match="negative"):
        shortest_dist(tangled(), root=-1)
    with pytest.raises(ShapeError, match="root holds 2 IDs"):
        shortest_dist(tangled(), root=torch.tensor([0, 1]))
    with pytest.raises(InputError, match="both node 1"):
        double_radius_node_labeling(tangled(), 1, 1)
    with pytest.raises(IdError, match="dst hold 9"):
        double_radius_node_labeling(tangled(), 1, 9)
    for call in (shortest_dist, lambda g: double_radius_node_labeling(g, 0, 1)):
        with pytest.raises(GraphError, match="one node type"):
            call(BIPARTITE)

"""Shapes and how they are planted."""

from __future__ import annotations

import networkx
import numpy as np
import pytest

from weft.data.synthetic import motifs
from weft.errors import InputError


def as_networkx(edges, num_nodes=0):
    found = networkx.Graph()
    found.add_nodes_from(range(num_nodes))
    found.add_edges_from(edges.tolist())
    assert found.number_of_edges() == len(edges)
    return found


def test_house_has_a_middle_a_bottom_and_a_top():
    degrees = as_networkx(motifs.HOUSE.edges).degree
    assert [degrees[node] for node in range(5)] == [3, 3, 2, 2, 2]
    assert motifs.HOUSE.roles == (1, 1, 2, 2, 3)
    assert sorted(map(tuple, np.sort(motifs.HOUSE.edges, axis=1).tolist())) == [
        (0, 1),
        (0, 2),
        (0, 4),
        (1, 3),
        (1, 4),
        (2, 3),
    ]


@pytest.mark.parametrize("size", [3, 6])
def test_cycle_is_a_cycle(size):
    assert networkx.is_isomorphic(as_networkx(motifs.cycle_motif(size).edges), networkx.cycle_graph(size))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_grid_is_a_grid(size):
    motif = motifs.grid_motif(size)
    assert networkx.is_isomorphic(as_networkx(motif.edges, size**2), networkx.grid_2d_graph(size, size))
    assert motif.roles == (1,) * size**2


@pytest.mark.parametrize("height", [0, 1, 4])
def test_tree_is_a_balanced_binary_tree(height):
    tree = as_networkx(motifs.binary_tree(height), 1)
    assert networkx.is_isomorphic(tree, networkx.balanced_tree(2, height))


def test_grown_graph_has_the_edges_of_the_model():
    edges = motifs.barabasi_albert("here", 30, 3, np.random.default_rng(0))
    assert edges.shape == (27 * 3, 2)
    assert networkx.is_connected(as_networkx(edges))


@pytest.mark.parametrize(("nodes", "edges"), [(3, 3), (3, 0), (1, 1)])
def test_graph_that_cannot_grow_is_refused(nodes, edges):
    with pytest.raises(InputError, match=f"here: got {nodes} base nodes and {edges} edges a node"):
        motifs.barabasi_albert("here", nodes, edges, np.random.default_rng(0))


def planted(num_motifs=2):
    base = np.array([[0, 1], [1, 2]])
    return motifs.plant(base, 3, motifs.cycle_motif(3), num_motifs, np.random.default_rng(0))


def test_motifs_follow_the_base_and_are_joined_by_one_edge():
    found = planted()
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert found.node_motif.tolist() == [-1, -1, -1, 0, 0, 0, 1, 1, 1]
    assert found.edges[:8].tolist() == [[0, 1], [1, 2], [3, 4], [4, 5], [5, 3], [6, 7], [7, 8], [8, 6]]
    assert found.edge_motif.tolist() == [-1, -1, 0, 0, 0, 1, 1, 1, -1, -1]
    assert found.edges[8:, 1].tolist() == [3, 6]
    assert len(set(found.edges[8:, 0].tolist()) & {0, 1, 2}) == 2


def test_node_of_the_base_gets_a_second_motif_when_all_have_one():
    hosts = planted(7).edges[-7:, 0]
    assert sorted(np.bincount(hosts, minlength=3).tolist()) == [2, 2, 3]


def test_no_motifs_leave_the_base():
    found = planted(0)
    assert (len(found.edges), len(found.labels)) == (2, 3)


def test_added_edges_join_nodes_that_were_not():
    found = motifs.perturb("here", planted(), 2.0, np.random.default_rng(0))
    assert len(found.edges) == 30
    assert len({tuple(sorted(edge)) for edge in found.edges.tolist()}) == 30
    assert (found.edges[:, 0] != found.edges[:, 1]).all()
    assert (found.edge_motif[10:] == -1).all()
    # All 36 pairs of 9 nodes.
    full = motifs.perturb("here", planted(), 2.6, np.random.default_rng(0))
    assert len({tuple(sorted(edge)) for edge in full.edges.tolist()}) == 36


@pytest.mark.parametrize(
    ("ratio", "message"), [(2.7, "adds 27 edges; 26 pairs"), (-0.1, "0 or more"), (float("nan"), "0 or more")]
)
def test_edges_that_cannot_be_added_are_refused(ratio, message):
    with pytest.raises(InputError, match=message):
        motifs.perturb("here", planted(), ratio, np.random.default_rng(0))


def test_two_graphs_are_joined_between():
    found = motifs.join("here", planted(), planted(1), 54, np.random.default_rng(0))
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert found.node_motif.tolist() == [-1, -1, -1, 0, 0, 0, 1, 1, 1, -1, -1, -1, 2, 2, 2]
    between = found.edges[-54:]
    assert len(np.unique(between, axis=0)) == 54
    assert (between[:, 0] < 9).all()
    assert (between[:, 1] >= 9).all()
    assert found.edge_motif.max() == 2
    with pytest.raises(InputError, match="num_inter_edges=55"):
        motifs.join("here", planted(), planted(1), 55, np.random.default_rng(0))

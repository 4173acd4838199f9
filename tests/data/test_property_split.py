"""Splits added to data sets: at random, and by properties of nodes."""

from __future__ import annotations

import networkx
import numpy as np
import pytest
import torch
from tests.data.adapters.test_node_prediction import Single

import weft
from weft.data import (
    KarateClubDataset,
    Subset,
    add_node_property_split,
    add_nodepred_split,
    mask_nodes_by_property,
    property_split,
)
from weft.errors import InputError

IN = ("in_train_mask", "in_valid_mask", "in_test_mask")
OUT = ("out_valid_mask", "out_test_mask")
SHARES = [0.3, 0.1, 0.1, 0.2, 0.3]


def ids(masks):
    return {name: mask.nonzero().flatten().tolist() for name, mask in masks.items() if name.endswith("_mask")}


def test_random_split_is_added_to_all_graphs_in_place():
    graphs = [weft.rand_graph(10, 20), weft.rand_graph(20, 40)]
    add_nodepred_split(graphs, [0.5, 0.2, 0.3], seed=1)
    for graph, counts in zip(graphs, ([5, 2, 3], [10, 4, 6]), strict=True):
        assert [int(graph.ndata[f"{part}_mask"].sum()) for part in ("train", "val", "test")] == counts
        assert (graph.ndata["train_mask"].int() + graph.ndata["val_mask"] + graph.ndata["test_mask"] == 1).all()


def test_random_split_follows_the_seed_or_the_default_generator():
    def train(seed=None):
        data = KarateClubDataset()
        add_nodepred_split(data, [0.5, 0.2, 0.3], seed=seed)
        return data[0].ndata["train_mask"].tolist()

    assert train(1) == train(1) != train(2)
    torch.manual_seed(3)
    first, second = train(), train()
    assert first != second
    torch.manual_seed(3)
    assert train() == first


def test_random_split_of_one_node_type():
    graph = weft.heterograph({("user", "buys", "item"): ([0, 1, 2, 3], [0, 1, 0, 1])})
    add_nodepred_split(Single(graph), [0.5, 0.25, 0.25], "user", seed=0)
    assert int(graph.nodes["user"].data["train_mask"].sum()) == 2
    assert "train_mask" not in graph.nodes["item"].data


def test_data_set_with_a_transform_cannot_take_masks():
    data = KarateClubDataset(transform=weft.AddSelfLoop())
    with pytest.raises(InputError, match=r"makes its graph anew.*as_nodepred"):
        add_nodepred_split(data, [0.5, 0.2, 0.3])
    with pytest.raises(InputError, match=r"makes its graph anew"):
        add_node_property_split(data, SHARES, "popularity")


def test_nodes_with_high_values_are_the_ones_outside():
    # Sorted by value: 5 2 3 1 4 | 0 9 | 8 7 6, as DGL 2.1 parts them too.
    masks = ids(mask_nodes_by_property([5.0, 3, 1, 2, 4, 0, 9, 8, 7, 6], SHARES, random_seed=1))
    assert [masks[name] for name in OUT] == [[0, 9], [6, 7, 8]]
    assert [len(masks[name]) for name in IN] == [3, 1, 1]
    assert sorted(masks["in_train_mask"] + masks["in_valid_mask"] + masks["in_test_mask"]) == [1, 2, 3, 4, 5]


def test_parts_inside_are_drawn_at_random():
    values = np.arange(100.0)
    one, same, other = (ids(mask_nodes_by_property(values, SHARES, seed)) for seed in (1, 1, 2))
    assert one == same
    assert one["in_train_mask"] != other["in_train_mask"]
    assert one["out_test_mask"] == other["out_test_mask"] == list(range(70, 100))
    assert ids(mask_nodes_by_property(torch.from_numpy(values), SHARES, 1)) == one


def test_counts_are_rounded_as_dgl_rounds_them():
    masks = ids(mask_nodes_by_property(np.arange(13.0), SHARES, 2))
    assert [len(masks[name]) for name in (*IN, *OUT)] == [4, 1, 1, 3, 4]


@pytest.mark.parametrize(
    ("values", "shares", "message"),
    [
        ([1, 2], [0.5, 0.5], "five shares"),
        ([1, 2], [0.5, 0.5, 0.5, -0.5, 0], "five shares"),
        ([[1, 2]], SHARES, r"shape \(1, 2\)"),
        ([1, float("nan")], SHARES, "no NaN"),
    ],
)
def test_bad_values_and_shares_are_refused(values, shares, message):
    with pytest.raises(InputError, match=message):
        mask_nodes_by_property(values, shares)


# What DGL 2.1 puts outside on the karate club, with the nodes that come by a tie left out.
OF_DGL = {
    ("popularity", True): [9, 11, 12, 14, 15, 17, 18, 20, 21, 22, 26],
    ("popularity", False): [0, 1, 2, 3, 8, 13, 23, 31, 32, 33],
    ("locality", True): [4, 5, 6, 7, 10, 11, 12, 16, 17, 21, 24],
    ("locality", False): [0, 1, 2, 8, 23, 27, 29, 30, 31, 32, 33],
    ("density", True): [0, 2, 9, 11, 27, 28, 31, 32, 33],
    ("density", False): [7, 12, 14, 15, 16, 17, 18, 20, 21, 22, 26],
}


@pytest.mark.parametrize(("name", "ascending"), OF_DGL)
def test_shifted_split_of_the_karate_club_is_that_of_dgl(name, ascending):
    data = KarateClubDataset()
    add_node_property_split(data, SHARES, name, ascending, random_seed=0)
    masks = ids(data[0].ndata)
    assert set(OF_DGL[name, ascending]) <= set(masks["out_test_mask"])
    assert [len(masks[mask]) for mask in (*IN, *OUT)] == [10, 3, 3, 7, 11]


def test_property_split_asks_for_what_it_needs():
    with pytest.raises(InputError, match="'popularity'"):
        add_node_property_split(KarateClubDataset(), SHARES, "fame")
    graph = weft.heterograph({("user", "buys", "item"): ([0], [1])})
    with pytest.raises(InputError, match="several types"):
        add_node_property_split(Single(graph), SHARES, "density")
    with pytest.raises(InputError, match="item 0 of the data set is a str"):
        add_node_property_split("ab", SHARES, "density")


def test_items_with_labels_are_split_too():
    graph = weft.rand_graph(10, 30)
    add_node_property_split(Subset([(graph, 1)], [0]), SHARES, "density")
    assert int(graph.ndata["out_test_mask"].sum()) == 3


@pytest.fixture
def random_graph():
    """Return a directed graph with loops, repeated edges and lonely nodes, and its twin in NetworkX."""
    graph = weft.rand_graph(60, 150)
    graph = weft.add_edges(graph, [0, 1, 1], [0, 5, 5])
    graph = weft.add_nodes(graph, 3)
    twin = networkx.Graph()
    twin.add_nodes_from(range(63))
    twin.add_edges_from((u, v) for u, v in zip(*(part.tolist() for part in graph.edges()), strict=True) if u != v)
    return graph, twin


def listed(values):
    return np.array([values[node] for node in range(len(values))])


def test_properties_are_those_of_networkx(random_graph, monkeypatch):
    graph, twin = random_graph
    ranks = listed(networkx.pagerank(twin, tol=1e-12))
    np.testing.assert_allclose(property_split._property(graph, "popularity"), ranks, atol=1e-9)
    start = {int(ranks.argmax()): 1.0}
    near = listed(networkx.pagerank(twin, personalization=start, tol=1e-12))
    np.testing.assert_allclose(property_split._property(graph, "locality"), near, atol=1e-9)
    dense = listed(networkx.clustering(twin))
    np.testing.assert_allclose(property_split._property(graph, "density"), dense, atol=1e-12)
    monkeypatch.setattr(property_split, "_PAIRS_AT_ONCE", 7)
    np.testing.assert_allclose(property_split._property(graph, "density"), dense, atol=1e-12)


@pytest.mark.parametrize("name", property_split.PROPERTIES)
def test_empty_graph_has_no_properties(name):
    assert property_split._property(weft.graph(([], [])), name).shape == (0,)

"""filter_nodes and filter_edges."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import IdError, InputError, ShapeError, TypeNameError


@pytest.fixture(params=[torch.int32, torch.int64])
def g(request):
    """Return 0->1, 0->2, 1->2, 3->2, both ID types."""
    g = weft.graph(([0, 0, 1, 3], [1, 2, 2, 2]), num_nodes=5, idtype=request.param)
    g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    g.edata["w"] = torch.tensor([0.0, 10.0, 20.0, 30.0])
    return g


def test_nodes_for_which_the_predicate_is_true(g):
    found = g.filter_nodes(lambda nodes: nodes.data["h"] > 2)
    assert found.tolist() == [2, 3, 4]
    assert found.dtype == g.idtype
    some = g.filter_nodes(lambda nodes: nodes.data["h"] + nodes.nodes() > 4, [4, 0, 3])
    assert some.tolist() == [4, 3]
    assert some.dtype == g.idtype


def test_edges_for_which_the_predicate_is_true(g):
    found = g.filter_edges(lambda edges: (edges.data["w"] > 5) & (edges.src["h"] < edges.dst["h"]))
    assert found.tolist() == [1, 2]
    assert found.dtype == g.idtype
    assert g.filter_edges(lambda edges: edges.edges()[2] > 0, [3, 1, 0]).tolist() == [3, 1]
    assert g.filter_edges(lambda edges: edges.data["w"] > 5, ([0, 3], [1, 2])).tolist() == [3]


def test_zero_is_false(g):
    assert g.filter_edges(lambda edges: edges.data["w"]).tolist() == [1, 2, 3]


def test_features_are_left_alone(g):
    def predicate(batch):
        batch.data["new"] = batch.data["h"]
        return batch.data["new"] > 0

    g.filter_nodes(predicate)
    assert set(g.ndata) == {"h"}


def test_types_are_named():
    g = weft.heterograph({("user", "buys", "item"): ([0, 2], [0, 1]), ("shop", "sells", "item"): ([0], [2])})
    assert g.filter_nodes(lambda nodes: nodes.nodes() > 0, ntype="item").tolist() == [1, 2]
    assert g.filter_edges(lambda edges: edges.edges()[0] > 0, etype="buys").tolist() == [1]
    with pytest.raises(TypeNameError, match=r"filter_nodes: this graph has 3 node types"):
        g.filter_nodes(lambda nodes: nodes.nodes() > 0)
    with pytest.raises(TypeNameError, match=r"filter_edges: this graph has 2 edge types"):
        g.filter_edges(lambda edges: edges.edges()[0] > 0)


def test_bad_predicates_and_ids_are_refused(g):
    with pytest.raises(ShapeError, match=r"filter_nodes: the predicate returned shape \(5, 1\) for 5 candidates"):
        g.filter_nodes(lambda nodes: nodes.data["h"][:, None] > 2)
    with pytest.raises(InputError, match=r"filter_edges: the predicate returned a list; expected a tensor"):
        g.filter_edges(lambda edges: [True] * 4)
    with pytest.raises(InputError, match=r"filter_nodes: got 'h' as predicate; expected a callable"):
        g.filter_nodes("h")
    with pytest.raises(IdError, match=r"filter_edges: edge IDs hold 4, which is past the end"):
        g.filter_edges(lambda edges: edges.data["w"] > 5, [4])

"""What is defined on one node type and one edge type refuses other graphs, and reads weights with care."""

import pytest
import torch

import weft
from weft.errors import DtypeError, FieldError, GraphError, InputError, ShapeError
from weft.graph.homogeneous import edge_weights, homogeneous_relation


def _weighted(**weights: torch.Tensor) -> weft.Graph:
    g = weft.graph(([0, 1], [1, 0]))
    for name, value in weights.items():
        g.edata[name] = value
    return g


def test_the_only_relation_is_returned():
    g = _weighted()
    assert homogeneous_relation("f", g) is g.relations[0]


@pytest.mark.parametrize(
    "g",
    [
        weft.heterograph({("user", "buys", "item"): ([0], [0])}),
        weft.heterograph({("user", "knows", "user"): ([0], [0]), ("user", "likes", "user"): ([0], [0])}),
        weft.create_block(([0], [0])),
    ],
    ids=["bipartite", "two relations", "block"],
)
def test_other_graphs_are_refused_with_what_they_are(g):
    with pytest.raises(GraphError, match="f: expected a graph with one node type and one edge type"):
        homogeneous_relation("f", g)


def test_a_column_of_weights_is_flattened_and_integers_become_floats():
    g = _weighted(column=torch.tensor([[1.0], [2.0]]), whole=torch.tensor([1, 2]))
    assert edge_weights("f", g, "column").tolist() == [1.0, 2.0]
    assert edge_weights("f", g, "whole").dtype == torch.float32


def test_double_weights_stay_double():
    assert edge_weights("f", _weighted(w=torch.ones(2).double()), "w").dtype == torch.float64


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        (torch.ones(2, 2), ShapeError, "one number for each edge"),
        (torch.tensor([True, False]), DtypeError, "torch.bool"),
        (torch.tensor([1.0, float("nan")]), InputError, "is nan at edge 1"),
        (torch.tensor([float("inf"), 1.0]), InputError, "is inf at edge 0"),
    ],
)
def test_weights_that_cannot_be_are_refused(weights, error, message):
    with pytest.raises(error, match=message):
        edge_weights("f", _weighted(w=weights), "w")


def test_a_weight_that_is_not_there_is_named():
    with pytest.raises(FieldError, match="'v' is not set"):
        edge_weights("f", _weighted(w=torch.ones(2)), "v")

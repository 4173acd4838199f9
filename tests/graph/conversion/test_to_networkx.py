import networkx as nx
import pytest
import torch
from hypothesis import given, settings
from tests.cases.batches import assert_same_graph, homogeneous, shop

import weft
from weft.errors import FieldError


def test_homogeneous_graph_keeps_parallel_edges_and_their_ids():
    graph = weft.graph(([1, 0, 0], [2, 1, 1]))
    graph.ndata["x"] = torch.tensor([1.0, 2.0, 3.0])
    graph.edata["w"] = torch.arange(3)
    made = weft.to_networkx(graph, node_attrs=["x"], edge_attrs=["w"], eid_attr="eid")
    assert isinstance(made, nx.MultiDiGraph)
    assert dict(made.nodes(data=True)) == {0: {"x": 1}, 1: {"x": 2}, 2: {"x": 3}}
    listed = [(0, 1, {"eid": 1, "w": 1}), (0, 1, {"eid": 2, "w": 2}), (1, 2, {"eid": 0, "w": 0})]
    assert list(made.edges(data=True)) == listed


def test_types_are_numbered_through():
    made = shop(2, 1).to_networkx(node_attrs=["x"], edge_attrs=["w"])
    types = [("alone", {}), ("item", {}), ("user", {"x": 0}), ("user", {"x": 1})]
    assert list(made.nodes(data=True)) == [(i, {"ntype": t, **held}) for i, (t, held) in enumerate(types)]
    ends = [(u, v, held["id"], held["etype"][1]) for u, v, held in made.edges(data=True)]
    assert ends == [(1, 3, 0, "leads"), (2, 1, 1, "buys"), (3, 1, 2, "buys")]


def test_sides_of_a_block_are_apart():
    made = weft.create_block(([0, 1], [1, 0])).to_networkx(ntype_attr="side")
    assert list(made.edges()) == [(0, 3), (1, 2)]
    assert made.nodes[0] == {"side": "_N"}


def test_feature_that_no_type_has_is_refused():
    with pytest.raises(FieldError, match="node feature 'y' is set on no type; there are 'x'"):
        weft.to_networkx(shop(), node_attrs=["y"])
    with pytest.raises(FieldError, match="edge feature 'y'"):
        weft.to_networkx(shop(), edge_attrs=["y"])


@given(homogeneous())
@settings(deadline=None)
def test_there_and_back(graph):
    there = weft.to_networkx(graph, node_attrs=["x"], edge_attrs=["w"])
    back = weft.from_networkx(there, node_attrs=["x"], edge_attrs=["w"], edge_id_attr_name="id")
    if graph.num_nodes() and graph.num_edges():  # else there is no value that tells the feature's shape
        assert_same_graph(back, graph)
    else:
        assert (back.num_nodes(), back.num_edges()) == (graph.num_nodes(), graph.num_edges())

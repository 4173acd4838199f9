import networkx as nx
import numpy as np
import pytest
import torch

import weft
from weft.errors import DtypeError, FieldError, InputError


def edges(graph):
    return [ids.tolist() for ids in graph.edges()]


def letters():
    graph = nx.DiGraph()
    graph.add_edge("b", "a", w=1.0, id=2)
    graph.add_edge("a", "c", w=2.0, id=0)
    graph.add_edge("c", "b", w=5, id=1)
    return graph


def test_nodes_are_numbered_in_sorted_order_and_edges_as_they_come():
    assert edges(weft.from_networkx(letters())) == [[1, 0, 2], [0, 2, 1]]


def test_undirected_edge_becomes_two():
    assert edges(weft.from_networkx(nx.path_graph(3))) == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert edges(weft.from_networkx(nx.Graph([(0, 0)]))) == [[0], [0]]


def test_edge_ids_give_the_order():
    graph = weft.from_networkx(letters(), edge_attrs=["w"], edge_id_attr_name="id")
    assert edges(graph) == [[0, 2, 1], [2, 1, 0]]
    assert graph.edata["w"].tolist() == [2, 5, 1]


def test_parallel_edges_and_isolated_nodes_stay():
    graph = nx.MultiDiGraph([(0, 1), (0, 1), (1, 1)])
    graph.add_node(7)
    made = weft.from_networkx(graph, idtype=torch.int32)
    assert edges(made) == [[0, 0, 1], [1, 1, 1]]
    assert (made.num_nodes(), made.idtype) == (3, torch.int32)


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (1.5, torch.float32, ()),
        (2, torch.int64, ()),
        (True, torch.bool, ()),
        ([1, 2], torch.int64, (2,)),
        (np.float32(2), torch.float32, ()),
        (np.array([1.0, 2.0]), torch.float64, (2,)),
        (torch.ones(2, 2, dtype=torch.float16), torch.float16, (2, 2)),
    ],
)
def test_attributes_become_features_of_their_dtype(value, dtype, shape):
    graph = nx.DiGraph()
    graph.add_nodes_from([0, 1], x=value)
    feature = weft.from_networkx(graph, node_attrs=["x"]).ndata["x"]
    assert (feature.dtype, tuple(feature.shape)) == (dtype, (2, *shape))


def test_graph_without_nodes():
    graph = weft.from_networkx(nx.DiGraph(), node_attrs=["x"])
    assert (graph.num_nodes(), graph.ndata["x"].shape) == (0, (0,))


def with_ids(*ids):
    graph = nx.DiGraph()
    for node, number in enumerate(ids):
        graph.add_edge(node, node + 1, **({} if number is None else {"id": number}))
    return graph


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: weft.from_networkx(letters(), node_attrs=["x"]), FieldError, "node 'a' has no attribute 'x'"),
        (lambda: weft.from_networkx(letters(), edge_attrs=["x"]), FieldError, "it has 'id', 'w'"),
        (lambda: weft.from_networkx(nx.path_graph(2), edge_attrs=["w"]), InputError, "pass nx_graph.to_directed"),
        (lambda: weft.from_networkx(nx.Graph([(0, "a")])), InputError, "convert_node_labels_to_integers"),
        (lambda: weft.from_networkx(with_ids(0, 2), edge_id_attr_name="id"), InputError, "id=2; expected each ID"),
        (lambda: weft.from_networkx(with_ids(0, 0), edge_id_attr_name="id"), InputError, "has id=0"),
        (lambda: weft.from_networkx(with_ids(0, -1), edge_id_attr_name="id"), InputError, "id=-1"),
        (lambda: weft.from_networkx(with_ids(0, None), edge_id_attr_name="id"), FieldError, "no attribute 'id'"),
        (lambda: weft.from_networkx(nx.DiGraph([(0, 1, {"s": "x"})]), edge_attrs=["s"]), InputError, "makes no tensor"),
        (lambda: weft.from_networkx(letters(), idtype=torch.int16), DtypeError, "int16"),
    ],
)
def test_what_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.wrong_types
def test_other_things_are_refused():
    with pytest.raises(InputError, match="got a list; expected a NetworkX graph"):
        weft.from_networkx([(0, 1)])


def two_sides():
    graph = nx.DiGraph()
    graph.add_nodes_from([1, 3, 0], bipartite=0, f=1.0)
    graph.add_nodes_from([2, 4], bipartite=1, q=2)
    graph.add_edge(3, 4, w=1, id=0)
    graph.add_edge(1, 2, w=2, id=1)
    return graph


def test_bipartite_numbers_each_side_and_keeps_its_types_in_order():
    graph = weft.bipartite_from_networkx(
        two_sides(), "user", "buys", "item", u_attrs=["f"], e_attrs=["w"], v_attrs=["q"], edge_id_attr_name="id"
    )
    assert graph.ntypes == ["user", "item"]
    assert edges(graph) == [[2, 1], [1, 0]]
    assert graph.edata["w"].tolist() == [1, 2]
    assert graph.nodes["user"].data["f"].tolist() == [1, 1, 1]
    assert graph.nodes["item"].data["q"].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("graph", "error", "message"),
    [
        (two_sides().reverse(), InputError, "the edge from 2 to 1 goes from side 1 to 0"),
        (nx.path_graph(2), InputError, "undirected"),
        (nx.DiGraph([(0, 1)]), FieldError, "node 0 has no attribute 'bipartite'"),
    ],
)
def test_graph_that_is_not_bipartite_is_refused(graph, error, message):
    with pytest.raises(error, match=message):
        weft.bipartite_from_networkx(graph, "user", "buys", "item")


def test_sides_are_0_and_1_and_of_two_types():
    graph = two_sides()
    graph.nodes[0]["bipartite"] = 2
    with pytest.raises(InputError, match="node 0 has bipartite=2"):
        weft.bipartite_from_networkx(graph, "user", "buys", "item")
    with pytest.raises(InputError, match="'user' for both"):
        weft.bipartite_from_networkx(two_sides(), "user", "knows", "user")

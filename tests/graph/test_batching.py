import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cases.batches import assert_same_graph, featured, homogeneous, shop

import weft
from weft.errors import DtypeError, FieldError, GraphError, InputError, ShapeError


def edges(graph, etype=None):
    return [ids.tolist() for ids in graph.edges(etype=etype)]


def test_batch_numbers_nodes_graph_after_graph():
    both = weft.batch([featured([0, 1], [1, 0], 2), featured([0, 2], [1, 1], 3, 10.0)])
    assert edges(both) == [[0, 1, 2, 4], [1, 0, 3, 3]]
    assert both.ndata["x"][:, 0].tolist() == [0, 2, 10, 12, 14]
    assert both.edata["w"].tolist() == [0, 1, 10, 11]
    assert (both.batch_size, both.batch_num_nodes().tolist(), both.batch_num_edges().tolist()) == (2, [2, 3], [2, 2])


def test_batch_of_types_shifts_each_type_by_its_own_counts():
    both = weft.batch([shop(3, 2), shop(2, 4, 7.0)])
    assert edges(both, "buys") == [[0, 2, 3, 4], [1, 0, 5, 2]]
    assert edges(both, "leads") == [[0, 2], [2, 4]]
    assert both.batch_num_nodes("user").tolist() == [3, 2]
    assert both.batch_num_nodes("alone").tolist() == [1, 1]
    assert both.batch_num_edges("leads").tolist() == [1, 1]
    assert both.nodes["user"].data["x"].tolist() == [0, 1, 2, 7, 8]
    assert "x" not in both.nodes["item"].data


def test_batch_of_batches_is_a_batch_of_their_graphs():
    one, two, three = featured([0], [1], 2), featured([], [], 1), featured([1], [0], 2)
    assert_same_graph(weft.batch([weft.batch([one, two]), three]), weft.batch([one, two, three]))
    assert_same_graph(weft.batch([three, weft.batch([one, two])]), weft.batch([three, one, two]))


@given(st.lists(homogeneous(), min_size=1, max_size=4), st.sampled_from([torch.int32, torch.int64]))
@settings(deadline=None)
def test_unbatch_gives_back_what_was_batched(graphs, idtype):
    graphs = [graph.astype(idtype) for graph in graphs]
    for given_back, graph in zip(weft.unbatch(weft.batch(graphs)), graphs, strict=True):
        assert_same_graph(given_back, graph)


def test_features_can_be_chosen():
    graphs = [featured([0], [1], 2), featured([0], [1], 2)]
    assert list(weft.batch(graphs, ndata=None).ndata) == []
    assert list(weft.batch(graphs, ndata=None).edata) == ["w"]
    graphs[1].ndata["y"] = torch.zeros(2)
    assert list(weft.batch(graphs, ndata=["x"], edata=[]).ndata) == ["x"]


def test_ragged_features_are_refused_with_both_graphs_named():
    one, other = featured([0], [1], 2), featured([0], [1], 2)
    other.ndata["x"] = torch.zeros(2, 3)
    with pytest.raises(ShapeError, match=r"'x' of node type '_N' has rows of shape \(3,\).*in graph 1, but \(2,\)"):
        weft.batch([one, other])
    other.ndata["x"] = torch.zeros(2, 2, dtype=torch.int64)
    with pytest.raises(DtypeError, match=r"torch.int64 in graph 1, but \(2,\) and torch.float32 in graph 0"):
        weft.batch([one, other])
    del other.ndata["x"]
    with pytest.raises(FieldError, match="are nothing in graph 1 but 'x' in graph 0"):
        weft.batch([one, other])
    with pytest.raises(FieldError, match="are nothing in graph 1, not 'x'"):
        weft.batch([one, other], ndata=["x"])


def test_graph_without_rows_is_not_asked_for_features():
    bare = weft.graph(([], []), num_nodes=0)
    both = weft.batch([bare, featured([0], [1], 2)])
    assert both.ndata["x"].shape == (2, 2)
    assert both.batch_num_nodes().tolist() == [0, 2]
    assert list(weft.batch([featured([], [], 0)] * 2).ndata) == ["x"]


@pytest.mark.parametrize(
    ("graphs", "error", "message"),
    [
        (lambda: [], InputError, "got no graph"),
        (lambda: featured([0], [1], 2), InputError, "expected a list of graphs"),
        (lambda: [featured([0], [1], 2), 3], InputError, "item 1 is a int"),
        (lambda: [featured([0], [1], 2), shop()], GraphError, "graph 1 has node types 'alone', 'item', 'user'"),
        (lambda: [weft.create_block(([0], [0]))], GraphError, "blocks"),
        (lambda: [featured([0], [1], 2), featured([0], [1], 2).int()], DtypeError, "graph 1 has torch.int32 IDs"),
    ],
)
def test_graphs_that_do_not_go_together_are_refused(graphs, error, message):
    with pytest.raises(error, match=message):
        weft.batch(graphs())


@pytest.mark.wrong_types
def test_names_of_features_are_a_list():
    with pytest.raises(InputError, match="ndata='x'"):
        weft.batch([featured([0], [1], 2)], ndata="x")


def test_batch_keeps_id_type_and_formats():
    graphs = [featured([0], [1], 2, idtype=torch.int32).formats("csr") for _ in range(2)]
    both = weft.batch(graphs)
    assert (both.idtype, both.batch_num_nodes().dtype) == (torch.int32, torch.int32)
    assert both.formats() == {"created": ["csr"], "not created": []}
    assert edges(both) == [[0, 2], [1, 3]]


def test_gradients_reach_the_graphs():
    graphs = [featured([0], [1], 2), featured([0], [1], 2)]
    for graph in graphs:
        graph.ndata["x"].requires_grad_()
    weft.batch(graphs).ndata["x"][:3].sum().backward()
    assert graphs[1].ndata["x"].grad.tolist() == [[1, 1], [0, 0]]


def test_merge_joins_edges_on_the_same_nodes():
    small, large = featured([0, 1], [1, 0], 2), featured([0, 2], [1, 1], 3, 10.0)
    merged = weft.merge([large, small])
    assert edges(merged) == [[0, 2, 0, 1], [1, 1, 1, 0]]
    assert merged.ndata["x"][:, 0].tolist() == [0, 2, 14]
    assert merged.edata["w"].tolist() == [10, 11, 0, 1]
    assert weft.merge([small, large]).ndata["x"][:, 0].tolist() == [10, 12, 14]
    assert merged.batch_size == 1


def test_merge_widens_ids_and_fills_nodes_that_have_no_value():
    small, large = featured([0], [1], 2), weft.graph(([2], [2]), idtype=torch.int32)
    large.edata["w"] = torch.tensor([5])
    merged = weft.merge([large, small])
    assert merged.idtype == torch.int64
    assert merged.ndata["x"].tolist() == [[0, 1], [2, 3], [0, 0]]


def test_merge_refuses_edge_features_that_not_all_graphs_have():
    with pytest.raises(FieldError, match="edge features"):
        weft.merge([featured([0], [1], 2), weft.graph(([0], [1]))])
    other = featured([0], [1], 2)
    other.ndata["x"] = torch.zeros(2, dtype=torch.int64)
    with pytest.raises(ShapeError, match="node feature 'x'"):
        weft.merge([featured([0], [1], 2), other])

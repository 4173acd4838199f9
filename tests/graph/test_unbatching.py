import pytest
import torch
from tests.cases.batches import assert_same_graph, featured, shop

import weft
from weft.errors import GraphError, IdError, InputError, ShapeError, TypeNameError


def test_unbatch_of_types_gives_back_the_graphs():
    graphs = [shop(3, 2), shop(2, 4, 7.0)]
    for given_back, graph in zip(weft.unbatch(weft.batch(graphs)), graphs, strict=True):
        assert_same_graph(given_back, graph)


def test_graph_that_is_no_batch_is_a_batch_of_one():
    (alone,) = weft.unbatch(featured([0], [1], 2))
    assert_same_graph(alone, featured([0], [1], 2))


def test_unbatch_by_given_numbers():
    graph = featured([0, 1, 2, 4], [1, 0, 3, 3], 5)
    parts = weft.unbatch(graph, torch.tensor([2, 3]), [2, 2])
    assert [part.num_nodes() for part in parts] == [2, 3]
    assert [ids.tolist() for ids in parts[1].edges()] == [[0, 2], [1, 1]]
    both = weft.batch([shop(3, 2), shop(2, 4)])
    by_type = weft.unbatch(
        both,
        {"user": [3, 2], "item": [2, 4], "alone": [1, 1]},
        {"buys": torch.tensor([2, 2]), ("item", "leads", "user"): torch.tensor([1, 1])},
    )
    assert [part.num_nodes("item") for part in by_type] == [2, 4]


def test_numbers_that_do_not_fit_are_refused():
    graph = featured([0, 1, 2, 4], [1, 0, 3, 3], 5)
    with pytest.raises(ShapeError, match="node_split for node type '_N' add up to 4, but there are 5 nodes"):
        weft.unbatch(graph, [2, 2], [2, 2])
    with pytest.raises(ShapeError, match="Give both"):
        weft.unbatch(graph, [2, 3])
    with pytest.raises(GraphError, match=r"edge 0 .* from 0 to 1, leaves the part"):
        weft.unbatch(graph, [1, 4], [2, 2])
    with pytest.raises(InputError, match="hold -1"):
        weft.unbatch(graph, [-1, 6], [2, 2])
    with pytest.raises(TypeNameError, match="lacks 'alone'"):
        weft.unbatch(shop(), {"user": [3], "item": [2]}, None)
    with pytest.raises(InputError, match="there are 3 types"):
        weft.unbatch(shop(), [3])


def test_unbatched_features_are_views():
    both = weft.batch([featured([0], [1], 2), featured([0], [1], 2)])
    part = weft.unbatch(both)[1]
    assert part.ndata["x"].data_ptr() == both.ndata["x"][2].data_ptr()


def test_slice_gives_one_graph_and_its_ids():
    graphs = [shop(3, 2), shop(2, 4, 7.0)]
    both = weft.batch(graphs)
    for number, graph in enumerate(graphs):
        assert_same_graph(weft.slice_batch(both, number), graph)
    second = weft.slice_batch(both.int(), torch.tensor(1), store_ids=True)
    assert second.nodes["item"].data[weft.NID].tolist() == [2, 3, 4, 5]
    assert second.edges["leads"].data[weft.EID].tolist() == [1]
    assert second.edges["leads"].data[weft.EID].dtype == torch.int32
    assert second.batch_size == 1


@pytest.mark.parametrize("gid", [-1, 2])
def test_slice_refuses_a_number_past_the_end(gid):
    with pytest.raises(IdError, match=f"gid={gid}, but the batch has 2 graphs"):
        weft.slice_batch(weft.batch([featured([0], [1], 2)] * 2), gid)


def test_slice_refuses_an_edge_that_leaves_the_graph():
    graph = featured([0, 1], [2, 0], 3)
    graph.set_batch_num_nodes([2, 1])
    graph.set_batch_num_edges([1, 1])
    with pytest.raises(GraphError, match=r"edge 0 of .*, from 0 to 2"):
        weft.slice_batch(graph, 0)
    with pytest.raises(GraphError, match=r"edge 0 of .*, from 0 to 2"):
        weft.unbatch(graph)


def test_parts_keep_the_formats():
    both = weft.batch([featured([0], [1], 2)] * 2).formats("csc")
    assert weft.slice_batch(both, 0).formats() == {"created": ["csc"], "not created": []}
    assert weft.unbatch(both)[0].formats() == {"created": ["csc"], "not created": []}

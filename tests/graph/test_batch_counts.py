import copy

import pytest
import torch
from tests.cases.batches import featured, shop

import weft
from weft.errors import GraphError, InputError, ShapeError, TypeNameError


def counts(graph):
    return graph.batch_num_nodes().tolist(), graph.batch_num_edges().tolist(), graph.batch_size


def test_graph_that_is_no_batch_counts_as_one():
    graph = featured([0], [1], 2, idtype=torch.int32)
    assert counts(graph) == ([2], [1], 1)
    assert graph.batch_num_nodes().dtype == torch.int32


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: graph.clone(),
        lambda graph: graph.to("cpu"),
        lambda graph: graph.int(),
        lambda graph: graph.formats("csr"),
        lambda graph: graph.local_var(),
        copy.copy,
        copy.deepcopy,
    ],
)
def test_counts_stay_where_nodes_and_edges_stay(change):
    both = weft.batch([featured([0], [1], 2), featured([], [], 3)])
    changed = change(both)
    assert counts(changed) == ([2, 3], [1, 0], 2)
    assert changed.batch_num_edges().dtype == changed.idtype


def test_counts_move_with_the_graph():
    assert weft.batch([featured([0], [1], 2)] * 2).to("meta").batch_num_nodes().device.type == "meta"


def test_relation_taken_out_of_a_batch_is_no_batch():
    assert weft.batch([shop(), shop()])["buys"].batch_size == 1


def test_counts_can_be_set():
    graph = featured([0, 1, 2], [1, 0, 2], 3)
    graph.set_batch_num_nodes([2, 1])
    assert counts(graph) == ([2, 1], [3], 2)
    graph.set_batch_num_edges(torch.tensor([2, 1], dtype=torch.int32))
    assert graph.batch_num_edges().dtype == torch.int64
    assert [part.num_edges() for part in weft.unbatch(graph)] == [2, 1]


def test_counts_of_types_are_a_dict():
    graph = shop()
    graph.set_batch_num_nodes({"user": [1, 2], "item": [2, 0], "alone": [0, 1]})
    graph.set_batch_num_edges({"buys": [1, 1], ("item", "leads", "user"): [0, 1]})
    assert graph.batch_num_nodes("item").tolist() == [2, 0]
    assert graph.batch_num_edges("leads").tolist() == [0, 1]


def test_counts_that_do_not_fit_are_refused():
    graph = featured([0, 1, 2], [1, 0, 2], 3)
    with pytest.raises(ShapeError, match="add up to 4, but there are 3 nodes"):
        graph.set_batch_num_nodes([2, 2])
    with pytest.raises(InputError, match="hold -1; they count edges"):
        graph.set_batch_num_edges([-1, 4])
    with pytest.raises(TypeNameError, match="lacks 'alone'"):
        shop().set_batch_num_nodes({"user": [3], "item": [2]})
    with pytest.raises(InputError, match="there are 3 types"):
        shop().set_batch_num_nodes([3])
    assert graph.batch_size == 1


def test_a_batch_without_some_nodes_or_edges_stays_a_batch():
    whole = weft.batch([weft.graph(([0, 1, 2], [1, 2, 2])), weft.graph(([], [])), weft.graph(([0, 1], [1, 2]))])
    fewer = weft.remove_edges(whole, [0, 2, 3])
    assert fewer.batch_num_edges().tolist() == [1, 0, 1]
    assert fewer.batch_num_nodes().tolist() == [3, 0, 3]
    left = weft.remove_nodes(whole, [2, 3])
    assert left.batch_num_nodes().tolist() == [2, 0, 2]
    assert left.batch_num_edges().tolist() == [1, 0, 1]
    assert weft.remove_edges(weft.graph(([0], [1])), [0]).batch_num_edges().tolist() == [0]


def test_a_block_has_no_batch_of_its_own():
    block = weft.to_block(weft.graph(([0, 1], [1, 2])))
    with pytest.raises(GraphError, match="set_batch_num_nodes: got a block"):
        block.set_batch_num_nodes([1, 1])

"""Random walks: every step is an edge, draws are as likely as said, and depend on seed, walk and step alone."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import DtypeError, GraphError, IdError, InputError, ShapeError, TypeNameError
from weft.sampling import pack_traces, random_walk


def random_graph(idtype=torch.int64) -> weft.Graph:
    """Return 30 nodes; 28 and 29 have no edge out."""
    return weft.graph((torch.randint(28, (150,)), torch.randint(30, (150,))), num_nodes=30, idtype=idtype)


def shop() -> weft.Graph:
    return weft.heterograph(
        {
            ("user", "follows", "user"): ([0, 1], [1, 0]),
            ("user", "views", "item"): ([0, 0, 1], [0, 1, 1]),
            ("item", "viewed by", "user"): ([0, 1, 1], [0, 0, 1]),
        }
    )


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_every_step_is_the_edge_that_is_given(idtype):
    graph = random_graph(idtype)
    traces, eids, types = random_walk(graph, torch.arange(30), length=6, return_eids=True)
    assert traces.shape == (30, 7)
    assert eids.shape == (30, 6)
    assert traces.dtype == eids.dtype == idtype
    assert types.tolist() == [0] * 7
    there = eids >= 0
    src, dst = graph.find_edges(eids[there])
    assert torch.equal(src, traces[:, :-1][there])
    assert torch.equal(dst, traces[:, 1:][there])


def test_a_walk_ends_where_no_edge_leads_on():
    graph = weft.graph(([0, 1], [1, 2]))
    traces, _ = random_walk(graph, [0, 1, 2], length=4)
    assert traces.tolist() == [[0, 1, 2, -1, -1], [1, 2, -1, -1, -1], [2, -1, -1, -1, -1]]


def test_edge_types_are_taken_in_order():
    graph = shop()
    traces, types = random_walk(graph, [0, 1, 1], metapath=["follows", "views", "viewed by"])
    assert [graph.ntypes[number] for number in types] == ["user", "user", "item", "user"]
    assert traces[:, 1].tolist() == [1, 0, 0]
    assert (traces >= 0).all()


def test_edges_are_taken_as_often_as_their_weights_say():
    graph = weft.graph(([0, 0, 0, 0], [1, 2, 3, 3]))
    graph.edata["w"] = torch.tensor([1.0, 0.0, 2.0, 5.0])
    traces, eids, _ = random_walk(graph, [0] * 8000, length=1, prob="w", return_eids=True, seed=3)
    counts = torch.bincount(eids[:, 0], minlength=4) / 8000
    torch.testing.assert_close(counts, torch.tensor([0.125, 0.0, 0.25, 0.625]), atol=0.02, rtol=0)
    assert counts[1] == 0
    assert set(traces[:, 1].tolist()) == {1, 3}


def test_edges_without_weights_are_alike():
    graph = weft.graph(([0, 0, 0, 0], [1, 2, 3, 4]))
    traces, _ = random_walk(graph, [0] * 8000, length=1, seed=5)
    torch.testing.assert_close(
        torch.bincount(traces[:, 1]) / 8000, torch.tensor([0, 0.25, 0.25, 0.25, 0.25]), atol=0.02, rtol=0
    )


def test_a_node_whose_edges_weigh_nothing_ends_the_walk():
    graph = weft.graph(([0, 0, 1], [1, 2, 0]))
    traces, _ = random_walk(graph, [0, 1], length=2, prob=torch.tensor([False, False, True]))
    assert traces.tolist() == [[0, -1, -1], [1, 0, -1]]


def test_walks_end_as_often_as_said():
    ring = weft.graph(([0, 1], [1, 0]))
    traces, _ = random_walk(ring, [0] * 4000, length=3, restart_prob=0.25, seed=1)
    alive = (traces >= 0).double().mean(0)
    torch.testing.assert_close(alive, torch.tensor([1, 0.75, 0.75**2, 0.75**3]).double(), atol=0.03, rtol=0)
    none, _ = random_walk(ring, [0, 1], length=3, restart_prob=torch.tensor([0.0, 1.0, 0.0]))
    assert none.tolist() == [[0, 1, -1, -1], [1, 0, -1, -1]]


def test_a_seed_decides_each_walk_by_its_place():
    graph, nodes = random_graph(), torch.arange(28)
    traces, _ = random_walk(graph, nodes, length=5, seed=11)
    assert torch.equal(traces, random_walk(graph, nodes, length=5, seed=11)[0])
    assert torch.equal(traces[:9], random_walk(graph, nodes[:9], length=5, seed=11)[0])
    assert not torch.equal(traces, random_walk(graph, nodes, length=5, seed=12)[0])
    torch.manual_seed(2)
    first = random_walk(graph, nodes, length=5)[0]
    assert not torch.equal(first, random_walk(graph, nodes, length=5)[0])
    torch.manual_seed(2)
    assert torch.equal(first, random_walk(graph, nodes, length=5)[0])


def test_no_nodes_no_steps_no_edges():
    graph = random_graph()
    assert random_walk(graph, [], length=3)[0].shape == (0, 4)
    traces, eids, types = random_walk(graph, [4], length=0, return_eids=True)
    assert (traces.tolist(), eids.shape, types.tolist()) == ([[4]], (1, 0), [0])
    assert random_walk(weft.graph(([], []), num_nodes=2), [1], length=1)[0].tolist() == [[1, -1]]


def test_pack_traces_by_hand():
    nodes, types, lengths, begins = pack_traces(
        torch.tensor([[0, 1, 2], [3, -1, -1], [4, 5, -1]]), torch.tensor([7, 8, 9])
    )
    assert nodes.tolist() == [0, 1, 2, 3, 4, 5]
    assert types.tolist() == [7, 8, 9, 7, 7, 8]
    assert lengths.tolist() == [3, 1, 2]
    assert begins.tolist() == [0, 3, 4]
    with pytest.raises(ShapeError, match="pack_traces"):
        pack_traces(torch.zeros(2, 3), torch.zeros(2))


def test_wrong_arguments_are_refused():
    graph, types = random_graph(), shop()
    with pytest.raises(InputError, match="expected one of them"):
        random_walk(graph, [0])
    with pytest.raises(GraphError, match="give a metapath"):
        random_walk(types, [0], length=2)
    with pytest.raises(GraphError, match="ends at 'item', but the next"):
        random_walk(types, [0], metapath=["views", "follows"])
    with pytest.raises(TypeNameError, match="'view' is not in this graph"):
        random_walk(types, [0], metapath=["view"])
    with pytest.raises(IdError, match="past the end of the 30 nodes"):
        random_walk(graph, [30], length=1)
    with pytest.raises(InputError, match="negative or not finite"):
        random_walk(graph, [0], length=1, prob=torch.full((150,), -1.0))
    with pytest.raises(DtypeError, match="int64"):
        random_walk(graph, [0], length=1, prob=torch.ones(150, dtype=torch.int64))
    with pytest.raises(ShapeError, match="each of 150 edges"):
        random_walk(graph, [0], length=1, prob=torch.ones(149))
    with pytest.raises(InputError, match="probabilities from 0 to 1"):
        random_walk(graph, [0], length=1, restart_prob=1.5)
    with pytest.raises(ShapeError, match="restart_prob"):
        random_walk(graph, [0], length=1, restart_prob=torch.zeros(2))
    with pytest.raises(InputError, match="name a column"):
        random_walk(types, [0], metapath=["follows"], prob=torch.ones(2))
    with pytest.raises(GraphError, match="block"):
        random_walk(weft.to_block(graph), [0], length=1)

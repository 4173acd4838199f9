"""send_and_recv, pull, push, prop_nodes and prop_edges: which nodes are written, and with what."""

from __future__ import annotations

import pytest
import torch

import weft
import weft.function as fn
from weft.errors import GraphError, IdError, ShapeError, TypeNameError

COPY, SUM = fn.copy_u("h", "m"), fn.sum("m", "s")
REDUCERS = [fn.sum, fn.mean, fn.max, fn.min]


def own_sum(nodes):
    return {"s": nodes.mailbox["m"].sum(1)}


@pytest.fixture
def g():
    """Return 0->1, 0->2, 1->2, 3->2 twice, 1->2 again; nodes 0, 3 and 4 have no incoming edges; s is -7."""
    g = weft.graph(([0, 0, 1, 3, 3, 1], [1, 2, 2, 2, 2, 2]), num_nodes=5)
    g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    g.ndata["s"] = torch.full((5,), -7.0)
    g.edata["w"] = torch.tensor([0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    return g


def test_send_and_recv_writes_destinations_only(g):
    g.send_and_recv([5, 1, 4], COPY, SUM)
    assert g.ndata["s"].tolist() == [-7, -7, 7, -7, -7]
    g.send_and_recv(0, COPY, own_sum)
    assert g.ndata["s"].tolist() == [-7, 1, 7, -7, -7]


def test_a_new_feature_is_zero_elsewhere(g):
    g.send_and_recv([1], COPY, fn.sum("m", "new"))
    assert g.ndata["new"].tolist() == [0, 0, 1, 0, 0]


def test_edges_may_be_given_by_their_ends(g):
    g.send_and_recv(([0, 3], [1, 2]), COPY, SUM)
    assert g.ndata["s"].tolist() == [-7, 1, 4, -7, -7]


def test_mailbox_keeps_the_order_asked_for(g):
    seen = []
    g.send_and_recv([5, 1, 4], fn.copy_e("w", "m"), lambda nodes: seen.append(nodes.mailbox["m"]) or own_sum(nodes))
    assert [mail.tolist() for mail in seen] == [[[50, 10, 40]]]


def test_an_edge_given_twice_sends_twice(g):
    g.send_and_recv([1, 1], COPY, SUM)
    assert g.ndata["s"].tolist() == [-7, -7, 2, -7, -7]


def test_batches_name_the_nodes_and_edges_of_the_graph(g):
    seen = []

    def message(edges):
        seen.append([ids.tolist() for ids in edges.edges()])
        assert set(edges.src) == {"h", "s"}
        assert set(edges.data) == {"w"}
        return {"m": edges.src["h"] + edges.dst["s"] + edges.data["w"]}

    g.send_and_recv(
        [5, 1],
        message,
        lambda nodes: seen.append(nodes.nodes().tolist()) or own_sum(nodes),
        lambda nodes: seen.append(nodes.nodes().tolist()) or {"s": nodes.data["s"] + nodes.data["h"]},
    )
    assert seen == [[[1, 0], [2, 2], [5, 1]], [2], [2]]
    assert g.ndata["s"].tolist() == [-7, -7, (2 - 7 + 50) + (1 - 7 + 10) + 3, -7, -7]


@pytest.mark.parametrize("empty", [[], torch.empty(0, dtype=torch.int64)])
def test_without_edges_or_nodes_nothing_is_done(g, empty):
    def never(batch):
        raise AssertionError

    g.send_and_recv(empty, COPY, SUM, never)
    g.pull(empty, never, never, never)
    g.push(empty, COPY, SUM, never)
    g.push([4], never, never, never)
    assert g.ndata["s"].tolist() == [-7] * 5


@pytest.mark.parametrize("reducer", REDUCERS, ids=lambda f: f.__name__)
def test_pull_writes_zero_to_nodes_without_edges(g, reducer):
    g.pull([2, 0], COPY, reducer("m", "s"))
    of_node_2 = {"sum": 13, "mean": 2.6, "max": 4, "min": 1}[reducer.__name__]
    torch.testing.assert_close(g.ndata["s"], torch.tensor([0.0, -7.0, of_node_2, -7.0, -7.0]))
    g.pull([4], COPY, reducer("m", "s"))
    assert g.ndata["s"][4] == 0


def test_pull_with_an_own_reducer_fills_nodes_without_edges(g):
    g.pull([2, 0], COPY, own_sum)
    assert g.ndata["s"].tolist() == [0, -7, 13, -7, -7]
    g.set_n_initializer(lambda shape, dtype, device, rows: torch.ones(shape, dtype=dtype))
    g.pull([2, 4], COPY, own_sum)
    assert g.ndata["s"].tolist() == [0, -7, 13, -7, 1]


def test_pull_with_a_reducer_that_never_runs_writes_nothing(g):
    g.pull([0, 4], COPY, own_sum)
    assert g.ndata["s"].tolist() == [-7] * 5


def test_node_function_of_pull_runs_on_all_its_nodes_ascending(g):
    seen = []
    g.pull([4, 2], COPY, own_sum, lambda nodes: seen.append(nodes.nodes().tolist()) or {"s": nodes.data["s"] + 100})
    assert seen == [[2, 4]]
    assert g.ndata["s"].tolist() == [-7, -7, 113, -7, 100]


def test_edges_of_a_node_pulled_twice_send_twice(g):
    g.pull([1, 1, 0], COPY, SUM)
    assert g.ndata["s"].tolist() == [0, 2, -7, -7, -7]


def test_push_writes_where_edges_end(g):
    g.push([0, 1], COPY, SUM)
    assert g.ndata["s"].tolist() == [-7, 1, 5, -7, -7]


def test_one_edge_type_of_several():
    shop = weft.heterograph({("user", "buys", "item"): ([0, 2], [0, 1]), ("shop", "sells", "item"): ([0], [2])})
    shop.nodes["user"].data["h"] = torch.tensor([1.0, 2.0, 4.0])
    shop.pull([1, 2], COPY, SUM, etype="buys")
    assert shop.nodes["item"].data["s"].tolist() == [0, 4, 0]
    shop.push([0], COPY, SUM, etype="buys")
    assert shop.nodes["item"].data["s"].tolist() == [1, 4, 0]
    with pytest.raises(TypeNameError, match=r"pull: this graph has 2 edge types"):
        shop.pull([1], COPY, SUM)


def test_block_numbers_its_sides_apart():
    block = weft.create_block(([0, 1, 2], [0, 1, 0]), num_src_nodes=3, num_dst_nodes=2)
    block.srcdata["h"] = torch.tensor([1.0, 2.0, 4.0])
    block.pull([0], COPY, SUM)
    assert block.dstdata["s"].tolist() == [5, 0]
    block.push([1], COPY, SUM)
    assert block.dstdata["s"].tolist() == [5, 2]


def test_frontiers_run_one_after_the_other(g):
    g.prop_nodes([[1], [2]], COPY, fn.sum("m", "h"))
    assert g.ndata["h"].tolist() == [1, 1, 1 + 1 + 4 + 4 + 1, 4, 5]
    g.prop_edges([[0], [1, 2]], COPY, fn.sum("m", "h"), lambda nodes: {"h": nodes.data["h"] + 100})
    assert g.ndata["h"].tolist() == [1, 101, 1 + 101 + 100, 4, 5]


def test_gradients_flow_through_frontiers():
    g = weft.graph(([0, 1, 2, 0], [1, 2, 3, 3]))

    def run(x):
        with g.local_scope():
            g.ndata["h"] = x
            g.prop_nodes([[1], [2], [3]], COPY, lambda n: {"h": (n.mailbox["m"] ** 2).sum(1) + n.data["h"]})
            return g.ndata["h"]

    assert torch.autograd.gradcheck(run, (torch.rand(4, 2, dtype=torch.float64, requires_grad=True),))


def test_bad_nodes_and_edges_are_refused(g):
    with pytest.raises(IdError, match=r"pull: node IDs hold 5, which is past the end of the 5 nodes"):
        g.pull([5], COPY, SUM)
    with pytest.raises(IdError, match=r"push: node IDs hold -1, which is negative"):
        g.push([-1], COPY, SUM)
    with pytest.raises(IdError, match=r"send_and_recv: edge IDs hold 6, which is past the end"):
        g.send_and_recv([6], COPY, SUM)
    with pytest.raises(GraphError, match=r"send_and_recv: .* has no edge from 4 to 0"):
        g.send_and_recv(([4], [0]), COPY, SUM)
    assert g.ndata["s"].tolist() == [-7] * 5


def test_rows_of_another_shape_are_refused(g):
    with pytest.raises(ShapeError, match=r"pull: node feature 's' has rows of shape \(\) .* set the whole feature"):
        g.pull([2], COPY, lambda nodes: {"s": nodes.mailbox["m"].sum(1, keepdim=True)})

"""Messages, reducers and node functions that users write, alone and beside built-in ones."""

from __future__ import annotations

import pytest
import torch
from tests.cases.loops import random_heterograph

import weft
import weft.function as fn
from weft.errors import DtypeError, FieldError, GraphError, InputError, ShapeError
from weft.graph.columns import Columns


@pytest.fixture
def g():
    """Return 0->1, 0->2, 1->2, 3->2 twice, 1->2 again; nodes 0, 3 and 4 have no incoming edges."""
    g = weft.graph(([0, 0, 1, 3, 3, 1], [1, 2, 2, 2, 2, 2]), num_nodes=5)
    g.ndata["h"] = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    g.edata["w"] = torch.tensor([0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    return g


def mailbox_sum(nodes):
    return {"s": nodes.mailbox["m"].sum(1)}


def test_reducer_runs_once_a_degree_on_mailboxes_in_edge_order(g):
    seen = []

    def reducer(nodes):
        mail = nodes.mailbox["m"]
        seen.append((nodes.nodes().tolist(), nodes.data["h"].tolist(), mail.tolist(), nodes.ntype))
        assert nodes.batch_size() == len(nodes) == len(mail)
        return {"s": mail.sum(1)}

    g.update_all(fn.copy_e("w", "m"), reducer)
    assert seen == [([1], [2.0], [[0.0]], "_N"), ([2], [3.0], [[10.0, 20.0, 30.0, 40.0, 50.0]], "_N")]
    assert g.ndata["s"].tolist() == [0, 0, 150, 0, 0]


def test_nodes_of_one_degree_share_a_batch():
    g = weft.graph(([3, 0, 1, 2], [0, 2, 1, 1]), num_nodes=4)
    g.ndata["h"] = torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])
    shapes = []

    def reducer(nodes):
        shapes.append((nodes.nodes().tolist(), tuple(nodes.mailbox["m"].shape)))
        return {"s": nodes.mailbox["m"].sum(1)}

    g.update_all(fn.copy_u("h", "m"), reducer)
    assert shapes == [([0, 2], (2, 1, 2)), ([1], (1, 2, 2))]
    assert g.ndata["s"].tolist() == [[4, 40], [5, 50], [1, 10], [0, 0]]


def test_message_function_sees_ends_and_edges(g):
    def message(edges):
        src, dst, eid = edges.edges()
        assert src.tolist() == [0, 0, 1, 3, 3, 1]
        assert dst.tolist() == [1, 2, 2, 2, 2, 2]
        assert eid.tolist() == [0, 1, 2, 3, 4, 5]
        assert edges.canonical_etype == ("_N", "_E", "_N")
        assert edges.batch_size() == len(edges) == 6
        return {"m": edges.src["h"] * edges.data["w"] + edges.dst["h"]}

    g.update_all(message, fn.sum("m", "s"))
    assert g.ndata["s"].tolist() == [0, 2, 10 + 40 + 120 + 160 + 100 + 15, 0, 0]


def test_any_mix_of_built_in_and_own_gives_the_same():
    g = random_heterograph(3)["buys"]
    g.srcdata["h"] = torch.randn(g.num_src_nodes(), 4, dtype=torch.float64)
    g.edata["w"] = torch.randn(g.num_edges(), 1, dtype=torch.float64)
    own_message = lambda edges: {"m": edges.src["h"] * edges.data["w"]}  # noqa: E731
    results = []
    for message in (fn.u_mul_e("h", "w", "m"), own_message):
        for reducer in (fn.sum("m", "s"), mailbox_sum):
            g.update_all(message, reducer)
            results.append(g.dstdata.pop("s"))
    for result in results[1:]:
        torch.testing.assert_close(result, results[0])


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_ids_have_the_type_of_the_graph(g, idtype):
    g = g.astype(idtype)
    seen = []
    g.update_all(
        lambda edges: seen.extend(edges.edges()) or {"m": edges.src["h"]},
        lambda nodes: seen.append(nodes.nodes()) or mailbox_sum(nodes),
        lambda nodes: seen.append(nodes.nodes()) or {},
    )
    g.send_and_recv([4], lambda edges: seen.extend(edges.edges()) or {"m": edges.src["h"]}, mailbox_sum)
    assert len(seen) == 9
    assert {ids.dtype for ids in seen} == {idtype}


def test_several_messages_and_results(g):
    g.update_all(
        lambda edges: {"a": edges.src["h"], "b": edges.data["w"]},
        lambda nodes: {
            "a": nodes.mailbox["a"].max(1).values,
            "count": torch.full((len(nodes),), nodes.mailbox["b"].shape[1]),
        },
    )
    assert g.ndata["a"].tolist() == [0, 1, 4, 0, 0]
    assert g.ndata["count"].tolist() == [0, 1, 5, 0, 0]
    assert g.ndata["count"].dtype == torch.int64


def test_initializer_fills_nodes_without_messages(g):
    g.set_n_initializer(lambda shape, dtype, device, rows: torch.full(shape, 9, dtype=dtype), field="s")
    g.update_all(fn.copy_u("h", "m"), lambda nodes: {"s": nodes.mailbox["m"].sum(1), "t": nodes.data["h"]})
    assert g.ndata["s"].tolist() == [9, 1, 13, 9, 9]
    assert g.ndata["t"].tolist() == [0, 2, 3, 0, 0]


def test_a_reducer_that_never_runs_writes_nothing():
    g = weft.graph(([], []), num_nodes=3)
    g.ndata["h"] = torch.ones(3)
    g.update_all(fn.copy_u("h", "m"), mailbox_sum)
    assert set(g.ndata) == {"h"}
    g.update_all(lambda edges: {"m": edges.src["h"]}, fn.sum("m", "s"))
    assert g.ndata["s"].tolist() == [0, 0, 0]


@pytest.mark.parametrize("own_message", [False, True])
def test_gradients_flow_through_buckets(own_message):
    g = weft.graph(([0, 0, 1, 3, 3, 2, 4], [1, 2, 2, 0, 2, 4, 4]), num_nodes=5)

    def run(x, w):
        with g.local_scope():
            g.ndata["x"], g.edata["w"] = x, w
            message = (lambda edges: {"m": edges.src["x"] * edges.data["w"]}) if own_message else fn.copy_u("x", "m")
            g.update_all(
                message, lambda nodes: {"s": (nodes.mailbox["m"] ** 2).sum(1) * nodes.data["x"]}, lambda n: n.data
            )
            return g.ndata["s"]

    x = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
    w = torch.randn(7, 1, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(run, (x, w))


def test_a_batch_can_be_changed_without_a_trace_outside(g):
    h = g.ndata["h"].clone().requires_grad_()
    g.ndata["h"] = h

    def reducer(nodes):
        mail = nodes.mailbox["m"]
        mail.mul_(2)
        nodes.data["h"] = nodes.data["h"] + 1
        nodes.mailbox["extra"] = mail
        assert set(nodes.mailbox) == {"m", "extra"}
        assert "extra" in nodes.mailbox
        return {"s": nodes.mailbox["extra"].sum(1) + nodes.data["h"]}

    def message(edges):
        edges.src["h"] = edges.src["h"] * 10
        edges.data["new"] = edges.src["h"]
        return {"m": edges.data["new"]}

    g.update_all(message, reducer)
    assert g.ndata["s"].tolist() == [0, 20 + 3, 260 + 4, 0, 0]
    assert g.ndata["h"].tolist() == [1, 2, 3, 4, 5]
    assert set(g.edata) == {"w"}
    g.ndata["s"].sum().backward()
    assert h.grad.tolist() == [40, 41, 1, 40, 0]


def test_many_degrees_agree_with_the_built_in_reducer():
    generator = torch.Generator().manual_seed(5)
    src = torch.randint(50, (2000,), generator=generator)
    dst = (torch.rand(2000, generator=generator) ** 3 * 60).long()
    g = weft.graph((src, dst), num_nodes=64)
    g.ndata["h"] = torch.randn(64, 3, dtype=torch.float64, generator=generator)
    calls = []
    g.update_all(fn.copy_u("h", "m"), lambda nodes: calls.append(len(nodes)) or mailbox_sum(nodes))
    g.update_all(fn.copy_u("h", "m"), fn.sum("m", "expected"))
    torch.testing.assert_close(g.ndata["s"], g.ndata["expected"])
    degrees = g.in_degrees()
    assert len(calls) == len(degrees[degrees > 0].unique())


def test_own_functions_on_one_edge_type_of_several():
    g = random_heterograph(1)
    g.nodes["user"].data["h"] = torch.arange(7.0)
    g.update_all(lambda edges: {"m": edges.src["h"]}, mailbox_sum, etype="buys")
    g.update_all(fn.copy_u("h", "m"), fn.sum("m", "expected"), etype="buys")
    assert torch.equal(g.nodes["item"].data["s"], g.nodes["item"].data["expected"])
    g.multi_update_all(
        {"buys": (fn.copy_u("h", "m"), mailbox_sum), "rates": (lambda e: {"m": e.src["h"]}, fn.sum("m", "s"))}, "sum"
    )
    g.multi_update_all({t: (fn.copy_u("h", "m"), fn.sum("m", "t")) for t in ("buys", "rates")}, "sum")
    assert torch.equal(g.nodes["item"].data["s"], g.nodes["item"].data["t"])


def test_own_functions_across_edge_types_are_refused():
    g = random_heterograph(1)
    with pytest.raises(GraphError, match=r"update_all: 'mailbox_sum' is a function of your own.* use multi_update_all"):
        g.update_all(fn.copy_u("h", "m"), mailbox_sum)
    with pytest.raises(GraphError, match=r"apply_edges: .* is a function of your own"):
        g.apply_edges(lambda edges: {})


def test_block_gives_sources_and_destinations_their_own_features():
    block = weft.create_block(([0, 1, 2], [0, 1, 0]), num_src_nodes=3, num_dst_nodes=2)
    block.srcdata["h"], block.dstdata["h"] = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([10.0, 20.0])
    block.update_all(
        lambda edges: {"m": edges.src["h"] + edges.dst["h"]},
        lambda nodes: {"s": nodes.mailbox["m"].sum(1) + nodes.data["h"]},
    )
    assert block.dstdata["s"].tolist() == [11 + 14 + 10, 22 + 20]


def test_apply_edges_with_a_function_of_ones_own(g):
    g.apply_edges(lambda edges: {"x": edges.src["h"] + edges.dst["h"], "y": edges.data["w"]})
    assert g.edata["x"].tolist() == [3, 4, 5, 7, 7, 5]
    g.apply_edges(lambda edges: {"z": edges.src["h"] + edges.edges()[2]}, edges=[4, 0])
    assert g.edata["z"].tolist() == [1, 0, 0, 0, 8, 0]
    g.apply_edges(lambda edges: {"z": -edges.src["h"]}, edges=([0], [2]))
    assert g.edata["z"].tolist() == [1, -1, 0, 0, 8, 0]


@pytest.mark.parametrize(
    ("message", "reducer", "error", "text"),
    [
        (lambda e: e.src["h"], mailbox_sum, InputError, "the message function returned a Tensor; expected a dict"),
        (lambda e: {"m": e.src["h"][:2]}, mailbox_sum, ShapeError, "'m', which the message function returned, has 2"),
        (lambda e: {"m": 3.0}, mailbox_sum, InputError, "'m', which the message function returned, is a float"),
        (lambda e: {1: e.src["h"]}, mailbox_sum, InputError, "returned a dict with the key 1; a feature"),
        (lambda e: {"m": e.src["x"]}, mailbox_sum, FieldError, "edges.src: node feature 'x' is not set on node type"),
        (lambda e: {"n": e.src["h"]}, mailbox_sum, FieldError, "nodes.mailbox: message feature 'm' is not set on the"),
        (lambda e: {"n": e.src["h"]}, fn.sum("m", "s"), FieldError, "update_all: message feature 'm' is not set"),
        (lambda e: {"m": e.edges()[2]}, fn.sum("m", "s"), DtypeError, "update_all: message 'm' has dtype torch.int64"),
        (fn.copy_u("h", "m"), lambda n: n.mailbox["m"], InputError, "the reducer of nodes with in-degree 1 returned a"),
        (fn.copy_u("h", "m"), lambda n: {"s": n.mailbox["m"].sum()}, ShapeError, "is a scalar, but its batch has 1"),
        (fn.copy_u("h", "m"), lambda n: {"s": n.data["x"]}, FieldError, "nodes.data: node feature 'x' is not set"),
        (fn.copy_u("h", "m"), lambda n: {"s": n.mailbox["m"]}, InputError, "different features for nodes of different"),
        (
            fn.copy_u("h", "m"),
            lambda n: {"s" if n.mailbox["m"].shape[1] > 1 else "t": n.data["h"]},
            InputError,
            "different features for nodes of different in-degree",
        ),
    ],
)
def test_what_functions_return_is_checked(g, message, reducer, error, text):
    with pytest.raises(error) as caught:
        g.update_all(message, reducer)
    assert text in str(caught.value)
    assert set(g.ndata) == {"h"}


def test_node_functions_have_no_mailbox(g):
    with pytest.raises(InputError, match=r"nodes\.mailbox: a node function gets no messages"):
        g.apply_nodes(lambda nodes: {"s": nodes.mailbox["m"].sum(1)})


def test_a_column_of_a_batch_cannot_be_deleted(g):
    def reducer(nodes):
        del nodes.mailbox["m"]

    with pytest.raises(InputError, match=r"nodes\.mailbox: 'm' cannot be deleted from a batch"):
        g.update_all(fn.copy_u("h", "m"), reducer)


def test_features_nobody_reads_are_not_gathered(g, monkeypatch):
    g.ndata["huge"] = torch.ones(5, 3)
    read = []
    original = Columns.__getitem__
    monkeypatch.setattr(Columns, "__getitem__", lambda self, name: read.append(name) or original(self, name))
    g.update_all(lambda edges: {"m": edges.src["h"]}, mailbox_sum)
    assert "huge" not in read
    assert "h" in read


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64, torch.uint8, torch.float64])
@pytest.mark.parametrize(("cross", "expected"), [("max", [0, 5, 7]), ("min", [0, 5, 2])])
def test_extremes_across_types_take_results_of_any_dtype(dtype, cross, expected):
    g = weft.heterograph(
        {("user", "likes", "item"): ([0, 1], [1, 2]), ("user", "buys", "item"): ([1], [2])}, {"user": 2, "item": 3}
    )
    g.edges["likes"].data["w"] = torch.tensor([5, 7], dtype=dtype)
    g.edges["buys"].data["w"] = torch.tensor([2], dtype=dtype)

    def message(edges):
        return {"m": edges.data["w"]}

    def first(nodes):
        return {"out": nodes.mailbox["m"][:, 0]}

    functions = dict.fromkeys(g.etypes, (message, first))
    if cross == "min":
        # Of a user's own reducer, nothing is known of nodes without messages: they are 0 like any other value.
        expected = [0, 0, 2]
    g.multi_update_all(functions, cross)
    assert g.nodes["item"].data["out"].tolist() == expected
    assert g.nodes["item"].data["out"].dtype == dtype


def test_one_edge_type_under_two_names_is_refused():
    g = weft.heterograph({("user", "likes", "item"): ([0], [0]), ("user", "buys", "item"): ([0], [0])})
    g.nodes["user"].data["x"] = torch.ones(1)
    pair = (weft.function.copy_u("x", "m"), weft.function.sum("m", "y"))
    with pytest.raises(InputError, match="twice"):
        g.multi_update_all({"likes": pair, ("user", "likes", "item"): pair}, "sum")
    with pytest.raises(InputError, match="etype_dict is a list"):
        g.multi_update_all([pair], "sum")

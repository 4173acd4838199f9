"""update_all, multi_update_all, apply_edges and apply_nodes: by hand, then against plain Python loops."""

from __future__ import annotations

import pytest
import torch
from tests.cases.loops import edge_messages, random_heterograph, reduced_at

import weft
import weft.function as fn
from weft.errors import DtypeError, FieldError, GraphError, InputError, ShapeError, TypeNameError
from weft.graph import phases

BINARY = [
    getattr(fn, f"{lhs}_{op}_{rhs}")
    for lhs in "uve"
    for rhs in "uve"
    if lhs != rhs
    for op in ("add", "sub", "mul", "div", "dot")
]
REDUCERS = [fn.sum, fn.mean, fn.max, fn.min]


@pytest.fixture
def g():
    """Return 0->1, 0->2, 1->2 with node 0 without incoming edges."""
    g = weft.graph(([0, 0, 1], [1, 2, 2]))
    g.ndata["h"] = torch.tensor([[1.0, -2.0], [3.0, 4.0], [5.0, 6.0]])
    g.edata["w"] = torch.tensor([2.0, -1.0, 10.0])[:, None]
    return g


@pytest.fixture
def shop():
    """Return users who buy items (0->0, 1->0) and shops that sell them (0->0, 0->1), with item 2 alone."""
    g = weft.heterograph(
        {("user", "buys", "item"): ([0, 1], [0, 0]), ("shop", "sells", "item"): ([0, 0], [0, 1])},
        {"user": 2, "item": 3, "shop": 1},
    )
    g.nodes["user"].data["h"] = torch.tensor([-1.0, -2.0])
    g.nodes["shop"].data["h"] = torch.tensor([-5.0])
    return g


@pytest.mark.parametrize(
    ("reducer", "expected"),
    [
        (fn.sum, [[0, 0], [1, -2], [4, 2]]),
        (fn.mean, [[0, 0], [1, -2], [2, 1]]),
        (fn.max, [[0, 0], [1, -2], [3, 4]]),
        (fn.min, [[0, 0], [1, -2], [1, -2]]),
    ],
)
def test_node_without_edges_gets_zero(g, reducer, expected):
    g.update_all(fn.copy_u("h", "m"), reducer("m", "out"))
    assert g.ndata["out"].tolist() == expected


def test_edge_weights_broadcast_over_features(g):
    g.update_all(fn.u_mul_e("h", "w", "m"), fn.sum("m", "out"))
    assert g.ndata["out"].tolist() == [[0, 0], [2, -4], [29, 42]]


def test_edge_features_alone_are_reduced(g):
    g.update_all(fn.copy_e("w", "m"), fn.max("m", "out"))
    assert g.ndata["out"].tolist() == [[0], [2], [10]]


def test_result_may_replace_its_input(g):
    g.update_all(fn.copy_u("h", "h"), fn.sum("h", "h"))
    assert g.ndata["h"].tolist() == [[0, 0], [1, -2], [4, 2]]


def test_apply_edges_writes_messages(g):
    g.apply_edges(fn.u_dot_v("h", "h", "score"))
    assert g.edata["score"].tolist() == [[-5], [-7], [39]]
    g.apply_edges(fn.copy_u("h", "from"))
    assert g.edata["from"].tolist() == [[1, -2], [1, -2], [3, 4]]
    g.apply_edges(fn.copy_e("w", "same"))
    assert g.edata["same"] is g.edata["w"]


def test_apply_edges_copies_integers_too(g):
    g.ndata["label"] = torch.tensor([7, 8, 9])
    g.apply_edges(fn.copy_u("label", "source_label"))
    assert g.edata["source_label"].tolist() == [7, 7, 8]


@pytest.mark.parametrize("edges", [[2, 0], torch.tensor([2, 0]), ([1, 0], [2, 1])])
def test_apply_edges_on_some_edges_leaves_the_others(g, edges):
    g.apply_edges(fn.u_mul_e("h", "w", "m"), edges=edges)
    assert g.edata["m"].tolist() == [[2, -4], [0, 0], [30, 40]]


@pytest.mark.parametrize("reducer", REDUCERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("message", BINARY, ids=lambda f: f.__name__)
def test_every_pair_agrees_with_loops(message, reducer):
    g = random_heterograph(1)["buys"]
    generator = torch.Generator().manual_seed(2)
    features = {
        "u": torch.rand(g.num_src_nodes(), 3, dtype=torch.float64, generator=generator) + 0.5,
        "v": torch.rand(g.num_dst_nodes(), 3, dtype=torch.float64, generator=generator) + 0.5,
        "e": torch.rand(g.num_edges(), 3, dtype=torch.float64, generator=generator) + 0.5,
    }
    g.srcdata["x"], g.dstdata["x"], g.edata["x"] = features["u"], features["v"], features["e"]
    builtin = message("x", "x", "m")
    lhs, rhs = features[builtin.lhs], features[builtin.rhs]
    messages = edge_messages(*g.edges(), builtin.binary_op, lhs, rhs, builtin.lhs, builtin.rhs)

    g.apply_edges(message("x", "x", "on_edge"))
    torch.testing.assert_close(g.edata["on_edge"], torch.stack(messages))

    g.update_all(builtin, reducer("m", "out"))
    expected = reduced_at(g.edges()[1], g.num_dst_nodes(), messages, reducer.__name__, messages[0])
    torch.testing.assert_close(g.dstdata["out"], expected)


@pytest.mark.parametrize("reducer", REDUCERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    "message", [fn.u_mul_e, fn.e_sub_u, fn.e_div_u, fn.u_add_v, fn.v_mul_e], ids=lambda f: f.__name__
)
def test_gradients_flow_to_every_operand(message, reducer):
    g = weft.graph(([0, 0, 1, 3, 3], [1, 2, 2, 0, 2]), num_nodes=5)

    def run(x, w):
        with g.local_scope():
            g.ndata["x"], g.edata["x"] = x, w
            g.update_all(message("x", "x", "m"), reducer("m", "out"))
            return g.ndata["out"]

    x = (torch.rand(5, 2, dtype=torch.float64) + 0.5).requires_grad_()
    w = (torch.rand(5, 2, dtype=torch.float64) + 0.5).requires_grad_()
    assert torch.autograd.gradcheck(run, (x, w))


@pytest.mark.parametrize(("lhs", "rhs"), [((4, 3), (3,)), ((1,), (4, 3)), ((), (3,)), ((4, 1), (4, 3)), ((), ())])
def test_trailing_dimensions_broadcast_as_in_numpy(lhs, rhs):
    g = weft.graph(([0, 1, 1], [1, 0, 2]))
    g.ndata["x"], g.edata["w"] = torch.rand(3, *lhs), torch.rand(3, *rhs)
    g.update_all(fn.u_add_e("x", "w", "m"), fn.sum("m", "out"))
    messages = edge_messages(*g.edges(), "add", g.ndata["x"], g.edata["w"], "u", "e")
    torch.testing.assert_close(g.ndata["out"], reduced_at(g.edges()[1], 3, messages, "sum", messages[0]))


def test_block_writes_to_its_destinations():
    block = weft.create_block(([0, 1, 2], [0, 1, 0]), num_src_nodes=3, num_dst_nodes=2)
    block.srcdata["h"] = torch.tensor([1.0, 2.0, 4.0])
    block.update_all(fn.copy_u("h", "m"), fn.sum("m", "out"))
    assert block.dstdata["out"].tolist() == [5, 2]
    assert "out" not in block.srcdata


def test_messages_of_all_types_meet_at_a_node(shop):
    shop.update_all(fn.copy_u("h", "m"), fn.sum("m", "out"))
    assert shop.nodes["item"].data["out"].tolist() == [-8, -5, 0]


@pytest.mark.parametrize(("reducer", "expected"), [(fn.max, [-1, -5, 0]), (fn.min, [-5, -5, 0])])
def test_extremes_across_types_leave_out_types_without_messages(shop, reducer, expected):
    shop.update_all(fn.copy_u("h", "m"), reducer("m", "out"))
    assert shop.nodes["item"].data["out"].tolist() == expected


def test_mean_across_types_is_refused(shop):
    with pytest.raises(
        GraphError, match=r"update_all: a mean over the messages of several edge types .* multi_update_all"
    ):
        shop.update_all(fn.copy_u("h", "m"), fn.mean("m", "out"))


def test_one_edge_type_of_several(shop):
    shop.update_all(fn.copy_u("h", "m"), fn.sum("m", "out"), etype="buys")
    assert shop.nodes["item"].data["out"].tolist() == [-3, 0, 0]


@pytest.mark.parametrize(
    ("cross_reducer", "expected"),
    [
        ("sum", [-8, -5, 0]),
        ("mean", [-4, -2.5, 0]),
        ("max", [-3, 0, 0]),
        ("min", [-5, -5, 0]),
        ("stack", [[-5, -3], [-5, 0], [0, 0]]),
        (lambda values: values[0] - values[1], [2, 5, 0]),
    ],
)
def test_cross_reducers(shop, cross_reducer, expected):
    pair = (fn.copy_u("h", "m"), fn.sum("m", "out"))
    shop.multi_update_all({"buys": pair, "sells": pair}, cross_reducer)
    assert shop.nodes["item"].data["out"].tolist() == expected


@pytest.mark.parametrize(
    ("reducer", "cross_reducer", "expected"),
    [
        (fn.max, "max", [-1, -5, 0]),
        (fn.min, "min", [-5, -5, 0]),
        (fn.max, "min", [-5, -5, 0]),
        (fn.min, "max", [-2, 0, 0]),
        (fn.max, "sum", [-6, -5, 0]),
        (fn.max, "stack", [[-5, -1], [-5, 0], [0, 0]]),
    ],
)
def test_a_silent_type_has_no_part_in_a_maximum_of_maxima(shop, reducer, cross_reducer, expected):
    pair = (fn.copy_u("h", "m"), reducer("m", "out"))
    shop.multi_update_all({"buys": pair, "sells": pair}, cross_reducer)
    assert shop.nodes["item"].data["out"].tolist() == expected


def test_one_edge_type_needs_no_cross_reducer(shop):
    def never(values):
        raise AssertionError

    shop.multi_update_all({"buys": (fn.copy_u("h", "m"), fn.sum("m", "out"))}, never)
    assert shop.nodes["item"].data["out"].tolist() == [-3, 0, 0]


def test_edge_types_may_give_different_features(shop):
    shop.multi_update_all(
        {"buys": (fn.copy_u("h", "m"), fn.sum("m", "a")), "sells": (fn.copy_u("h", "m"), fn.sum("m", "b"))},
        lambda values: values[0] + 1000,
    )
    assert shop.nodes["item"].data["a"].tolist() == [997, 1000, 1000]
    assert shop.nodes["item"].data["b"].tolist() == [995, 995, 1000]


def test_stack_follows_the_order_of_edge_types(shop):
    assert shop.canonical_etypes[0] == ("shop", "sells", "item")
    pair = (fn.copy_u("h", "m"), fn.sum("m", "out"))
    shop.multi_update_all({"buys": pair}, "stack")
    assert shop.nodes["item"].data["out"].tolist() == [[-3], [0], [0]]


def test_node_functions_run_per_type_and_at_the_end(shop):
    shop.nodes["item"].data["bias"] = torch.tensor([100.0, 200.0, 300.0])
    shop.multi_update_all(
        {
            "buys": (fn.copy_u("h", "m"), fn.sum("m", "out"), lambda nodes: {"out": nodes.data["out"] * 2}),
            "sells": (fn.copy_u("h", "m"), fn.sum("m", "out")),
        },
        "sum",
        lambda nodes: {"final": nodes.data["out"] + nodes.data["bias"]},
    )
    assert shop.nodes["item"].data["final"].tolist() == [89, 195, 300]


def test_node_function_sees_new_and_old_features(g):
    def add_self(nodes):
        assert nodes.ntype == "_N"
        assert nodes.nodes().tolist() == [0, 1, 2]
        assert nodes.batch_size() == len(nodes) == 3
        return {"out": nodes.data["out"] + nodes.data["h"]}

    g.update_all(fn.copy_u("h", "m"), fn.sum("m", "out"), add_self)
    assert g.ndata["out"].tolist() == [[1, -2], [4, 2], [9, 8]]


def test_only_what_the_node_function_returns_is_written(g, shop):
    g.update_all(fn.copy_u("h", "m"), fn.sum("m", "out"), lambda nodes: {"new": nodes.data["out"] * 2})
    assert set(g.ndata) == {"h", "new"}
    pair = (fn.copy_u("h", "m"), fn.sum("m", "out"))
    shop.multi_update_all({"buys": (*pair, lambda nodes: {"new": nodes.data["out"]}), "sells": pair}, "sum")
    assert shop.nodes["item"].data["new"].tolist() == [-3, 0, 0]
    assert shop.nodes["item"].data["out"].tolist() == [-5, -5, 0]


def test_nothing_is_written_when_a_node_function_fails_halfway(g):
    with pytest.raises(ShapeError, match=r"'y', which the node function returned, has 2 rows"):
        g.apply_nodes(lambda nodes: {"x": torch.ones(3), "y": torch.ones(2)})
    assert set(g.ndata) == {"h"}


def test_apply_nodes_on_all_or_some(g):
    g.apply_nodes(lambda nodes: {"double": nodes.data["h"] * 2})
    assert g.ndata["double"].tolist() == [[2, -4], [6, 8], [10, 12]]
    g.apply_nodes(lambda nodes: {"double": nodes.data["h"] * 0}, v=[1])
    assert g.ndata["double"].tolist() == [[2, -4], [0, 0], [10, 12]]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("reducer", [fn.sum, fn.max, fn.min], ids=lambda f: f.__name__)
def test_reduction_across_types_agrees_with_loops(seed, reducer):
    g = random_heterograph(seed)
    for ntype in g.ntypes:
        g.nodes[ntype].data["x"] = torch.randn(g.num_nodes(ntype), 3, dtype=torch.float64)
    g.update_all(fn.copy_u("x", "m"), reducer("m", "out"))
    for ntype in ("item", "user"):
        ends, messages = [], []
        for triple in g.canonical_etypes:
            if triple[2] == ntype:
                src, dst = g.edges(etype=triple)
                ends.append(dst)
                messages += edge_messages(src, dst, "copy_lhs", g.nodes[triple[0]].data["x"], None, "u", "v")
        expected = reduced_at(torch.cat(ends), g.num_nodes(ntype), messages, reducer.__name__, messages[0])
        torch.testing.assert_close(g.nodes[ntype].data["out"], expected)


def test_apply_edges_without_a_type_serves_all_types(shop):
    shop.apply_edges(fn.copy_u("h", "m"))
    assert shop.edges["buys"].data["m"].tolist() == [-1, -2]
    assert shop.edges["sells"].data["m"].tolist() == [-5, -5]


def test_messages_are_not_stored_when_one_kernel_does(g, monkeypatch):
    calls = []
    reduce_messages = phases.reduce_messages
    monkeypatch.setattr(phases, "reduce_messages", lambda *args: calls.append(args[2]) or reduce_messages(*args))
    monkeypatch.setattr(phases, "edge_values", None)
    for message in (fn.copy_u("h", "m"), fn.copy_e("w", "m"), fn.u_mul_e("h", "w", "m"), fn.e_div_u("w", "h", "m")):
        g.update_all(message, fn.sum("m", "out"))
    assert calls == ["copy_lhs", "copy_rhs", "mul", "mul"]


@pytest.mark.parametrize("function", ["copy_u", None, fn.sum("m", "out")])
def test_what_is_no_message_is_refused(g, function):
    message = r"got .* as message; expected a built-in message of weft\.function \(copy_u, .* such as u_mul_e\), or a"
    with pytest.raises(InputError, match="update_all: " + message):
        g.update_all(function, fn.sum("m", "out"))
    with pytest.raises(InputError, match="apply_edges: " + message):
        g.apply_edges(function)


@pytest.mark.parametrize("function", ["sum", None, fn.copy_u("m", "out")])
def test_what_is_no_reducer_is_refused(g, function):
    with pytest.raises(InputError, match=r"got .* as reducer; expected a built-in reducer of .*, or a callable that"):
        g.update_all(fn.copy_u("h", "m"), function)


def test_reducer_must_read_the_message(g):
    with pytest.raises(
        InputError, match=r"update_all: copy_u makes the message 'm', but sum reads 'n'; give both one name"
    ):
        g.update_all(fn.copy_u("h", "m"), fn.sum("n", "out"))


def test_missing_features_are_named(g, shop):
    with pytest.raises(FieldError, match=r"update_all: node feature 'z' is not set on node type '_N', which has 'h'\."):
        g.update_all(fn.copy_u("z", "m"), fn.sum("m", "out"))
    with pytest.raises(FieldError, match=r"apply_edges: edge feature 'z' is not set on relation \('_N', '_E', '_N'\)"):
        g.apply_edges(fn.copy_e("z", "m"))
    with pytest.raises(FieldError, match=r"node feature 'h' is not set on node type 'item', which has nothing\."):
        shop.apply_edges(fn.u_add_v("h", "h", "m"), etype="buys")


def test_integer_features_cannot_be_reduced(g):
    g.ndata["label"] = torch.tensor([7, 8, 9])
    with pytest.raises(DtypeError, match=r"update_all: feature 'label' has dtype torch\.int64; expected float32"):
        g.update_all(fn.copy_u("label", "m"), fn.sum("m", "out"))


def test_features_that_do_not_broadcast_are_refused(g):
    g.edata["w"] = torch.ones(3, 5)
    with pytest.raises(ShapeError, match=r"update_all: features of shapes \(3, 2\) and \(3, 5\) do not broadcast"):
        g.update_all(fn.u_mul_e("h", "w", "m"), fn.sum("m", "out"))


def test_node_functions_must_return_features(g):
    with pytest.raises(InputError, match=r"apply_nodes: got 3 as node function; expected a callable"):
        g.apply_nodes(3)
    with pytest.raises(InputError, match=r"the node function returned a Tensor; expected a dict of tensors"):
        g.apply_nodes(lambda nodes: nodes.data["h"])
    with pytest.raises(ShapeError, match=r"'x', which the node function returned, has 1 rows, but its batch has 3"):
        g.apply_nodes(lambda nodes: {"x": torch.ones(1)})


def test_bad_multi_update_all_arguments_are_refused(shop):
    pair = (fn.copy_u("h", "m"), fn.sum("m", "out"))
    with pytest.raises(InputError, match=r"multi_update_all: got cross_reducer='prod'; expected one of 'max', 'mean'"):
        shop.multi_update_all({"buys": pair}, "prod")
    with pytest.raises(InputError, match=r"got .* for edge type 'buys'; expected \(message, reducer\)"):
        shop.multi_update_all({"buys": fn.copy_u("h", "m")}, "sum")
    with pytest.raises(TypeNameError, match=r"edge type 'bys' is not in this graph.*Did you mean 'buys'\?"):
        shop.multi_update_all({"bys": pair}, "sum")


def test_mixed_precision_operands_are_promoted(g):
    g.ndata["x"] = torch.ones(3, 2, dtype=torch.bfloat16)
    g.update_all(fn.u_mul_e("x", "w", "m"), fn.sum("m", "out"))
    assert g.ndata["out"].dtype == torch.float32


def many_relations(num_relations: int = 20) -> weft.Graph:
    """Return a graph of two node types, both of which send to the first by many relations; some have no edges."""
    generator = torch.Generator().manual_seed(0)
    ends = {}
    for number in range(num_relations):
        source = "a" if number % 3 else "b"
        ends[source, f"r{number:02}", "a"] = tuple(torch.randint(0, 6, (2, 2 * (number % 4)), generator=generator))
    g = weft.heterograph(ends, {"a": 6, "b": 6})
    for ntype in g.ntypes:
        g.nodes[ntype].data["h"] = torch.randn(6, 2, generator=generator, dtype=torch.float64)
    for etype in g.canonical_etypes:
        g.edges[etype].data["w"] = torch.randn(g.num_edges(etype), 1, generator=generator, dtype=torch.float64)
    return g


@pytest.mark.parametrize("reducer", ["sum", "max", "min"])
@pytest.mark.parametrize(
    "message", [fn.copy_u("h", "m"), fn.copy_e("w", "m"), fn.u_mul_e("h", "w", "m"), fn.u_add_v("h", "h", "m")]
)
def test_many_relations_at_once_give_what_each_gives_alone(message, reducer):
    g, reduce_function = many_relations(), getattr(fn, reducer)("m", "out")
    entries = dict.fromkeys(g.canonical_etypes, (message, reduce_function))
    g.multi_update_all(entries, reducer)
    at_once = g.nodes["a"].data.pop("out")
    g.update_all(message, reduce_function)
    torch.testing.assert_close(g.nodes["a"].data.pop("out"), at_once)
    if reducer == "sum":
        # A function as cross reducer takes the results of the types one by one.
        g.multi_update_all(entries, sum)
        torch.testing.assert_close(g.nodes["a"].data["out"], at_once)
        return
    best = torch.full((6, at_once.shape[1]), float("-inf" if reducer == "max" else "inf"), dtype=torch.float64)
    for etype in g.canonical_etypes:
        g.update_all(message, reduce_function, etype=etype)
        alone, reached = g.nodes["a"].data.pop("out"), g.in_degrees(etype=etype) > 0
        extreme = torch.maximum if reducer == "max" else torch.minimum
        best[reached] = extreme(best[reached], alone[reached])
    torch.testing.assert_close(at_once, best.masked_fill(best.isinf(), 0.0))


def test_relations_with_features_of_several_shapes_still_meet():
    g = weft.heterograph({("a", "r", "c"): ([0], [0]), ("b", "s", "c"): ([0], [0]), ("b", "t", "c"): ([0], [1])})
    g.nodes["a"].data["h"], g.nodes["b"].data["h"] = torch.ones(1, 3), torch.full((1, 1), 2.0)
    g.update_all(fn.copy_u("h", "m"), fn.sum("m", "out"))
    assert g.nodes["c"].data["out"].tolist() == [[3.0] * 3, [2.0] * 3]
    g.update_all(fn.copy_u("h", "m"), fn.max("m", "out"))
    assert g.nodes["c"].data["out"].tolist() == [[2.0] * 3, [2.0] * 3]

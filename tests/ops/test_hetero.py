"""gspmm and gsddmm over all edge types of a graph at once."""

from __future__ import annotations

import pytest
import torch
from tests.cases.loops import edge_messages, random_heterograph, reduced_at

import weft
from weft import ops
from weft.errors import GraphError, InputError, ShapeError, TypeNameError
from weft.ops.meeting import Member, meet


@pytest.fixture
def shop():
    """Return users who buy items (0->0, 2->1) and a shop that sells them (0->2, 0->0); item 3 is alone."""
    return weft.heterograph(
        {("user", "buys", "item"): ([0, 2], [0, 1]), ("shop", "sells", "item"): ([0, 0], [2, 0])},
        {"user": 3, "item": 4, "shop": 1},
    )


NODES = [torch.zeros(4), torch.tensor([5.0]), torch.tensor([-1.0, -2.0, -3.0])]
EDGES = [torch.tensor([1.0, 10.0]), torch.tensor([100.0, 1000.0])]
"""In the order of types: item, shop, user; sells, buys."""


@pytest.mark.parametrize(
    ("op", "reduce_op", "expected"),
    [
        ("copy_lhs", "sum", [4, -3, 5, 0]),
        ("copy_lhs", "max", [5, -3, 5, 0]),
        ("copy_lhs", "min", [-1, -3, 5, 0]),
        ("copy_rhs", "sum", [110, 1000, 1, 0]),
        ("add", "sum", [114, 997, 6, 0]),
        ("mul", "min", [-100, -3000, 5, 0]),
    ],
)
def test_messages_of_all_types_meet(shop, op, reduce_op, expected):
    lhs = None if op == "copy_rhs" else NODES
    rhs = None if op == "copy_lhs" else EDGES
    item, *others = ops.gspmm(shop, op, reduce_op, lhs, rhs)
    assert item.tolist() == expected
    assert others == [None, None]


def test_dicts_by_type_give_the_same(shop):
    assert shop.canonical_etypes == [("shop", "sells", "item"), ("user", "buys", "item")]
    nodes = dict(zip(shop.ntypes, NODES, strict=True))
    edges = dict(zip(shop.canonical_etypes, EDGES, strict=True))
    assert ops.gspmm(shop, "add", "sum", nodes, edges)[0].tolist() == [114, 997, 6, 0]
    added = ops.gsddmm(shop, "add", nodes, edges, "u", "e")
    assert [value.tolist() for value in added] == [[6, 15], [99, 997]]


def test_types_without_operands_are_left_out(shop):
    assert ops.gspmm(shop, "copy_lhs", "max", {"user": NODES[2]}, None)[0].tolist() == [-1, -3, 0, 0]
    assert ops.gspmm(shop, "copy_lhs", "sum", [NODES[0], None, None], None) == (None, None, None)
    assert ops.gsddmm(shop, "add", {"user": NODES[2]}, {"item": NODES[0]})[0] is None


def test_values_of_edges_type_by_type(shop):
    added = ops.gsddmm(shop, "sub", NODES, NODES, "u", "v")
    assert [value.tolist() for value in added] == [[5, 5], [-1, -3]]
    labels = [torch.arange(4), torch.arange(1), torch.arange(3)]
    copied = ops.gsddmm(shop, "copy_rhs", None, labels, "u", "v")
    assert [value.tolist() for value in copied] == [[2, 0], [0, 1]]


@pytest.mark.parametrize("reduce_op", ["sum", "max", "min"])
def test_reduction_agrees_with_loops(reduce_op):
    g = random_heterograph(4)
    generator = torch.Generator().manual_seed(0)
    nodes = [torch.randn(g.num_nodes(t), 2, dtype=torch.float64, generator=generator) for t in g.ntypes]
    edges = [torch.randn(g.num_edges(t), 1, dtype=torch.float64, generator=generator) for t in g.canonical_etypes]
    results = ops.gspmm(g, "mul", reduce_op, nodes, edges)
    for number, ntype in enumerate(g.ntypes):
        ends, messages = [], []
        for triple, values in zip(g.canonical_etypes, edges, strict=True):
            if triple[2] == ntype:
                src, dst = g.edges(etype=triple)
                ends.append(dst)
                messages += edge_messages(src, dst, "mul", nodes[g.ntypes.index(triple[0])], values, "u", "e")
        if not ends:
            assert results[number] is None
            continue
        expected = reduced_at(torch.cat(ends), g.num_nodes(ntype), messages, reduce_op, messages[0])
        torch.testing.assert_close(results[number], expected)


def test_gradients_flow_to_all_types(shop):
    user, seller = (torch.randn(n, 2, dtype=torch.float64, requires_grad=True) for n in (3, 1))
    weight = torch.randn(2, 1, dtype=torch.float64, requires_grad=True)

    def run(user, seller, weight):
        return ops.gspmm(shop, "mul", "max", {"user": user, "shop": seller}, [weight, weight])[0]

    assert torch.autograd.gradcheck(run, (user, seller, weight))


def test_operands_that_do_not_belong_are_refused(shop):
    with pytest.raises(TypeNameError, match=r"gspmm: lhs_data has type 'users', which is not .* Did you mean 'user'\?"):
        ops.gspmm(shop, "copy_lhs", "sum", {"users": NODES[2]}, None)
    with pytest.raises(InputError, match=r"gspmm: lhs_data has 2 entries; expected one for each of the 3 types"):
        ops.gspmm(shop, "copy_lhs", "sum", NODES[:2], None)
    with pytest.raises(InputError, match=r"gspmm: rhs_data is a NoneType, but the graph's types have an operand each"):
        ops.gspmm(shop, "add", "sum", NODES, None)
    with pytest.raises(ShapeError, match=r"lhs_data of \('shop', 'sells', 'item'\) has 3 rows"):
        ops.gspmm(shop, "copy_lhs", "sum", {"shop": NODES[2]}, None)
    with pytest.raises(GraphError, match=r"gspmm: a mean over the messages of several edge types is not defined"):
        ops.gspmm(shop, "copy_lhs", "mean", NODES, None)
    with pytest.raises(InputError, match=r"gsddmm: got operands type by type for a Relation; expected a graph with"):
        ops.gsddmm(shop.get_relation("buys"), "add", NODES, NODES)
    with pytest.raises(GraphError, match=r"this graph has 2 edge types"):
        ops.gspmm(shop, "copy_lhs", "sum", NODES[2], None)


def relations_of_one_type(num_relations: int, seed: int = 0) -> weft.Graph:
    """Return a graph whose relations all join one type of nodes to itself; some have no edges."""
    generator = torch.Generator().manual_seed(seed)
    ends = {}
    for number in range(num_relations):
        count = 3 * (number % 4)
        ends["n", f"r{number:03}", "n"] = tuple(torch.randint(0, 9, (2, count), generator=generator))
    return weft.heterograph(ends, {"n": 9})


def operators_run(num_relations: int) -> dict[str, int]:
    """Return how often each operator runs in a forward and a backward pass over so many relations."""
    g = relations_of_one_type(num_relations)
    x = torch.ones(9, 2, requires_grad=True)
    ops.gspmm(g, "copy_lhs", "sum", [x], None)[0].sum().backward()
    with torch.profiler.profile() as profile:
        ops.gspmm(g, "copy_lhs", "sum", [x], None)[0].sum().backward()
    return {event.key: event.count for event in profile.key_averages()}


def test_thirty_relations_run_the_operators_that_two_run():
    assert "weft::spmm" in operators_run(30)
    assert operators_run(30) == operators_run(2)


def test_sum_over_relations_is_the_sum_of_each():
    g = relations_of_one_type(30)
    x = torch.randn(9, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = sum(ops.copy_u_sum(g[etype], x) for etype in g.canonical_etypes)
    torch.testing.assert_close(ops.gspmm(g, "copy_lhs", "sum", [x], None)[0], expected)


def test_relations_are_joined_once_and_in_their_order():
    g = relations_of_one_type(4)
    meeting, again = (
        meet([Member(number, relation, 0) for number, relation in enumerate(g.relations)]) for _ in range(2)
    )
    assert meeting.relation is again.relation
    src, dst = (torch.cat(ends) for ends in zip(*(g.edges(etype=etype) for etype in g.canonical_etypes), strict=True))
    assert [ends.tolist() for ends in meeting.relation.coo()] == [src.tolist(), dst.tolist()]
    assert meet([Member(1, g.relations[1], 0)]).relation is g.relations[1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("reduce_op", ["sum", "max"])
def test_any_number_of_threads_gives_the_same_bits(reduce_op, dtype):
    generator = torch.Generator().manual_seed(0)
    ends = {("n", f"r{i}", "n"): tuple(torch.randint(0, 500, (2, 900), generator=generator)) for i in range(20)}
    g = weft.heterograph(ends, {"n": 500})
    nodes = torch.randn(500, 8, generator=generator).to(dtype)
    edges = [torch.randn(900, 1, generator=generator).to(dtype) for _ in ends]
    results = []
    before = torch.get_num_threads()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            leaf = nodes.clone().requires_grad_()
            (out,) = ops.gspmm(g, "mul", reduce_op, [leaf], edges)
            out.sum().backward()
            results.append((out.detach(), leaf.grad))
    finally:
        torch.set_num_threads(before)
    for one in results[1:]:
        assert all(torch.equal(a, b) for a, b in zip(results[0], one, strict=True))


@pytest.mark.compiled
@pytest.mark.parametrize("reduce_op", ["sum", "max", "min"])
def test_many_relations_compile_into_one_graph(reduce_op):
    g = relations_of_one_type(12)
    g.create_formats_()
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(9, 2, generator=generator)
    w = [torch.randn(g.num_edges(etype), 1, generator=generator) for etype in g.canonical_etypes]

    def layer(x):
        (out,) = ops.gspmm(g, "mul", reduce_op, [x], w)
        return out, ops.gsddmm(g, "dot", [x], [out], "u", "v")

    out, scores = torch.compile(layer, fullgraph=True, backend="aot_eager")(x)
    expected, expected_scores = layer(x)
    assert torch.equal(out, expected)
    assert all(torch.equal(one, other) for one, other in zip(scores, expected_scores, strict=True))


def test_relations_may_be_joined_in_inference_mode_and_trained_with_later():
    g = relations_of_one_type(5)
    x = torch.randn(9, 2, requires_grad=True)
    with torch.inference_mode():
        ops.gspmm(g, "copy_lhs", "sum", [x], None)
    (out,) = ops.gspmm(g, "copy_lhs", "sum", [x], None)
    out.sum().backward()
    assert x.grad is not None


def test_edge_types_with_edge_values_of_several_shapes_stay_apart(shop):
    values = ops.gsddmm(shop, "copy_lhs", [torch.ones(2, 3), torch.arange(2)], None, "e", "v")
    assert [(value.dtype, value.shape) for value in values] == [(torch.float32, (2, 3)), (torch.int64, (2,))]
    column = {"item": NODES[0][:, None]}
    added = ops.gsddmm(shop, "add", [torch.ones(2, 3), torch.ones(2, 1)], column, "e", "v")
    assert [value.shape for value in added] == [(2, 3), (2, 1)]


def test_features_of_types_that_meet_broadcast_or_are_refused(shop):
    edges = [torch.ones(2, 1), torch.full((2, 3), 2.0)]
    item = ops.gspmm(shop, "copy_rhs", "sum", None, edges)[0]
    assert item.tolist() == [[3] * 3, [2] * 3, [1] * 3, [0] * 3]
    with pytest.raises(ShapeError, match=r"gspmm: messages .* have trailing dimensions \(2,\), \(3,\), which do not"):
        ops.gspmm(shop, "copy_rhs", "sum", None, [torch.ones(2, 2), torch.ones(2, 3)])


def test_results_for_edges_may_be_changed_in_place(shop):
    nodes = [value[:, None].requires_grad_() for value in NODES]
    first, second = ops.gsddmm(shop, "add", nodes, nodes, "u", "v")
    first.mul_(2)
    (first.sum() + second.sum()).backward()
    assert nodes[1].grad.tolist() == [[4.0]]
    assert nodes[0].grad.flatten().tolist() == [3.0, 1.0, 2.0, 0.0]

"""gspmm and gsddmm over all edge types of a graph at once."""

from __future__ import annotations

import pytest
import torch
from tests.cases.loops import edge_messages, random_heterograph, reduced_at

import weft
from weft import ops
from weft.errors import GraphError, InputError, ShapeError, TypeNameError


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

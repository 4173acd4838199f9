"""gspmm and its shortcuts: by hand, against loops, gradients, refusals."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.graphs import cases, random_case
from tests.cases.loops import edge_messages, reduced_at

import weft
from weft import ops
from weft.errors import DeviceError, DtypeError, GraphError, InputError, ShapeError
from weft.relation import Relation

OPS = ("add", "sub", "mul", "div")
REDUCERS = ("sum", "max", "min", "mean")


def relation_of(case) -> Relation:
    return Relation.from_coo(case.src, case.dst, case.num_src, case.num_dst)


@pytest.fixture
def relation():
    """Return 0->1, 0->2, 1->2 with destination 0 without edges."""
    return Relation.from_coo([0, 0, 1], [1, 2, 2], 2, 3)


def test_values_by_hand(relation):
    x, y = torch.tensor([2.0, 3.0]), torch.tensor([1.0, -1.0, 10.0])
    assert ops.gspmm(relation, "mul", "sum", x, y).tolist() == [0, 2, 28]
    assert ops.gspmm(relation, "sub", "max", x, y).tolist() == [0, 1, 3]
    assert ops.gspmm(relation, "copy_lhs", "mean", x, None).tolist() == [0, 2, 2.5]
    assert ops.gspmm(relation, "copy_rhs", "min", None, y).tolist() == [0, 1, -1]


def test_graph_with_one_edge_type_is_as_good_as_its_relation(relation):
    x = torch.rand(3, 4)
    g = weft.graph(([0, 0, 1], [1, 2, 2]))
    assert torch.equal(ops.copy_u_sum(g, x), ops.copy_u_sum(g.get_relation(), x))


@given(case=cases(), op=st.sampled_from([*OPS, "copy_lhs", "copy_rhs"]), reduce_op=st.sampled_from(REDUCERS))
def test_agrees_with_loops(case, op, reduce_op):
    x = torch.randn(case.num_src, 2, dtype=torch.float64)
    y = torch.randn(case.num_edges, 2, dtype=torch.float64)
    messages = edge_messages(case.src, case.dst, op, x, y, "u", "e")
    expected = reduced_at(case.dst, case.num_dst, messages, reduce_op, torch.zeros(2, dtype=torch.float64))
    lhs, rhs = None if op == "copy_rhs" else x, None if op == "copy_lhs" else y
    torch.testing.assert_close(ops.gspmm(relation_of(case), op, reduce_op, lhs, rhs), expected)


@pytest.mark.parametrize("reduce_op", REDUCERS)
@pytest.mark.parametrize("op", OPS)
def test_binary_shortcut_is_gspmm(op, reduce_op):
    relation = relation_of(random_case(4))
    x, y = torch.rand(relation.num_src, 3) + 0.5, torch.rand(relation.num_edges, 3) + 0.5
    shortcut = getattr(ops, f"u_{op}_e_{reduce_op}")
    assert torch.equal(shortcut(relation, x, y), ops.gspmm(relation, op, reduce_op, x, y))


@pytest.mark.parametrize("reduce_op", REDUCERS)
def test_copy_shortcuts_are_gspmm(reduce_op):
    relation = relation_of(random_case(4))
    x, y = torch.rand(relation.num_src, 3), torch.rand(relation.num_edges, 3)
    copy_u, copy_e = getattr(ops, f"copy_u_{reduce_op}"), getattr(ops, f"copy_e_{reduce_op}")
    assert torch.equal(copy_u(relation, x), ops.gspmm(relation, "copy_lhs", reduce_op, x, None))
    assert torch.equal(copy_e(relation, y), ops.gspmm(relation, "copy_rhs", reduce_op, None, y))


@pytest.mark.parametrize("reduce_op", REDUCERS)
@pytest.mark.parametrize("op", OPS)
def test_gradients(op, reduce_op):
    relation = relation_of(random_case(5, num_src=4, num_dst=5, num_edges=9))
    x = (torch.rand(4, 2, dtype=torch.float64) + 0.5).requires_grad_()
    y = (torch.rand(9, 2, dtype=torch.float64) + 0.5).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, y: ops.gspmm(relation, op, reduce_op, x, y), (x, y))


def test_backward_reuses_the_cached_csr():
    relation = relation_of(random_case(4))
    x = torch.rand(relation.num_src, 3)
    ops.copy_u_sum(relation, x)
    assert relation.created_formats() == ("coo", "csc")
    ops.copy_u_sum(relation, x.requires_grad_())
    assert relation.created_formats() == ("coo", "csr", "csc")


def test_wrong_rows_are_refused(relation):
    with pytest.raises(ShapeError, match=r"gspmm: lhs_data has 3 rows, but the relation has 2 source nodes\."):
        ops.copy_u_sum(relation, torch.ones(3))
    with pytest.raises(ShapeError, match=r"gspmm: rhs_data has 2 rows, but the relation has 3 edges\."):
        ops.u_mul_e_sum(relation, torch.ones(2), torch.ones(2))


def test_unknown_names_are_refused(relation):
    with pytest.raises(InputError, match=r"gspmm: got op='dot'; expected one of 'add', 'copy_lhs'"):
        ops.gspmm(relation, "dot", "sum", torch.ones(2), torch.ones(3))
    with pytest.raises(InputError, match=r"gspmm: got reduce_op='summ'; .* Did you mean 'sum'\?"):
        ops.gspmm(relation, "copy_lhs", "summ", torch.ones(2), None)


def test_missing_operand_is_refused(relation):
    with pytest.raises(InputError, match="gspmm: rhs_data is None, but the operator reads it"):
        ops.gspmm(relation, "mul", "sum", torch.ones(2), None)


@pytest.mark.wrong_types
def test_integers_and_other_devices_are_refused(relation):
    with pytest.raises(DtypeError, match=r"gspmm: lhs_data has dtype torch\.int64"):
        ops.copy_u_sum(relation, torch.ones(2, dtype=torch.int64))
    with pytest.raises(DeviceError, match="gspmm: lhs_data is on meta, but the relation is on cpu"):
        ops.copy_u_sum(relation, torch.ones(2, device="meta"))


@pytest.mark.wrong_types
def test_only_graphs_with_one_edge_type_will_do():
    g = weft.heterograph({("u", "a", "v"): ([0], [0]), ("u", "b", "v"): ([0], [0])})
    with pytest.raises(GraphError, match=r"this graph has 2 edge types: .*Choose one: g\[etype\]"):
        ops.copy_u_sum(g, torch.ones(1))
    with pytest.raises(InputError, match="gspmm: got list; expected a graph with one edge type or a Relation"):
        ops.copy_u_sum([], torch.ones(1))

"""gsddmm and its shortcuts: by hand, against loops, gradients, refusals."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.graphs import cases, random_case
from tests.cases.loops import edge_messages

from weft import ops
from weft.errors import InputError, ShapeError
from weft.relation import Relation

OPS = ("add", "sub", "mul", "div", "dot")
PAIRS = [(lhs, rhs) for lhs in "uve" for rhs in "uve" if lhs != rhs]


def relation_of(case) -> Relation:
    return Relation.from_coo(case.src, case.dst, case.num_src, case.num_dst)


def features(relation: Relation, target: str) -> torch.Tensor:
    count = {"u": relation.num_src, "v": relation.num_dst, "e": relation.num_edges}[target]
    return torch.rand(count, 3, dtype=torch.float64) + 0.5


@pytest.fixture
def relation():
    """Return 0->1, 0->2, 1->2."""
    return Relation.from_coo([0, 0, 1], [1, 2, 2], 2, 3)


def test_values_by_hand(relation):
    x, y = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[0.0, 0.0], [1.0, 1.0], [10.0, 1.0]])
    assert ops.u_dot_v(relation, x, y).tolist() == [[3], [12], [34]]
    assert ops.u_sub_v(relation, x, y).tolist() == [[0, 1], [-9, 1], [-7, 3]]
    assert ops.copy_u(relation, x).tolist() == [[1, 2], [1, 2], [3, 4]]
    assert ops.copy_v(relation, y).tolist() == [[1, 1], [10, 1], [10, 1]]
    assert ops.copy_e(relation, y) is y


@given(case=cases(), op=st.sampled_from(OPS), pair=st.sampled_from(PAIRS))
def test_agrees_with_loops(case, op, pair):
    relation = relation_of(case)
    lhs, rhs = features(relation, pair[0]), features(relation, pair[1])
    found = ops.gsddmm(relation, op, lhs, rhs, *pair)
    messages = edge_messages(case.src, case.dst, op, lhs, rhs, *pair)
    expected = torch.stack(messages) if messages else torch.zeros(0, 1 if op == "dot" else 3, dtype=torch.float64)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("pair", PAIRS)
def test_shortcut_is_gsddmm(pair, op):
    relation = relation_of(random_case(4))
    lhs, rhs = features(relation, pair[0]), features(relation, pair[1])
    shortcut = getattr(ops, f"{pair[0]}_{op}_{pair[1]}")
    assert torch.equal(shortcut(relation, lhs, rhs), ops.gsddmm(relation, op, lhs, rhs, *pair))


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("pair", PAIRS)
def test_gradients(pair, op):
    relation = relation_of(random_case(5, num_src=4, num_dst=5, num_edges=9))
    lhs, rhs = features(relation, pair[0]).requires_grad_(), features(relation, pair[1]).requires_grad_()
    assert torch.autograd.gradcheck(lambda lhs, rhs: ops.gsddmm(relation, op, lhs, rhs, *pair), (lhs, rhs))


def test_integers_can_be_copied(relation):
    assert ops.copy_u(relation, torch.tensor([7, 8])).tolist() == [7, 7, 8]
    assert ops.copy_v(relation, torch.tensor([7, 8, 9])).tolist() == [8, 9, 9]


def test_wrong_rows_are_refused(relation):
    with pytest.raises(ShapeError, match=r"gsddmm: rhs_data has 2 rows, but the relation has 3 destination nodes\."):
        ops.u_add_v(relation, torch.ones(2), torch.ones(2))


def test_unknown_names_are_refused(relation):
    with pytest.raises(InputError, match="gsddmm: got op='pow'"):
        ops.gsddmm(relation, "pow", torch.ones(2), torch.ones(3))
    with pytest.raises(InputError, match=r"gsddmm: got rhs_target='dst'; expected one of 'e', 'u', 'v'"):
        ops.gsddmm(relation, "add", torch.ones(2), torch.ones(3), "u", "dst")

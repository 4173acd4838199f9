"""Features of both ends of the edges of a type."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, InputError, ShapeError, TypeNameError
from weft.ops import edgewise
from weft.relation import Relation


@pytest.fixture
def shop():
    """Return users who buy (0->1, 2->0) and like (1->1) items."""
    return weft.heterograph(
        {("user", "buys", "item"): ([0, 2], [1, 0]), ("user", "likes", "item"): ([1], [1])}, {"user": 3, "item": 2}
    )


USERS, ITEMS = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), torch.tensor([[1.0, -1.0], [2.0, 4.0]])


def test_rows_of_the_ends(shop):
    assert weft.copy_u(shop, USERS, etype="buys").tolist() == [[1, 2], [5, 6]]
    assert weft.copy_v(shop, ITEMS, etype=("user", "likes", "item")).tolist() == [[2, 4]]
    assert weft.copy_u(shop["likes"], torch.arange(3)).tolist() == [1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("u_add_v", [[3, 6], [6, 5]]),
        ("u_sub_v", [[-1, -2], [4, 7]]),
        ("u_mul_v", [[2, 8], [5, -6]]),
        ("u_div_v", [[0.5, 0.5], [5, -6]]),
        ("u_dot_v", [[10], [-1]]),
    ],
)
def test_both_ends(shop, name, expected):
    assert getattr(weft, name)(shop, USERS, ITEMS, etype="buys").tolist() == expected
    relation = Relation.from_coo([0, 2], [1, 0], 3, 2)
    assert getattr(edgewise, name)(relation, USERS, ITEMS).tolist() == expected


@pytest.mark.compiled
def test_gradients_and_compile(shop):
    shop.create_formats_()
    users, items = USERS.double().requires_grad_(), ITEMS.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda u, v: weft.u_mul_v(shop, u, v, etype="buys"), (users, items))
    triple = ("user", "buys", "item")
    compiled = torch.compile(lambda u, v: edgewise.u_dot_v(shop, u, v, triple), fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(USERS, ITEMS), weft.u_dot_v(shop, USERS, ITEMS, etype="buys"))


def test_edge_types_that_are_not_there_are_refused(shop):
    with pytest.raises(GraphError, match="this graph has 2 edge types"):
        weft.copy_u(shop, USERS)
    with pytest.raises(TypeNameError, match=r"edge type 'bys' is not in this graph"):
        weft.u_add_v(shop, USERS, ITEMS, etype="bys")
    with pytest.raises(ShapeError, match="has 2 rows"):
        weft.u_add_v(shop, ITEMS, ITEMS, etype="buys")
    with pytest.raises(InputError, match=r"copy_v: got etype='buys' for a Relation; expected a graph with types"):
        weft.copy_v(Relation.from_coo([0], [0], 1, 1), torch.ones(1), etype="buys")

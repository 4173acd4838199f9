"""HeteroLinear: a map for each type, names of types, errors."""

from __future__ import annotations

import pytest
import torch

from weft.errors import DtypeError, InputError, ShapeError, TypeNameError
from weft.nn import HeteroLinear

TRIPLE = ("user", "follows", "user")


def test_each_type_has_a_map_of_its_own():
    layer = HeteroLinear({"user": 1, TRIPLE: 2}, 2, bias=False)
    with torch.no_grad():
        layer.linears["user"].weight.copy_(torch.tensor([[1.0], [10.0]]))
        layer.linears[str(TRIPLE)].weight.copy_(torch.tensor([[1.0, 1.0], [1.0, -1.0]]))
    out = layer({"user": torch.tensor([[2.0]]), TRIPLE: torch.tensor([[3.0, 1.0]])})
    assert {key: value.tolist() for key, value in out.items()} == {"user": [[2, 20]], TRIPLE: [[4, 2]]}


def test_types_that_are_not_given_are_not_in_the_output():
    layer = HeteroLinear({"user": 1, "item": 2}, 3)
    assert list(layer({"item": torch.randn(4, 2)})) == ["item"]
    assert layer({}) == {}


@pytest.mark.parametrize("name", ["type", "to", "item.v2", ("a.b", "c", "type")])
def test_types_may_be_called_anything(name):
    layer = HeteroLinear({name: 2}, 3)
    other = HeteroLinear({name: 2}, 3)
    other.load_state_dict(layer.state_dict())
    feat = torch.randn(4, 2)
    assert torch.equal(other({name: feat})[name], layer({name: feat})[name])
    with pytest.raises(RuntimeError, match=r'Unexpected key\(s\) in state_dict: "linears\.another\.weight"'):
        other.load_state_dict({**layer.state_dict(), "linears.another.weight": feat})


def test_wrong_inputs_are_refused():
    layer = HeteroLinear({"user": 1, "item": 2}, 3)
    with pytest.raises(TypeNameError, match=r"got 'itme', but there are 'item', 'user'\. Did you mean 'item'\?"):
        layer({"itme": torch.randn(4, 2)})
    with pytest.raises(ShapeError, match=r"HeteroLinear: feat of 'item' has shape \(4, 1\); expected \(\.\.\., 2\)"):
        layer({"item": torch.randn(4, 1)})
    with pytest.raises(DtypeError, match=r"HeteroLinear: feat of 'user' has dtype torch\.int64"):
        layer({"user": torch.ones(4, 1, dtype=torch.int64)})
    with pytest.raises(InputError, match="feat is one tensor; expected a dict from type to features"):
        layer(torch.randn(4, 1))
    with pytest.raises(InputError, match="in_size is a int; expected a dict from type to a size"):
        HeteroLinear(3, 4)

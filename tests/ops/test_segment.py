"""Reductions of consecutive rows."""

from __future__ import annotations

import pytest
import torch

from weft import ops
from weft.errors import DtypeError, IdError, InputError, ShapeError

VALUES = torch.tensor([[1.0, 5.0], [3.0, -1.0], [4.0, 4.0]])


@pytest.mark.parametrize(
    ("reducer", "expected"),
    [
        ("sum", [[4, 4], [0, 0], [4, 4]]),
        ("mean", [[2, 2], [0, 0], [4, 4]]),
        ("max", [[3, 5], [0, 0], [4, 4]]),
        ("min", [[1, -1], [0, 0], [4, 4]]),
    ],
)
def test_values_by_hand(reducer, expected):
    assert ops.segment_reduce(torch.tensor([2, 0, 1]), VALUES, reducer).tolist() == expected


def test_no_segments():
    assert ops.segment_reduce([], torch.ones(0, 3)).shape == (0, 3)


def test_gradients_flow():
    values = torch.randn(5, 2, dtype=torch.float64, requires_grad=True)
    for reducer in ("sum", "mean", "max", "min"):
        assert torch.autograd.gradcheck(lambda v, r=reducer: ops.segment_reduce([3, 0, 2], v, r), (values,))


def test_bad_arguments_are_refused():
    with pytest.raises(ShapeError, match=r"segment_reduce: seglen adds up to 2, but value has 3 rows\."):
        ops.segment_reduce([1, 1], VALUES)
    with pytest.raises(ShapeError, match=r"segment_reduce: seglen holds -1; lengths count from 0\."):
        ops.segment_reduce([4, -1], VALUES)
    with pytest.raises(InputError, match="segment_reduce: got reducer='prod'"):
        ops.segment_reduce([3], VALUES, "prod")


def test_softmax_by_hand():
    value = torch.tensor([[0.0, 1.0], [0.0, 1.0], [7.0, -torch.inf], [0.0, 3.0]])
    out = ops.segment_softmax([2, 0, 1, 1], value)
    assert out[:2].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert out[3].tolist() == [1.0, 1.0]
    assert out[2, 0] == 1
    assert out[2, 1].isnan()


@pytest.mark.parametrize("trailing", [(), (3,), (2, 2)])
def test_softmax_equals_that_of_each_segment(trailing):
    value = torch.randn(9, *trailing, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = torch.cat([part.softmax(0) for part in value.split([4, 0, 5])])
    torch.testing.assert_close(ops.segment_softmax(torch.tensor([4, 0, 5]), value), expected)


def test_softmax_has_derivatives_of_both_orders():
    value = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    assert torch.autograd.gradcheck(lambda v: ops.segment_softmax([3, 0, 2], v), (value,))
    assert torch.autograd.gradgradcheck(lambda v: ops.segment_softmax([3, 0, 2], v), (value,))


def test_products_by_hand():
    a, b = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[[10.0, 0.0]], [[7.0, 7.0]], [[0.0, 1.0]]])
    for lengths in ([1, 0, 2], torch.tensor([1, 0, 2]), torch.tensor([1, 0, 2], dtype=torch.int32)):
        assert ops.segment_mm(a, b, lengths).tolist() == [[10, 0], [0, 2], [0, 3]]
    for idx in ([2, 0, 1], torch.tensor([2, 0, 1], dtype=torch.int32)):
        assert ops.gather_mm(a, b, idx_b=idx).tolist() == [[0, 1], [20, 0], [21, 21]]


def test_products_of_no_rows():
    b = torch.ones(2, 3, 4)
    assert ops.segment_mm(torch.ones(0, 3), b, [0, 0]).shape == (0, 4)
    assert ops.gather_mm(torch.ones(0, 3), b, idx_b=[]).shape == (0, 4)


@pytest.mark.compiled
@pytest.mark.parametrize("name", ["segment_reduce", "segment_softmax", "segment_mm", "gather_mm"])
def test_compiles_into_one_graph(name):
    generator = torch.Generator().manual_seed(0)
    rows, weights = torch.randn(5, 2, generator=generator), torch.randn(3, 2, 4, generator=generator)
    lengths, idx = torch.tensor([3, 0, 2]), torch.tensor([2, 0, 0, 2, 1])
    function = {
        "segment_reduce": lambda rows: ops.segment_reduce(lengths, rows, "max"),
        "segment_softmax": lambda rows: ops.segment_softmax(lengths, rows),
        "segment_mm": lambda rows: ops.segment_mm(rows, weights, lengths),
        "gather_mm": lambda rows: ops.gather_mm(rows, weights, idx_b=idx),
    }[name]
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    assert torch.equal(compiled(rows), function(rows))


@pytest.mark.wrong_types
def test_bad_arguments_of_products_are_refused():
    a, b = torch.ones(3, 2), torch.ones(2, 2, 4)
    with pytest.raises(ShapeError, match=r"segment_mm: seglen adds up to 2, but a has 3 rows\."):
        ops.segment_mm(a, b, [1, 1])
    with pytest.raises(ShapeError, match=r"segment_mm: offsets have shape \(2,\), but b has 2 matrices"):
        ops.segment_mm(a, b, [3])
    with pytest.raises(IdError, match=r"gather_mm: idx_b hold 2, which is past the end of 2 matrices"):
        ops.gather_mm(a, b, idx_b=[0, 1, 2])
    with pytest.raises(ShapeError, match=r"segment_softmax: seglen adds up to 4, but value has 3 rows\."):
        ops.segment_softmax([4], a)
    with pytest.raises(DtypeError, match=r"segment_softmax: value has dtype torch\.int64"):
        ops.segment_softmax([3], a.long())

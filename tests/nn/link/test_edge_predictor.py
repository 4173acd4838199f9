"""EdgePredictor by hand: operations, linear map, errors."""

from __future__ import annotations

import pytest
import torch

from weft.errors import InputError, ShapeError
from weft.nn import EdgePredictor

SRC, DST = torch.tensor([[3.0, 4.0], [0.0, 0.0]]), torch.tensor([[4.0, 3.0], [1.0, 2.0]])


def test_operations_by_hand():
    assert EdgePredictor("dot")(SRC, DST).tolist() == [[24], [0]]
    torch.testing.assert_close(EdgePredictor("cos")(SRC, DST), torch.tensor([[24 / 25], [0.0]]))
    assert EdgePredictor("ele")(SRC, DST).tolist() == [[12, 12], [0, 0]]
    assert EdgePredictor("cat")(SRC, DST).tolist() == [[3, 4, 4, 3], [0, 0, 1, 2]]


@pytest.mark.parametrize(("op", "size"), [("dot", 1), ("cos", 1), ("ele", 2), ("cat", 4)])
def test_a_linear_map_follows(op, size):
    predictor = EdgePredictor(op, 2, 3, bias=True)
    assert predictor.linear.weight.shape == (3, size)
    expected = predictor.linear(EdgePredictor(op)(SRC, DST))
    torch.testing.assert_close(predictor(SRC, DST), expected)


@pytest.mark.parametrize("op", ["dot", "cos", "ele", "cat"])
def test_further_dimensions_are_carried_along(op):
    src, dst = torch.randn(2, 5, 3, 2)
    predictor = EdgePredictor(op)
    torch.testing.assert_close(predictor(src, dst)[:, 1], predictor(src[:, 1], dst[:, 1]))


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="op='dots'; expected one of 'cat', 'cos', 'dot', 'ele'"):
        EdgePredictor("dots")
    with pytest.raises(InputError, match="a linear map needs in_feats"):
        EdgePredictor("dot", out_feats=3)
    with pytest.raises(ShapeError, match=r"h_src has shape \(2, 2\), h_dst \(1, 2\); expected both \(pairs, \.\.\., d"):
        EdgePredictor("ele")(SRC, DST[:1])
    with pytest.raises(ShapeError, match=r"expected both \(pairs, \.\.\., 3\)"):
        EdgePredictor("dot", 3)(SRC, DST)


def test_it_says_its_operation():
    assert repr(EdgePredictor("cat")) == "EdgePredictor(op='cat')"

"""DegreeEncoder: rows of its tables, padding, errors."""

from __future__ import annotations

import pytest
import torch

from weft.errors import DtypeError, InputError, ShapeError
from weft.nn import DegreeEncoder

DEGREES = torch.tensor([[[0, 1, 9]], [[2, 0, 3]]])


def test_high_degrees_share_a_vector_and_both_directions_add_up():
    encoder = DegreeEncoder(3, 2)
    one, other = encoder.encoder1.weight, encoder.encoder2.weight
    expected = torch.stack([one[0] + other[2], one[1] + other[0], one[3] + other[3]]).unsqueeze(0)
    torch.testing.assert_close(encoder(DEGREES), expected)


@pytest.mark.parametrize("direction", ["in", "out"])
def test_one_direction_has_one_table(direction):
    encoder = DegreeEncoder(3, 2, direction)
    assert list(encoder.state_dict()) == ["encoder.weight"]
    torch.testing.assert_close(encoder(DEGREES[0].int()), encoder.encoder.weight[[0, 1, 3]].unsqueeze(0))


def test_degree_zero_is_nothing_and_does_not_learn():
    encoder = DegreeEncoder(3, 2)
    out = encoder(torch.zeros(2, 1, 4, dtype=torch.int64))
    assert not out.any()
    out.sum().backward()
    assert not encoder.encoder1.weight.grad.any()


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="direction='up'; expected one of 'both', 'in', 'out'"):
        DegreeEncoder(3, 2, "up")
    with pytest.raises(ShapeError, match=r"degrees have shape \(1, 3\); expected \(2, graphs, nodes\)"):
        DegreeEncoder(3, 2)(DEGREES[0])
    with pytest.raises(ShapeError, match=r"expected \(graphs, nodes\)"):
        DegreeEncoder(3, 2, "in")(DEGREES)
    with pytest.raises(DtypeError, match=r"degrees have dtype torch\.float32"):
        DegreeEncoder(3, 2)(DEGREES.float())


def test_it_says_its_direction():
    assert "direction='both'" in repr(DegreeEncoder(3, 2))

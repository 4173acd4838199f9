"""Statistics of messages: by hand, nodes without edges, features far from 0, what is kept for the backward pass."""

from __future__ import annotations

import pytest
import torch

from weft.nn.conv.neighbour_statistics import EXTREMES, SPREADS, Messages, neighbour_statistics
from weft.relation import Relation

NAMES = (*EXTREMES, *SPREADS)


def relation():
    """Node 0 gets 1, 2 and 6; node 1 gets 2; node 2 gets nothing."""
    return Relation.from_coo([0, 1, 2, 1], [0, 0, 0, 1], 3, 3)


ROWS, OFFSET = torch.tensor([[1.0], [2.0], [6.0]]), torch.tensor([[10.0], [20.0], [30.0]])
# Of 1, 2, 6: mean 3, squares less the mean's 14 / 3, cubes of -2, -1, 3: 18 / 3; fourth powers 98 / 3; fifth 210 / 3.
BY_HAND = {
    "mean": [13.0, 22.0, 0.0],
    "max": [16.0, 22.0, 0.0],
    "min": [11.0, 22.0, 0.0],
    "sum": [39.0, 22.0, 0.0],
    "var": [14 / 3, 0.0, 0.0],
    "std": [(14 / 3) ** 0.5, 0.0, 0.0],
    "moment3": [6 ** (1 / 3), 0.0, 0.0],
    "moment4": [(98 / 3) ** 0.25, 0.0, 0.0],
    "moment5": [70**0.2, 0.0, 0.0],
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("of_edges", [False, True])
def test_statistics_by_hand(name, of_edges):
    rows = ROWS[torch.tensor([0, 1, 2, 1])] if of_edges else ROWS
    (found,) = neighbour_statistics(Messages(relation(), rows, of_edges, OFFSET), [name])
    torch.testing.assert_close(found.flatten(), torch.tensor(BY_HAND[name]))


def test_order_is_that_of_the_names():
    names = ["std", "max", "std", "mean"]
    found = neighbour_statistics(Messages(relation(), ROWS, False, OFFSET), names)
    torch.testing.assert_close(torch.stack(found)[:, 0, 0], torch.tensor([BY_HAND[name][0] for name in names]))


def test_sign_of_a_moment_stays():
    (found,) = neighbour_statistics(Messages(relation(), -ROWS, False, OFFSET), ["moment3"])
    torch.testing.assert_close(found[0, 0], torch.tensor(-(6 ** (1 / 3))))


def test_spread_of_features_far_from_zero_keeps_its_digits():
    found = neighbour_statistics(Messages(relation(), ROWS + 3000.0, False, OFFSET), ["std", "mean"])
    torch.testing.assert_close(found[0][0, 0], torch.tensor((14 / 3) ** 0.5), rtol=1e-4, atol=0.0)
    torch.testing.assert_close(found[1][0, 0], torch.tensor(3013.0))


def test_row_that_is_no_number_spoils_its_neighbours_alone():
    rows = torch.tensor([[float("nan")], [2.0], [6.0]])
    found = neighbour_statistics(Messages(relation(), rows, False, OFFSET), ["mean", "std"])
    assert torch.isnan(found[0]).flatten().tolist() == [True, False, False]
    assert torch.isnan(found[1]).flatten().tolist() == [True, False, False]


def test_16_bits_are_counted_in_32():
    (found,) = neighbour_statistics(Messages(relation(), ROWS.bfloat16(), False, OFFSET.bfloat16()), ["std"])
    assert found.dtype == torch.float32
    torch.testing.assert_close(found[0, 0], torch.tensor((14 / 3) ** 0.5))


def test_gradients_are_those_of_finite_differences():
    rows = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)
    offset = torch.randn(3, 2, dtype=torch.float64, requires_grad=True)

    def run(rows, offset):
        return tuple(neighbour_statistics(Messages(relation(), rows, False, offset), NAMES))

    assert torch.autograd.gradcheck(run, (rows, offset))


def test_only_moments_keep_a_row_an_edge():
    many = Relation.from_coo(torch.randint(5, (400,)), torch.randint(5, (400,)), 5, 5)
    for names, most in ((["mean", "max", "min", "sum", "std", "var"], 5), (["moment3"], 400)):
        kept = []
        rows = torch.randn(5, 3, requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(
            lambda value, kept=kept: kept.append(value) or value, lambda x: x
        ):
            neighbour_statistics(Messages(many, rows, False, torch.zeros(5, 3)), names)
        assert max(value.shape[0] for value in kept if value.is_floating_point()) == most


def test_no_sources_give_zeros():
    nobody = Relation.from_coo([], [], 0, 2)
    found = neighbour_statistics(Messages(nobody, torch.empty(0, 3), False, torch.ones(2, 3)), NAMES)
    assert all(torch.allclose(value, torch.zeros(2, 3)) for value in found)

"""AtomicConv: by hand, kinds of atoms, cutoffs, refusals."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import ShapeError
from weft.nn import AtomicConv

ONE = torch.tensor([1.0])


def test_radial_function_by_hand():
    layer = AtomicConv(torch.tensor([4.0]), torch.tensor([1.0]), torch.tensor([0.5]))
    out = layer(weft.graph(([0, 1], [2, 2])), torch.tensor([[1.0], [10.0], [0.0]]), torch.tensor([[1.0], [2.0]]))
    first = (math.cos(math.pi / 4) + 1) / 2
    second = math.exp(-0.5) * (math.cos(math.pi / 2) + 1) / 2
    torch.testing.assert_close(out.flatten(), torch.tensor([0.0, 0.0, first + 10 * second]))


def test_neighbour_from_the_cutoff_on_does_not_count():
    layer = AtomicConv(torch.tensor([2.0]), ONE, ONE)
    graph, feat = weft.graph(([0, 1, 2], [3, 4, 5])), torch.ones(6, 1)
    out = layer(graph, feat, torch.tensor([[2.0], [2.5], [1.9]])).flatten()
    assert out[3:5].abs().max() < 1e-7
    assert out[5] > 0


def test_kinds_stand_one_after_the_other_with_all_their_functions():
    layer = AtomicConv(
        torch.tensor([9.0, 9.0]), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]), torch.tensor([6.0, 8.0])
    )
    graph = weft.graph(([0, 1, 2], [3, 3, 3]))
    kinds = torch.tensor([[6.0], [8.0], [7.0], [6.0]])
    out = layer(graph, kinds, torch.tensor([[1.0], [2.0], [1.0]]))[3].view(2, 2)
    near, far = (math.cos(math.pi * distance / 9) / 2 + 0.5 for distance in (1.0, 2.0))
    torch.testing.assert_close(out, torch.tensor([[near, near * math.exp(-1)], [far * math.exp(-1), far]]))


def test_every_parameter_but_the_kinds_learns():
    layer = AtomicConv(9 * ONE, ONE, ONE, torch.tensor([6.0]))
    layer(weft.graph(([0], [1])), torch.full((2, 1), 6.0), torch.tensor([[1.5]])).sum().backward()
    assert layer.features_to_use.grad is None
    assert all(value.grad.abs().sum() > 0 for value in layer.radial_pooling.parameters())


def test_given_numbers_are_copied():
    given = torch.tensor([1.0])
    layer = AtomicConv(given, given, given, given)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(1)
    assert given.item() == 1.0


def test_sources_and_destinations_may_be_other_nodes():
    graph = weft.heterograph({("s", "to", "d"): ([0, 1, 2], [0, 0, 1])})
    out = AtomicConv(9 * ONE, ONE, ONE)(graph, torch.ones(3, 1), torch.ones(3, 1))
    torch.testing.assert_close(out[0], 2 * out[1])


def test_wrong_shapes_are_refused():
    graph = weft.graph(([0], [1]))
    with pytest.raises(ShapeError, match=r"AtomicConv: cutoffs, means and scaling have shapes \[\(1,\), \(2,\)\]"):
        AtomicConv(ONE, ONE, torch.ones(2))
    with pytest.raises(ShapeError, match=r"AtomicConv: feat has shape \(2, 2\); expected \(nodes, 1\)"):
        AtomicConv(ONE, ONE, ONE, ONE)(graph, torch.ones(2, 2), torch.ones(1, 1))
    with pytest.raises(ShapeError, match=r"AtomicConv: distances has shape \(1,\); expected \(edges, 1\)"):
        AtomicConv(ONE, ONE, ONE)(graph, torch.ones(2, 1), torch.ones(1))
    with pytest.raises(ShapeError, match=r"AtomicConv: feat has shape \(2,\); expected \(nodes, features\)"):
        AtomicConv(ONE, ONE, ONE)(graph, torch.ones(2), torch.ones(1, 1))

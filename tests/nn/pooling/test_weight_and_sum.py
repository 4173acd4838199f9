"""WeightAndSum by hand."""

from __future__ import annotations

import math

import pytest
import torch

import weft
from weft.errors import ShapeError
from weft.nn import WeightAndSum


def test_weights_are_sigmoids_of_a_linear_map():
    module = WeightAndSum(2)
    module.load_state_dict(
        {"atom_weighting.0.weight": torch.tensor([[1.0, 0.0]]), "atom_weighting.0.bias": torch.tensor([math.log(3)])}
    )
    both = weft.batch([weft.graph(([0], [1])), weft.graph(([], []))])
    # Weights 3 / 4 and, of a node whose first feature is -log(3), 1 / 2.
    feat = torch.tensor([[0.0, 4.0], [-math.log(3), 2.0]])
    torch.testing.assert_close(module(both, feat), torch.tensor([[-0.5 * math.log(3), 4.0], [0.0, 0.0]]))


def test_further_dimensions_are_carried_along():
    module, graph, feat = WeightAndSum(2), weft.graph(([0], [1])), torch.randn(2, 3, 2)
    torch.testing.assert_close(module(graph, feat)[:, 1], module(graph, feat[:, 1]))


def test_features_of_another_size_are_refused():
    with pytest.raises(ShapeError, match=r"WeightAndSum: feat has shape \(2, 3\); expected \(nodes, \.\.\., 2\)"):
        WeightAndSum(2)(weft.graph(([0], [1])), torch.randn(2, 3))

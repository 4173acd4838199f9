"""SortPooling by hand: order of features and of nodes, padding, what has no order."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import InputError, ShapeError
from weft.nn import SortPooling

FEAT = torch.tensor([[1.0, -1.0], [3.0, -2.0], [0.0, -6.0], [-3.0, 7.0], [6.0, -9.0]])


def batch() -> weft.Graph:
    """Return a batch of a graph with 2 nodes, one without nodes and one with 3."""
    return weft.batch([weft.graph(([0], [1])), weft.graph(([], [])), weft.graph(([0, 0], [1, 2]))])


def test_largest_nodes_come_first_with_sorted_features_and_zeros_after_them():
    assert SortPooling(2)(batch(), FEAT).tolist() == [[-2, 3, -1, 1], [0, 0, 0, 0], [-3, 7, -9, 6]]
    assert SortPooling(3)(batch(), FEAT).tolist() == [
        [-2, 3, -1, 1, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [-3, 7, -9, 6, -6, 0],
    ]


def test_first_of_equal_nodes_comes_first():
    feat = torch.tensor([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    assert SortPooling(2)(weft.graph(([], []), num_nodes=3), feat).tolist() == [[1, 5, 2, 5]]


def test_gradient_goes_back_to_the_place_of_each_number():
    feat = FEAT.clone().requires_grad_()
    out = SortPooling(2)(batch(), feat)
    (out * torch.arange(1.0, 5.0)).sum().backward()
    assert feat.grad.tolist() == [[4, 3], [2, 1], [0, 0], [1, 2], [4, 3]]


def test_minus_infinity_is_a_number():
    feat = torch.tensor([[-torch.inf], [-torch.inf], [1.0]])
    assert SortPooling(3)(weft.graph(([], []), num_nodes=3), feat).tolist() == [[1, -torch.inf, -torch.inf]]


def test_features_of_no_size_give_rows_of_no_size():
    assert SortPooling(2)(batch(), torch.empty(5, 0)).shape == (3, 0)


def test_what_cannot_be_sorted_is_refused():
    feat = FEAT.clone()
    feat[3, 1] = torch.nan
    with pytest.raises(InputError, match="SortPooling: feat is NaN at node 3"):
        SortPooling(2)(batch(), feat)
    with pytest.raises(ShapeError, match=r"SortPooling: feat has shape \(5,\); expected \(nodes, dim\)"):
        SortPooling(2)(batch(), FEAT[:, 0])
    with pytest.raises(InputError, match="SortPooling: got k=0; expected a number of nodes, 1 or more"):
        SortPooling(0)


def test_it_says_how_many_nodes_it_keeps():
    assert repr(SortPooling(3)) == "SortPooling(k=3)"

"""Pairs and loss by hand."""

from __future__ import annotations

import math

import pytest
import torch

from weft.nn.embedding.skip_gram import skip_gram_loss, window_pairs


def test_pairs_are_those_within_the_window():
    near, centre = window_pairs(5, 2)
    pairs = set(zip(centre.tolist(), near.tolist(), strict=True))
    assert pairs == {(i, j) for i in range(5) for j in range(5) if 0 < abs(i - j) <= 2}
    assert len(near) == len(pairs)


def test_loss_by_hand():
    centre, near = torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0, 5.0]])
    random = torch.tensor([[[3.0, 1.0], [-1.0, 1.0]]])

    def minus_log(score):
        return math.log(1 + math.exp(-score))

    expected = minus_log(2) + 0.5 * (minus_log(-3) + minus_log(1))
    assert float(skip_gram_loss(centre, near, random, 0.5)) == pytest.approx(expected)


def test_no_pairs_cost_nothing_and_have_a_gradient():
    empty = torch.zeros(0, 2, requires_grad=True)
    loss = skip_gram_loss(empty, empty, torch.zeros(0, 3, 2))
    loss.backward()
    assert float(loss) == 0

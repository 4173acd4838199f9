"""Scores of attention: one product for both sides equals the inner products."""

from __future__ import annotations

import pytest
import torch

from weft.kernels.memory import WORTHWHILE
from weft.nn.conv.attention_scores import attention_scores

LARGE = WORTHWHILE // 4 // 6


@pytest.mark.parametrize("shape", [(LARGE, 2, 3), (LARGE, 2, 2, 3), (5, 2, 3), (0, 2, 3)])
@pytest.mark.parametrize("same", [True, False])
def test_scores_and_gradients_are_those_of_inner_products(shape, same):
    source = torch.randn(shape, requires_grad=True)
    destination = source if same else torch.randn(shape, requires_grad=True)
    left, right = torch.randn(2, 3, requires_grad=True), torch.randn(2, 3, requires_grad=True)
    leaves = [source, left, right, *([] if same else [destination])]
    ours = attention_scores(source, destination, left, right)
    theirs = (source * left).sum(-1), (destination * right).sum(-1)
    weights = [torch.randn_like(part) for part in ours]
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)
    grads = [
        torch.autograd.grad(sum((part * weight).sum() for part, weight in zip(parts, weights, strict=True)), leaves)
        for parts in (ours, theirs)
    ]
    for one, other in zip(*grads, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-2)

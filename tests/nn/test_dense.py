"""The large path of linear maps and sums equals PyTorch's own, gradients included."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from weft.kernels.memory import WORTHWHILE, large_empty
from weft.nn import dense

ROWS = WORTHWHILE // 4 // 16


def large(*trailing):
    return torch.randn(ROWS, *trailing, requires_grad=True)


def agree(ours, theirs, leaves):
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn_like(ours)
    left = torch.autograd.grad((ours * weight).sum(), leaves)
    right = torch.autograd.grad((theirs * weight).sum(), leaves)
    for one, other in zip(left, right, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("has_bias", [False, True])
@pytest.mark.parametrize("middle", [(), (2,)])
def test_large_linear_is_torchs(has_bias, middle):
    feat, weight = large(*middle, 16), torch.randn(5, 16, requires_grad=True)
    bias = torch.randn(5, requires_grad=True) if has_bias else None
    leaves = [feat, weight, *([bias] if has_bias else [])]
    agree(dense.linear(feat, weight, bias), functional.linear(feat, weight, bias), leaves)


def test_large_linear_of_a_transposed_weight():
    feat, weight = large(16), torch.randn(16, 5, requires_grad=True)
    agree(dense.linear(feat, weight.t()), feat @ weight, [feat, weight])


@pytest.mark.parametrize("shape", [(16,), (4,), (4, 4), (1, 4)])
def test_large_sum_is_torchs(shape):
    feat = large(16) if shape == (16,) else large(4, 4)
    other = torch.randn(shape, requires_grad=True)
    agree(dense.add(feat, other), feat + other, [feat, other])


def test_second_derivatives_of_the_large_path():
    feat, weight = large(16), torch.randn(5, 16, requires_grad=True)
    grads = []
    for out in (dense.linear(feat, weight), functional.linear(feat, weight)):
        (first,) = torch.autograd.grad(out.square().sum(), feat, create_graph=True)
        grads.append(torch.autograd.grad(first.square().sum(), weight)[0])
    torch.testing.assert_close(*grads, rtol=1e-4, atol=1e-2)


def test_autocast_gives_bfloat16():
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert dense.linear(large(16), torch.randn(5, 16)).dtype == torch.bfloat16


def test_only_wanted_gradients_are_made():
    feat, weight = torch.randn(ROWS, 16), torch.randn(5, 16, requires_grad=True)
    dense.linear(feat, weight).sum().backward()
    assert feat.grad is None
    torch.testing.assert_close(weight.grad, feat.sum(0).expand(5, 16), rtol=1e-4, atol=1e-2)


def test_linear_has_torchs_state_and_start():
    torch.manual_seed(1)
    ours = dense.Linear(4, 3)
    torch.manual_seed(1)
    theirs = torch.nn.Linear(4, 3)
    for (name, one), (other_name, other) in zip(ours.named_parameters(), theirs.named_parameters(), strict=True):
        assert name == other_name
        assert torch.equal(one, other)


@pytest.mark.parametrize("shape", [(0, 3), (5,), (WORTHWHILE, 2)])
def test_large_empty_has_the_shape_and_can_be_written(shape):
    out = large_empty(shape, torch.zeros(1, dtype=torch.float64))
    assert out.shape == shape
    assert out.dtype == torch.float64
    assert out.fill_(1).sum() == out.numel()

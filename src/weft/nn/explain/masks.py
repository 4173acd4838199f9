"""Soft masks over features and edges: how they start, what they cost, how they are learned."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from weft.nn.evaluation import progress_bar

_SMALLEST = 1e-15


@dataclass(frozen=True)
class Costs:
    """Weights of the sizes and entropies of masks in the loss."""

    edge_size: float
    edge_entropy: float
    feature_size: float
    feature_entropy: float

    def of(self, edge_masks: Sequence[Tensor], feature_masks: Sequence[Tensor]) -> Tensor:
        """Return what masks of numbers from 0 to 1 cost: small ones, and ones that are near 0 or 1, cost little."""
        edges, features = torch.cat(list(edge_masks)), torch.cat([mask.flatten() for mask in feature_masks])
        cost = self.edge_size * edges.sum() + self.feature_size * _mean(features)
        return cost + self.edge_entropy * _mean(_entropy(edges)) + self.feature_entropy * _mean(_entropy(features))


def _mean(values: Tensor) -> Tensor:
    return values.sum() / max(values.numel(), 1)


def _entropy(probability: Tensor) -> Tensor:
    other = 1 - probability
    return -probability * torch.log(probability + _SMALLEST) - other * torch.log(other + _SMALLEST)


def first_edge_mask(num_nodes: int, num_edges: int, like: Tensor) -> Tensor:
    """Return a mask before its logistic function, ``(num_edges,)``, drawn as the paper's code draws it."""
    deviation = nn.init.calculate_gain("relu") * math.sqrt(2.0 / max(2 * num_nodes, 1))
    return (torch.randn(num_edges, device=like.device, dtype=like.dtype) * deviation).requires_grad_()


def first_feature_mask(like: Tensor) -> Tensor:
    """Return a mask before its logistic function, ``(1, features)``."""
    return (torch.randn(1, like.shape[1], device=like.device, dtype=like.dtype) * 0.1).requires_grad_()


def learn(masks: Sequence[Tensor], loss: Callable[[], Tensor], *, lr: float, epochs: int, shown: str | None) -> None:
    """Change masks by Adam so that a loss falls; parameters of the model take no gradient.

    Args:
        masks: leaves.
        loss: of the masks as they are.
        lr: learning rate.
        epochs: steps.
        shown: what a bar says; None for no bar.
    """
    optimizer = torch.optim.Adam(list(masks), lr=lr)
    with progress_bar(shown, epochs) as advance:
        for _ in range(epochs):
            gradients = torch.autograd.grad(loss(), list(masks), allow_unused=True)
            for mask, gradient in zip(masks, gradients, strict=True):
                mask.grad = gradient
            optimizer.step()
            advance()

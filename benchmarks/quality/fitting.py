"""Full-graph training of node classifiers: early stopping on validation rows, test rows looked at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor, nn
from torch.nn import functional

Forward = Callable[[nn.Module], Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]
Measure = Callable[[Tensor, Tensor], float]


def accuracy(out: Tensor, labels: Tensor) -> float:
    """Return the share of rows whose largest output is their label, in percent."""
    return 100 * float((out.argmax(1) == labels).double().mean())


def roc_auc(out: Tensor, labels: Tensor) -> float:
    """Return the area under the ROC curve in percent, ties counted half; ``out`` is ``(n,)`` or ``(n, 2)``."""
    scores = (out[:, 1] - out[:, 0] if out.dim() == 2 else out).double().numpy()
    positive = labels.bool().numpy()
    count, others = int(positive.sum()), int((~positive).sum())
    ranks = rankdata(scores)
    return 100 * float((ranks[positive].sum() - count * (count + 1) / 2) / np.float64(count * others))


def fit_nodes(
    model: nn.Module,
    forward: Forward,
    labels: Tensor,
    masks: tuple[Tensor, Tensor, Tensor],
    *,
    optimizer: torch.optim.Optimizer,
    epochs: int,
    patience: int | None = None,
    measure: Measure = accuracy,
    loss: Loss = functional.cross_entropy,
) -> float:
    """Return the test measure of the epoch with the best validation measure (ties: the smaller validation loss).

    Args:
        model: trained in place.
        forward: from the model to the outputs of all nodes.
        labels: of all nodes.
        masks: training, validation and test rows.
        optimizer: of the model's parameters.
        epochs: at most.
        patience: epochs without a better one after which to stop; None for never.
        measure: larger is better.
        loss: from outputs and labels.
    """
    train, validation, test = masks
    best: tuple[float, float] = (-1.0, 0.0)
    state, since = copy.deepcopy(model.state_dict()), 0
    for _ in range(epochs):
        model.train()
        optimizer.zero_grad()
        loss(forward(model)[train], labels[train]).backward()
        optimizer.step()
        model.eval()
        with torch.no_grad():
            out = forward(model)[validation]
        reached = (measure(out, labels[validation]), -float(loss(out, labels[validation])))
        since += 1
        if reached > best:
            best, since, state = reached, 0, copy.deepcopy(model.state_dict())
        if patience is not None and since >= patience:
            break
    model.load_state_dict(state)
    model.eval()
    with torch.no_grad():
        return measure(forward(model)[test], labels[test])


def decayed(groups: Iterable[tuple[Iterable[nn.Parameter], float]]) -> list[dict[str, Any]]:
    """Return groups of parameters for an optimizer, each with its weight decay."""
    return [{"params": list(parameters), "weight_decay": decay} for parameters, decay in groups]

"""Figures of quality tasks: which epoch counts, what is near enough to a paper, measures by hand."""

from __future__ import annotations

import pytest
import torch
from benchmarks.quality.fitting import accuracy, fit_nodes, roc_auc
from benchmarks.quality.task import Outcome, Published, at_best_epoch
from benchmarks.quality.tasks import TASKS
from torch import nn


def test_one_epoch_is_chosen_on_the_mean_of_all_runs():
    assert at_best_epoch([[1.0, 5.0, 2.0], [9.0, 6.0, 7.0]]) == [5.0, 6.0]
    assert at_best_epoch([3.0, 4.0]) == [3.0, 4.0]


def test_near_enough_is_one_deviation_on_the_worse_side():
    assert Outcome("accuracy", [80.5, 81.5], Published(81.5, 0.5)).reached
    assert Outcome("accuracy", [90.0], Published(81.5, 0.5)).reached
    assert not Outcome("accuracy", [80.9], Published(81.5, 0.5)).reached
    assert Outcome("RMSE", [1.2], Published(1.1, 0.1)).reached
    assert not Outcome("RMSE", [1.3], Published(1.1, 0.1)).reached
    # Without a deviation of the paper's, that of the runs: 1 here.
    assert Outcome("MRR", [8.0, 10.0, 9.0], Published(10.0)).reached
    assert not Outcome("MRR", [8.0, 10.0, 9.0], Published(10.1)).reached


def test_measures_by_hand():
    labels = torch.tensor([1, 0, 1, 0])
    assert roc_auc(torch.tensor([0.9, 0.1, 0.5, 0.5]), labels) == 87.5
    assert roc_auc(torch.stack([torch.zeros(4), torch.tensor([0.9, 0.1, 0.5, 0.5])], 1), labels) == 87.5
    assert accuracy(torch.tensor([[0.0, 1.0], [0.0, 1.0]]), torch.tensor([1, 0])) == 50


def test_the_epoch_that_validation_likes_best_is_measured():
    class Counting(nn.Module):
        """Learns to count the epochs."""

        def __init__(self):
            super().__init__()
            self.epoch = nn.Parameter(torch.zeros(()))

    masks = tuple(torch.eye(3, dtype=torch.bool))
    found = fit_nodes(
        (model := Counting()),
        lambda one: one.epoch.expand(3),
        torch.zeros(3),
        masks,
        optimizer=torch.optim.SGD(model.parameters(), lr=1.0),
        epochs=10,
        measure=lambda out, labels: 10 - abs(float(out) - 4),
        loss=lambda out, labels: -out.sum(),
    )
    assert float(model.epoch.detach()) == 4
    assert found == 10


def test_names_of_tasks_are_their_own():
    names = [task.name for task in TASKS]
    assert len(names) == len(set(names))
    assert all(task.runs >= 10 and task.source and task.split for task in TASKS)


def test_runs_of_other_lengths_have_no_best_epoch():
    with pytest.raises(ValueError, match="shorter"):
        at_best_epoch([[1.0, 2.0], [1.0]])

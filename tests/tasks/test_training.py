"""What a training step learns from: which purchases are its targets, and which its messages travel on."""

import pyarrow
import pytest
import torch

from weft.random import derive_seed
from weft.tables import Interactions, Split
from weft.tasks.recommendation.config import ModelSettings, make_config
from weft.tasks.recommendation.training import (
    RecommendationObjective,
    UserBatch,
    initial_model,
    message_graph_check,
    training_data,
)

PAIRS = [(0, 0), (0, 1), (1, 1), (1, 2), (2, 0), (2, 2), (3, 1)]


def purchases(pairs=PAIRS):
    users, items = torch.tensor(pairs).T
    return Interactions(users, items, pyarrow.array(list("abcd")), pyarrow.array(list("xyz")), columns={})


def split(train, validation, test):
    return Split(torch.tensor(train), torch.tensor(validation), torch.tensor(test), "random")


def objective(loss="softmax", leave_out_targets=True):
    data = training_data(purchases(), torch.arange(len(PAIRS)))
    settings = ModelSettings(dim=2, loss=loss, leave_out_targets=leave_out_targets, initialisation="normal")
    return RecommendationObjective(initial_model(data, settings, 0), data, settings, 0)


def edges(relation):
    return sorted(zip(*(ends.tolist() for ends in relation.coo()), strict=True))


def test_targets_of_a_step_leave_its_graph():
    graph = objective().message_graph(torch.tensor([0, 2]))
    assert edges(graph) == [(1, 1), (1, 2), (3, 1)]
    assert (graph.num_src, graph.num_dst) == (4, 3)


def test_targets_stay_where_the_setting_says_so():
    assert edges(objective(leave_out_targets=False).message_graph(torch.tensor([0, 2]))) == sorted(PAIRS)


@pytest.mark.parametrize("loss", ["softmax", "bpr"])
def test_loss_sees_no_item_through_its_own_purchase(loss):
    """Without its purchases a user of the step is its own embedding, so no item's gradient comes through the user."""
    step = objective(loss)
    batch = UserBatch(1, 0, torch.tensor([0, 1, 2, 3]))
    step.loss_of(batch).backward()
    alone = step.model.user_embedding.grad.clone()
    assert edges(step.message_graph(batch.users)) == []
    step.model.zero_grad()
    with torch.no_grad():
        users, items = step.model(step.message_graph(batch.users))
    torch.testing.assert_close(users, step.model.user_embedding / 3)
    torch.testing.assert_close(items, step.model.item_embedding / 3)
    assert alone.abs().sum() > 0


def test_public_data_keep_their_published_recipe():
    assert make_config({"dataset": "gowalla"}).model.leave_out_targets is False
    assert make_config({"source": "a.csv"}).model.leave_out_targets is True


def test_held_out_pairs_on_the_graph_are_counted():
    table = purchases()
    parts = split([0, 2, 4, 6], [1, 3], [5])
    assert message_graph_check(training_data(table, parts.train), table, parts) == {"held_out_pairs_on_graph": 0}
    everything = training_data(table, torch.arange(len(PAIRS)))
    assert message_graph_check(everything, table, parts) == {"held_out_pairs_on_graph": 3}


def test_batches_depend_on_seed_and_epoch_alone():
    step = objective()
    first, again, other = (torch.cat([batch.users for batch in step.batches(epoch)]) for epoch in (1, 1, 2))
    assert first.tolist() == again.tolist() == sorted(first.tolist())
    assert sorted(other.tolist()) == [0, 1, 2, 3]
    assert derive_seed(0, 1, 1) != derive_seed(0, 1, 2)

"""Data sets made ready for prediction on graphs."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.data import AsGraphPredDataset, as_graphpred
from weft.errors import IdError, InputError


class Many:
    """Paths with a label each."""

    name = "many"

    def __init__(self, labels, **members):
        self.labels = labels
        self.__dict__.update(members)

    def __getitem__(self, index):
        graph = weft.graph((torch.arange(index + 1), torch.arange(1, index + 2)))
        graph.ndata["feat"] = torch.ones(index + 2, 3)
        graph.edata["attr"] = torch.ones(index + 1)
        return graph if self.labels is None else (graph, self.labels[index])

    def __len__(self):
        return 10 if self.labels is None else len(self.labels)


def test_parts_hold_every_graph_once():
    parts = as_graphpred("abcdefghij", [0.5, 0.3, 0.2], seed=1)
    assert [len(part) for part in parts] == [5, 3, 2]
    assert sorted(letter for part in parts for letter in part) == list("abcdefghij")
    assert [part.indices for part in parts] == [
        part.indices for part in as_graphpred("abcdefghij", [0.5, 0.3, 0.2], seed=1)
    ]
    assert [part.indices for part in parts] != [
        part.indices for part in as_graphpred("abcdefghij", [0.5, 0.3, 0.2], seed=2)
    ]


def test_random_split_of_a_data_set():
    data = AsGraphPredDataset(Many(torch.arange(10) % 4), [0.8, 0.1, 0.1], seed=2)
    assert (len(data), data.name, data.num_classes, data.num_tasks) == (10, "many-as-graphpred", 4, 1)
    assert (data.node_feat_size, data.edge_feat_size) == (3, 1)
    train, val, test = as_graphpred(Many(torch.arange(10)), [0.8, 0.1, 0.1], seed=2)
    assert data.train_idx.tolist() == train.indices
    assert data.val_idx.tolist() == val.indices
    assert data.test_idx.tolist() == test.indices
    assert data.train_idx.dtype == torch.int64
    graph, label = data[3]
    assert (graph.num_nodes(), label.item()) == (5, 3)


def test_several_indices_give_a_part():
    data = AsGraphPredDataset(Many(torch.arange(10) % 4), [0.8, 0.1, 0.1])
    assert [label.item() for _, label in data[data.train_idx]] == [int(i) % 4 for i in data.train_idx]
    assert [label.item() for _, label in data[7:9]] == [3, 0]
    assert len(data[[1, 2]]) == 2
    assert data[torch.tensor(1)][1].item() == 1


def test_transform_is_applied_to_the_graph_of_an_item():
    shares = [0.8, 0.1, 0.1]
    with_labels = AsGraphPredDataset(Many(torch.arange(10)), shares, transform=weft.AddSelfLoop())
    assert with_labels[0][0].num_edges() == 1 + 2
    assert with_labels[[0]][0][0].num_edges() == 1 + 2
    assert AsGraphPredDataset(Many(None), shares, transform=weft.AddSelfLoop())[0].num_edges() == 1 + 2


@pytest.mark.parametrize(
    ("labels", "num_classes", "num_tasks"),
    [
        (None, None, 1),
        (torch.rand(10), None, 1),
        (torch.rand(10, 4), None, 4),
        (torch.zeros(10, 4, dtype=torch.int64), 4, 4),
        (torch.arange(10)[:, None], 10, 1),
    ],
)
def test_classes_and_tasks_are_counted_by_the_labels(labels, num_classes, num_tasks):
    data = AsGraphPredDataset(Many(labels), [0.8, 0.1, 0.1])
    assert (data.num_classes, data.num_tasks) == (num_classes, num_tasks)


def test_what_the_data_set_states_counts():
    data = AsGraphPredDataset(Many(torch.arange(10), num_classes=12, num_tasks=2), [0.8, 0.1, 0.1])
    assert (data.num_classes, data.num_tasks) == (12, 2)


def test_published_split_is_taken():
    split = {"train": torch.tensor([5, 1]), "valid": torch.tensor([2]), "test": torch.tensor([0])}
    data = AsGraphPredDataset(Many(torch.arange(10), get_idx_split=lambda: split))
    assert [part.tolist() for part in (data.train_idx, data.val_idx, data.test_idx)] == [[5, 1], [2], [0]]


def test_published_folds_are_taken_by_number():
    folds = [([0], [1], [2]), ([3], [], [4])]
    data = AsGraphPredDataset(Many(torch.arange(10), folds=folds), fold=1)
    assert [part.tolist() for part in (data.train_idx, data.val_idx, data.test_idx)] == [[3], [], [4]]
    with pytest.raises(IdError, match="fold=2; the data set has 2"):
        AsGraphPredDataset(Many(torch.arange(10), folds=folds), fold=2)


def test_data_set_without_a_split_is_refused():
    with pytest.raises(InputError, match="no published split"):
        AsGraphPredDataset(Many(torch.arange(10)))
    with pytest.raises(InputError, match="three shares"):
        AsGraphPredDataset(Many(torch.arange(10)), [0.8, 0.1])


def test_label_may_stand_in_a_dict():
    labelled = Many([{"label": torch.tensor(number % 3), "feat": torch.ones(2)} for number in range(10)])
    data = AsGraphPredDataset(labelled, [0.8, 0.1, 0.1])
    assert (data.num_classes, data.num_tasks) == (3, 1)
    bare = AsGraphPredDataset(Many([{"feat": torch.ones(2)}] * 10), [0.8, 0.1, 0.1])
    assert (bare.num_classes, bare.num_tasks) == (None, 1)

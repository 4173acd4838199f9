"""Data sets made ready for prediction on nodes."""

from __future__ import annotations

import itertools

import pytest
import torch

import weft
from weft.data import AsNodePredDataset, as_nodepred
from weft.errors import IdError, InputError, ShapeError, TypeNameError

MASKS = ("train_mask", "val_mask", "test_mask")


class Single:
    """A data set of one graph."""

    name = "single"

    def __init__(self, graph, **members):
        self.item = graph
        self.__dict__.update(members)

    def __getitem__(self, index):
        return self.item

    def __len__(self):
        return 1


def labelled(num_nodes=10, labels=None):
    graph = weft.rand_graph(num_nodes, 3 * num_nodes)
    graph.ndata["label"] = torch.arange(num_nodes) % 3 if labels is None else labels
    return graph


def users_and_items():
    graph = weft.heterograph({("user", "buys", "item"): ([0, 1, 2, 3], [0, 1, 0, 1])})
    graph.nodes["user"].data["label"] = torch.tensor([0, 1, 1, 0])
    return graph


def ids(graph, ntype=None):
    data = graph.ndata if ntype is None else graph.nodes[ntype].data
    return [data[mask].nonzero().flatten().tolist() for mask in MASKS]


def test_masks_part_all_nodes_and_leave_the_graph_as_it_was():
    graph = labelled()
    split = as_nodepred(graph, [0.5, 0.3, 0.2])
    parts = ids(split)
    assert [len(part) for part in parts] == [5, 3, 2]
    assert sorted(itertools.chain(*parts)) == list(range(10))
    assert set(graph.ndata) == {"label"}
    assert split.ndata["label"].data_ptr() == graph.ndata["label"].data_ptr()
    assert split.ndata["train_mask"].dtype == torch.bool


def test_seed_decides():
    graph = labelled(100)
    assert ids(as_nodepred(graph, [0.8, 0.1, 0.1], seed=1)) == ids(as_nodepred(graph, [0.8, 0.1, 0.1], seed=1))
    assert ids(as_nodepred(graph, [0.8, 0.1, 0.1], seed=1)) != ids(as_nodepred(graph, [0.8, 0.1, 0.1], seed=2))


@pytest.mark.parametrize(
    "labels",
    [
        torch.tensor([0, -1, 2, -1, 1, 0, -1, -1, -1, -1]),
        torch.tensor([0.5, torch.nan, 2, torch.nan, 1, 0, *[torch.nan] * 4]),
        torch.tensor(
            [[0.5, torch.nan], [torch.nan, torch.nan], [2, 1], [torch.nan] * 2, [1, 1], [0, torch.nan]]
            + [[torch.nan] * 2] * 4
        ),
    ],
    ids=["classes", "numbers", "several numbers"],
)
def test_nodes_without_a_label_are_in_no_part(labels):
    parts = ids(as_nodepred(labelled(labels=labels), [0.5, 0.25, 0.25]))
    assert [len(part) for part in parts] == [2, 1, 1]
    assert sorted(itertools.chain(*parts)) == [0, 2, 4, 5]


def test_graph_without_labels_is_parted_whole():
    parts = ids(as_nodepred(weft.rand_graph(4, 5), [0.5, 0.25, 0.25]))
    assert sorted(itertools.chain(*parts)) == [0, 1, 2, 3]


@pytest.mark.parametrize(("shares", "counts"), [([0.29, 0.01, 0.7], [29, 1, 70]), ([1, 0, 0], [100, 0, 0])])
def test_shares_are_rounded_down_and_the_last_part_takes_the_rest(shares, counts):
    assert [len(part) for part in ids(as_nodepred(labelled(100), shares))] == counts


@pytest.mark.parametrize("shares", [[0.8, 0.1, 0.2], [0.5, 0.5], [1.2, -0.1, -0.1], 0.8])
def test_shares_must_be_three_parts_of_one(shares):
    with pytest.raises(InputError, match="three shares"):
        as_nodepred(labelled(), shares)


def test_node_type_is_asked_for_where_there_are_several():
    graph = users_and_items()
    assert [len(part) for part in ids(as_nodepred(graph, [0.5, 0.25, 0.25], "user"), "user")] == [2, 1, 1]
    with pytest.raises(InputError, match="say which one"):
        as_nodepred(graph, [0.5, 0.25, 0.25])
    with pytest.raises(TypeNameError, match="usr"):
        as_nodepred(graph, [0.5, 0.25, 0.25], "usr")


def test_random_split_of_a_data_set():
    graph = labelled()
    data = AsNodePredDataset(Single(graph), [0.8, 0.1, 0.1], seed=3)
    assert (len(data), data.name, data.num_classes) == (1, "single-as-nodepred", 3)
    assert repr(data) == "AsNodePredDataset('single-as-nodepred', num_graphs=1)"
    assert [len(part) for part in (data.train_idx, data.val_idx, data.test_idx)] == [8, 1, 1]
    assert ids(data[0]) == ids(as_nodepred(graph, [0.8, 0.1, 0.1], seed=3))
    assert "train_mask" not in graph.ndata
    with pytest.raises(IdError, match="index 1"):
        data[1]


def test_published_masks_are_taken():
    graph = labelled(9)
    for number, mask in enumerate(MASKS):
        graph.ndata[mask] = torch.arange(9) % 3 == number
    data = AsNodePredDataset(Single(graph))
    assert data.train_idx.tolist() == [0, 3, 6]
    assert data.val_idx.tolist() == [1, 4, 7]
    assert data.test_idx.tolist() == [2, 5, 8]


def test_published_masks_of_several_folds_are_taken_by_number():
    graph = labelled(4)
    for number, mask in enumerate(MASKS):
        graph.ndata[mask] = torch.stack([torch.arange(4) == number, torch.arange(4) == number + 1], dim=1).byte()
    data = AsNodePredDataset(Single(graph), fold=1)
    assert ids(data[0]) == [[1], [2], [3]]
    assert graph.ndata["train_mask"].shape == (4, 2)
    with pytest.raises(IdError, match=r"fold=2; the data set has 2"):
        AsNodePredDataset(Single(graph), fold=2)
    graph.ndata["val_mask"] = torch.zeros(4, 2, 2)
    with pytest.raises(ShapeError, match=r"\(4, 2, 2\)"):
        AsNodePredDataset(Single(graph))


def test_missing_validation_part_is_empty():
    graph = labelled(4)
    graph.ndata["train_mask"], graph.ndata["test_mask"] = torch.arange(4) < 3, torch.arange(4) == 3
    data = AsNodePredDataset(Single(graph))
    assert (data.train_idx.tolist(), data.val_idx.tolist(), data.test_idx.tolist()) == ([0, 1, 2], [], [3])


def test_item_of_ogb_is_a_graph_with_labels_and_a_split_by_indices():
    graph = weft.rand_graph(5, 9)
    split = {"train": torch.tensor([4, 0]), "valid": torch.tensor([1]), "test": torch.tensor([2])}
    data = AsNodePredDataset(Single((graph, torch.tensor([[0], [1], [0], [2], [1]])), get_idx_split=lambda: split))
    assert ids(data[0]) == [[0, 4], [1], [2]]
    assert data[0].ndata["label"].shape == (5, 1)
    assert data.num_classes == 3
    assert "label" not in graph.ndata


def test_data_set_states_the_node_type_and_the_classes():
    data = AsNodePredDataset(Single(users_and_items(), predict_category="user", num_classes=7), [0.5, 0.25, 0.25])
    assert (data.target_ntype, data.num_classes) == ("user", 7)
    assert len(data.train_idx) == 2
    named = AsNodePredDataset(Single(users_and_items()), [0.5, 0.25, 0.25], target_ntype="user")
    assert named.train_idx.tolist() == data.train_idx.tolist()


@pytest.mark.parametrize(
    ("labels", "count"),
    [(torch.zeros(4, 5), None), (torch.zeros(4, 5, dtype=torch.int64), 5), (torch.rand(4), None)],
)
def test_classes_are_counted_by_the_labels(labels, count):
    assert AsNodePredDataset(Single(labelled(4, labels)), [0.5, 0.25, 0.25]).num_classes == count


def test_transform_is_applied_on_access():
    data = AsNodePredDataset(
        Single(labelled()), [0.8, 0.1, 0.1], transform=weft.Compose([weft.RemoveSelfLoop(), weft.AddSelfLoop()])
    )
    assert data[0].has_edges_between(torch.arange(10), torch.arange(10)).all()
    assert "train_mask" in data[0].ndata


def test_data_set_without_a_split_or_with_many_graphs_is_refused():
    with pytest.raises(InputError, match=r"no published split of nodes '_N'.*Give split_ratio"):
        AsNodePredDataset(Single(labelled()))
    with pytest.raises(InputError, match="has 3 graphs; expected one"):
        AsNodePredDataset([labelled()] * 3, [0.8, 0.1, 0.1])
    with pytest.raises(InputError, match="holds a dict"):
        AsNodePredDataset(Single({}), [0.8, 0.1, 0.1])

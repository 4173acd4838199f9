"""TU data sets: items, folds, and the graphs that DGL makes of the real files."""

import pytest
import torch
from tests.data.fingerprint import edges_fingerprint, fingerprint
from tests.data.graphs.test_tu_files import write

import weft
from weft.data import LegacyTUDataset, TUDataset
from weft.errors import InputError, TableError


def joined(dataset):
    """Return all graphs as one, and their labels."""
    return weft.batch(dataset.graphs), torch.stack([label for _, label in dataset])


def test_an_item_is_a_graph_and_its_label(tmp_path):
    dataset = TUDataset("X", raw_dir=write(tmp_path))
    assert (len(dataset), dataset.num_classes, dataset.max_num_node, dataset.folds) == (2, 2, 3, [])
    graph, label = dataset[1]
    assert (graph.num_nodes(), label.tolist()) == (2, [0])
    assert dataset.graph_lists[0].num_edges() == 4
    assert dataset.graph_labels.tolist() == [[1], [0]]


def test_attributes_of_graphs_are_labels_where_there_are_no_others(tmp_path):
    write(tmp_path, graph_attributes="1.5, 2\n3, 4\n")
    (tmp_path / "X" / "X_graph_labels.txt").unlink()
    dataset = TUDataset("X", raw_dir=tmp_path)
    assert dataset[0][1].tolist() == [1.5, 2.0]
    with pytest.raises(AttributeError):
        dataset.num_classes  # noqa: B018


def test_folds_are_read_where_they_are_published(tmp_path):
    (tmp_path / "splits-dwivedi").mkdir()
    for part, text in (("train", "0\n1\n"), ("val", "1\n0\n"), ("test", "1\n0\n")):
        (tmp_path / "splits-dwivedi" / f"X_{part}.index").write_text(text)
    dataset = TUDataset("X", raw_dir=write(tmp_path))
    assert [fold.train.tolist() for fold in dataset.folds] == [[0], [1]]


def test_mutag_is_that_of_dgl(data_dir):
    dataset = TUDataset("MUTAG")
    assert (len(dataset), dataset.num_classes, dataset.max_num_node) == (188, 2, 28)
    graph, labels = joined(dataset)
    assert (graph.num_nodes(), graph.num_edges()) == (3371, 7442)
    assert round(3371 / 188, 2) == 17.93
    assert round(7442 / 2 / 188, 2) == 19.79
    assert (edges_fingerprint(graph), fingerprint(labels)) == ("ad67006d0836", "61e15718b922")
    assert fingerprint(graph.ndata["node_labels"]) == "d21f8fda6bfc"
    assert fingerprint(graph.edata["edge_labels"]) == "c80ea75d4764"


def test_enzymes_is_that_of_dgl_and_has_ten_folds(data_dir):
    dataset = TUDataset("ENZYMES")
    assert (len(dataset), dataset.num_classes) == (600, 6)
    graph, labels = joined(dataset)
    assert (edges_fingerprint(graph), fingerprint(labels)) == ("0739fd9a6c1f", "0fbaef18a1d0")
    assert fingerprint(graph.ndata["node_attr"]) == "63038574737d"
    assert graph.ndata["node_attr"].shape == (19580, 18)
    assert len(dataset.folds) == 10
    for fold in dataset.folds:
        assert [len(part) for part in fold] == [480, 60, 60]
        assert torch.cat(fold).unique().tolist() == list(range(600))
    assert torch.cat([fold.test for fold in dataset.folds]).unique().tolist() == list(range(600))


def test_legacy_feature_is_attributes_then_labels_then_ones(tmp_path):
    with_attributes = LegacyTUDataset("X", raw_dir=write(tmp_path))
    assert with_attributes[1][0].ndata["feat"].tolist() == [[3, 4], [4, 5]]
    assert with_attributes.statistics() == (2, 5, 3)
    assert with_attributes.graph_labels.tolist() == [4, 0]
    (tmp_path / "X" / "X_node_attributes.txt").unlink()
    with_labels = LegacyTUDataset("X", raw_dir=tmp_path)
    assert with_labels[1][0].ndata["feat"].tolist() == [[0, 0, 1], [1, 0, 0]]
    (tmp_path / "X" / "X_node_labels.txt").unlink()
    with_nothing = LegacyTUDataset("X", hidden_size=2, raw_dir=tmp_path)
    assert with_nothing[1][0].ndata["feat"].tolist() == [[1, 1], [1, 1]]
    assert set(with_nothing[0][0].edata) == {"_ID"}


def test_legacy_leaves_out_large_graphs(tmp_path):
    small = LegacyTUDataset("X", max_allow_node=2, raw_dir=write(tmp_path))
    assert (len(small), small.graph_labels.tolist(), small.max_num_node) == (1, [0], 2)
    assert small.graph_lists[0].num_nodes() == 2
    with pytest.raises(InputError, match="max_allow_node=1"):
        LegacyTUDataset("X", max_allow_node=1, raw_dir=tmp_path)
    with pytest.raises(InputError, match="hidden_size=0"):
        LegacyTUDataset("X", hidden_size=0, raw_dir=tmp_path)


def test_legacy_enzymes_is_that_of_dgl(data_dir):
    graph, labels = joined(LegacyTUDataset("ENZYMES"))
    assert (edges_fingerprint(graph), fingerprint(labels)) == ("0739fd9a6c1f", "0fbaef18a1d0")
    assert fingerprint(graph.ndata["feat"]) == "1caf256e3ec6"


def test_missing_labels_are_said(tmp_path):
    write(tmp_path)
    (tmp_path / "X" / "X_graph_labels.txt").unlink()
    with pytest.raises(TableError, match="neither"):
        TUDataset("X", raw_dir=tmp_path)

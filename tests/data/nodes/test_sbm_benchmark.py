"""PATTERN and CLUSTER: lists of dictionaries in a file of torch.save, made small."""

import pytest
import torch

from weft.data import CLUSTERDataset, PATTERNDataset
from weft.errors import InputError, TableError

ITEM = {
    "x": torch.tensor([[0.0, 1, 0], [1, 0, 0], [0, 0, 1]]),
    "edge_index": torch.tensor([[0, 1], [1, 2]]),
    "y": torch.tensor([0, 1, 1]),
}


@pytest.mark.parametrize(("kind", "name", "classes"), [(PATTERNDataset, "PATTERN", 2), (CLUSTERDataset, "CLUSTER", 6)])
@pytest.mark.parametrize(("mode", "file"), [("train", "train"), ("valid", "val"), ("test", "test")])
def test_features_are_numbers_and_dtypes_are_those_of_dgl(tmp_path, kind, name, classes, mode, file):
    torch.save([ITEM, {**ITEM, "x": torch.tensor([[2], [0], [1]])}], tmp_path / f"{name}_{file}.pt")
    dataset = kind(mode, raw_dir=tmp_path)
    assert (len(dataset), dataset.num_classes) == (2, classes)
    graph = dataset[0]
    assert graph.ndata["feat"].tolist() == [1, 0, 2]
    assert dataset[1].ndata["feat"].tolist() == [2, 0, 1]
    assert (graph.ndata["feat"].dtype, graph.ndata["label"].dtype) == (torch.int64, torch.int16)
    assert graph.ndata["label"].tolist() == [0, 1, 1]
    assert graph.edata["feat"].tolist() == [[1], [1]]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 1], [1, 2]]


def test_another_mode_and_other_contents_are_refused(tmp_path):
    with pytest.raises(InputError, match="'test', 'train', 'valid'"):
        PATTERNDataset("val", raw_dir=tmp_path)
    torch.save({"x": torch.ones(1)}, tmp_path / "PATTERN_train.pt")
    with pytest.raises(TableError, match="no list of graphs"):
        PATTERNDataset(raw_dir=tmp_path)
    torch.save([{"x": torch.ones(1)}], tmp_path / "PATTERN_train.pt")
    with pytest.raises(TableError, match="'edge_index'"):
        PATTERNDataset(raw_dir=tmp_path)

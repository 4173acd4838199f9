"""Superpixels: pickles of tuples of tensors, made small."""

import pickle

import pytest
import torch

from weft.data import COCOSuperpixelsDataset, VOCSuperpixelsDataset
from weft.errors import InputError, TableError


def write(folder, labels, split="train", compactness=30, construct="edge_wt_region_boundary"):
    """Write one graph of three regions."""
    item = (
        torch.arange(6.0, dtype=torch.float64).reshape(3, 2),
        torch.ones(2, 1),
        torch.tensor([[0, 1], [1, 2]]),
        labels,
    )
    place = folder / f"slic_compactness_{compactness}" / construct
    place.mkdir(parents=True)
    (place / f"{split}.pickle").write_bytes(pickle.dumps([item]))
    return folder


def test_regions_have_features_labels_and_weighted_edges(tmp_path):
    dataset = VOCSuperpixelsDataset(raw_dir=write(tmp_path, [0, 20, 3]))
    graph = dataset[0]
    assert graph.ndata["feat"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert graph.ndata["feat"].dtype == torch.float32
    assert graph.ndata["label"].tolist() == [0, 20, 3]
    assert graph.edata["feat"].tolist() == [[1], [1]]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 1], [1, 2]]
    assert (len(dataset), dataset.num_classes) == (1, 21)


def test_categories_of_coco_are_closed_up(tmp_path):
    write(tmp_path, [0, 13, 90], "val", 10, "edge_wt_coord_feat")
    dataset = COCOSuperpixelsDataset(tmp_path, "val", "edge_wt_coord_feat", 10)
    # 12 is not used, so that 13 is the twelfth category; 90 is the last of 80.
    assert dataset[0].ndata["label"].tolist() == [0, 12, 80]
    assert dataset.num_classes == 81


@pytest.mark.parametrize(
    ("kind", "labels"), [(VOCSuperpixelsDataset, [0, 21, 0]), (COCOSuperpixelsDataset, [0, 12, 0])]
)
def test_labels_that_are_no_class_are_refused(tmp_path, kind, labels):
    with pytest.raises(TableError, match="labels"):
        kind(raw_dir=write(tmp_path, labels))


@pytest.mark.parametrize(
    "choice",
    [{"split": "valid"}, {"construct_format": "edges"}, {"slic_compactness": 20}],
    ids=lambda choice: next(iter(choice)),
)
def test_other_choices_are_refused(tmp_path, choice):
    with pytest.raises(InputError, match=next(iter(choice))):
        VOCSuperpixelsDataset(raw_dir=tmp_path, **choice)


def test_a_pickle_of_anything_else_is_refused(tmp_path):
    place = write(tmp_path, [0, 0, 0]) / "slic_compactness_30/edge_wt_region_boundary/train.pickle"
    place.write_bytes(pickle.dumps([print]))
    with pytest.raises(InputError):
        VOCSuperpixelsDataset(raw_dir=tmp_path)
    place.write_bytes(pickle.dumps([(1, 2)]))
    with pytest.raises(TableError, match="four parts"):
        VOCSuperpixelsDataset(raw_dir=tmp_path)

"""GraphSAINT's four files, made small."""

import json

import numpy as np
import pytest
import scipy.sparse
import torch

from weft.data import FlickrDataset, YelpDataset
from weft.data.nodes.graphsaint import read_graphsaint
from weft.errors import ShapeError, TableError


def write(folder, classes, rows=3):
    """Write three nodes, two edges with one direction, and the roles of the nodes."""
    adjacency = scipy.sparse.csr_matrix((np.ones(2), ([2, 0], [1, 2])), shape=(3, 3))
    scipy.sparse.save_npz(folder / "adj_full.npz", adjacency)
    np.save(folder / "feats.npy", np.arange(rows * 2, dtype=np.float64).reshape(rows, 2))
    (folder / "class_map.json").write_text(json.dumps(classes))
    (folder / "role.json").write_text(json.dumps({"tr": [0, 2], "va": [1], "te": []}))
    return folder


def test_flickr_has_a_class_a_node(tmp_path):
    dataset = FlickrDataset(raw_dir=write(tmp_path, {"2": 1, "0": 4}))
    graph = dataset[0]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 2], [2, 1]]
    assert graph.ndata["label"].tolist() == [4, -1, 1]
    assert graph.ndata["feat"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert graph.ndata["train_mask"].tolist() == [True, False, True]
    assert graph.ndata["val_mask"].tolist() == [False, True, False]
    assert not bool(graph.ndata["test_mask"].any())
    assert dataset.num_classes == 5


def test_yelp_has_several_classes_a_node(tmp_path):
    dataset = YelpDataset(raw_dir=write(tmp_path, {"0": [1, 0], "1": [0, 0], "2": [1, 1]}))
    assert dataset[0].ndata["label"].tolist() == [[1, 0], [0, 0], [1, 1]]
    assert dataset[0].ndata["label"].dtype == torch.int64
    assert dataset.num_classes == 2


def test_reordered_graph_keeps_what_belongs_to_a_node(tmp_path):
    write(tmp_path, {"0": 0, "1": 1, "2": 2})
    graph = FlickrDataset(raw_dir=tmp_path, reorder=True)[0]
    label = graph.ndata["label"]
    assert (graph.ndata["feat"][:, 0] == 2 * label).all()
    assert {(int(label[u]), int(label[v])) for u, v in zip(*graph.edges(), strict=True)} == {(2, 1), (0, 2)}


def test_files_that_do_not_belong_together_are_refused(tmp_path):
    with pytest.raises(ShapeError, match="2 rows of features for 3 nodes"):
        read_graphsaint(write(tmp_path, {"0": 1}, rows=2))
    write(tmp_path, {"0": 1})
    (tmp_path / "role.json").write_text('{"tr": [0]}')
    with pytest.raises(TableError, match="'va'"):
        read_graphsaint(tmp_path)

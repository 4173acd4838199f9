"""PPI's four files a part, made small."""

import json

import numpy as np
import pytest
import torch

from weft.data import PPIDataset
from weft.errors import InputError, ShapeError


def write(folder, mode="valid", first=21, directed=False, rows=4):
    """Write a graph of two nodes with an edge and a self-loop, and one of two nodes; no edge joins them."""
    links = [(1, 0), (3, 2), (1, 1)]
    nodes = [{"id": number} for number in range(4)]
    graph = {"directed": directed, "nodes": nodes, "links": [{"source": u, "target": v} for u, v in links]}
    (folder / f"{mode}_graph.json").write_text(json.dumps(graph))
    np.save(folder / f"{mode}_feats.npy", np.arange(rows, dtype=np.float64)[:, None])
    np.save(folder / f"{mode}_labels.npy", np.array([[0, 1, 1], [1, 0, 0], [1, 1, 0], [0, 0, 0]]))
    np.save(folder / f"{mode}_graph_id.npy", np.array([first, first, first + 1, first + 1]))
    return folder


@pytest.mark.parametrize(("mode", "first"), [("valid", 21), ("test", 23)])
def test_each_graph_has_its_nodes_and_edges_in_both_directions(tmp_path, mode, first):
    dataset = PPIDataset(mode, raw_dir=write(tmp_path, mode, first))
    assert len(dataset) == 2
    one, two = dataset[0], dataset[1]
    assert [ends.tolist() for ends in one.edges()] == [[0, 1, 1], [1, 0, 1]]
    assert [ends.tolist() for ends in two.edges()] == [[0, 1], [1, 0]]
    assert two.ndata["feat"].tolist() == [[2], [3]]
    assert one.ndata["label"].tolist() == [[0, 1, 1], [1, 0, 0]]
    assert one.ndata["label"].dtype == torch.float32
    assert dataset.num_classes == 3


def test_directed_files_keep_their_directions(tmp_path):
    one = PPIDataset("valid", raw_dir=write(tmp_path, directed=True))[0]
    assert [ends.tolist() for ends in one.edges()] == [[1, 1], [0, 1]]


def test_training_has_twenty_graphs_of_which_absent_ones_are_empty(tmp_path):
    dataset = PPIDataset(raw_dir=write(tmp_path, "train", 1))
    assert len(dataset) == 20
    assert [graph.num_nodes() for graph in dataset.graphs] == [2, 2] + [0] * 18


def test_another_mode_and_files_of_other_lengths_are_refused(tmp_path):
    with pytest.raises(InputError, match="'test', 'train', 'valid'"):
        PPIDataset("val", raw_dir=tmp_path)
    with pytest.raises(ShapeError, match="one number of nodes"):
        PPIDataset("valid", raw_dir=write(tmp_path, rows=3))

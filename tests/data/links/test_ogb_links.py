"""OGB's link sets: tables and splits in files of torch.save, made small."""

import numpy as np
import pytest
import torch
from tests.data.formats.test_ogb import typed, write

from weft.data import OGBLinkDataset
from weft.errors import InputError, TableError


def write_split(folder, split, parts):
    place = folder / "split" / split
    place.mkdir(parents=True)
    for part in ("train", "valid", "test"):
        torch.save(parts[part], place / f"{part}.pt")
    return folder


def collab(folder):
    """Write two training edges between three authors, and an edge each to validate and test."""
    raw = folder / "raw"
    write(raw / "num-node-list.csv.gz", "3\n")
    write(raw / "num-edge-list.csv.gz", "2\n")
    write(raw / "edge.csv.gz", "0,1\n0,2\n")
    write(raw / "node-feat.csv.gz", "0.5,1\n1,1\n2,0\n")
    write(raw / "edge_weight.csv.gz", "1\n3\n")
    write(raw / "edge_year.csv.gz", "2001\n2002\n")
    held = {
        "edge": np.array([[1, 2]]),
        "edge_neg": torch.tensor([[0, 0]]),
        "weight": np.array([1]),
        "year": np.array([2018]),
    }
    train = {"edge": np.array([[0, 1], [0, 2]]), "weight": np.array([1, 3]), "year": np.array([2001, 2002])}
    return write_split(folder, "time", {"train": train, "valid": held, "test": held})


def test_graph_has_the_training_edges_and_their_reverses(tmp_path):
    dataset = OGBLinkDataset("ogbl-collab", raw_dir=collab(tmp_path))
    graph = dataset[0]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 1, 0, 2], [1, 0, 2, 0]]
    assert graph.edata["weight"].tolist() == [1, 1, 3, 3]
    assert graph.edata["year"].tolist() == [2001, 2001, 2002, 2002]
    assert graph.ndata["feat"].tolist() == [[0.5, 1], [1, 1], [2, 0]]
    assert dataset.info["metric"] == "hits@50"


def test_split_comes_as_published_also_from_the_cache(tmp_path):
    for _ in range(2):
        split = OGBLinkDataset(
            "ogbl-collab", raw_dir=collab(tmp_path) if not (tmp_path / "raw").exists() else tmp_path
        ).get_edge_split()
        assert split["train"]["edge"].tolist() == [[0, 1], [0, 2]]
        assert split["valid"]["edge_neg"].tolist() == [[0, 0]]
        assert set(split["test"]) == {"edge", "edge_neg", "weight", "year"}
        assert "edge_neg" not in split["train"]


def test_types_of_a_typed_split_are_names(tmp_path):
    typed(tmp_path / "raw")
    part = {
        "head": torch.tensor([0, 1]),
        "head_type": ["author", "paper"],
        "relation": np.array([0, 1]),
        "tail": torch.tensor([1, 0]),
        "tail_type": ["paper", "paper"],
    }
    dataset = OGBLinkDataset(
        "ogbl-biokg", raw_dir=write_split(tmp_path, "random", dict.fromkeys(("train", "valid", "test"), part))
    )
    assert dataset[0].edges["cites"].data["reltype"].tolist() == [4]
    split = dataset.get_edge_split()
    assert split["test"]["head_type"] == ["author", "paper"]
    assert split["train"]["tail_type"] == ["paper", "paper"]
    assert split["valid"]["relation"].tolist() == [0, 1]


def test_binary_sets_come_from_arrays(tmp_path):
    (tmp_path / "raw").mkdir()
    np.savez(
        tmp_path / "raw/data.npz",
        edge_index=np.array([[0], [1]]),
        num_nodes_list=np.array([2]),
        num_edges_list=np.array([1]),
        node_feat=np.ones((2, 3), dtype=np.float32),
    )
    edges = {part: {"edge": torch.tensor([[0, 1]])} for part in ("train", "valid", "test")}
    graph = OGBLinkDataset("ogbl-vessel", raw_dir=write_split(tmp_path, "random", edges))[0]
    assert (graph.num_edges(), graph.ndata["feat"].shape) == (1, (2, 3))


def test_other_names_and_other_splits_are_refused(tmp_path):
    with pytest.raises(InputError, match="'ogbl-biokg', 'ogbl-citation2'"):
        OGBLinkDataset("ogbl-cora", raw_dir=tmp_path)
    collab(tmp_path)
    torch.save([1], tmp_path / "split/time/test.pt")
    with pytest.raises(TableError, match="no dictionary"):
        OGBLinkDataset("ogbl-collab", raw_dir=tmp_path)
    torch.save({"edge": 3.5}, tmp_path / "split/time/test.pt")
    with pytest.raises(TableError, match=r"'test/edge' of the split holds a float"):
        OGBLinkDataset("ogbl-collab", raw_dir=tmp_path)

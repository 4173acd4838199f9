"""OGB's node sets, made small."""

import numpy as np
import pytest
import torch
from tests.data.formats.test_ogb import write

from weft.data import OGBNodeDataset
from weft.errors import InputError, ShapeError


def split(folder, name, parts=("0\n3\n", "1\n", "2\n"), ntype=""):
    for part, text in zip(("train", "valid", "test"), parts, strict=True):
        write(folder / "split" / name / ntype / f"{part}.csv.gz", text)
    return folder


def arxiv(folder, labels="3\n0\n1\n1\n"):
    raw = folder / "raw"
    write(raw / "num-node-list.csv.gz", "4\n")
    write(raw / "num-edge-list.csv.gz", "3\n")
    write(raw / "edge.csv.gz", "1,0\n2,0\n3,2\n")
    write(raw / "node-feat.csv.gz", "0.5,1\n1,1\n2,0\n0,0\n")
    write(raw / "node_year.csv.gz", "2013\n2014\n2015\n2016\n")
    write(raw / "node-label.csv.gz", labels)
    return split(folder, "time")


def test_arxiv_has_features_years_labels_and_the_split(tmp_path):
    dataset = OGBNodeDataset("ogbn-arxiv", raw_dir=arxiv(tmp_path))
    data = dataset[0].ndata
    assert [ends.tolist() for ends in dataset[0].edges()] == [[1, 2, 3], [0, 0, 2]]
    assert data["label"].tolist() == [3, 0, 1, 1]
    assert data["year"].tolist() == [2013, 2014, 2015, 2016]
    assert data["feat"].dtype == torch.float32
    assert data["train_mask"].tolist() == [True, False, False, True]
    assert {part: ids.tolist() for part, ids in dataset.get_idx_split().items()} == {
        "train": [0, 3],
        "valid": [1],
        "test": [2],
    }
    assert (dataset.num_classes, dataset.info["num_tasks"], dataset.info["metric"]) == (4, 1, "acc")


def test_proteins_have_edge_features_tasks_and_reverse_edges(tmp_path):
    raw = tmp_path / "raw"
    write(raw / "num-node-list.csv.gz", "4\n")
    write(raw / "num-edge-list.csv.gz", "1\n")
    write(raw / "edge.csv.gz", "0,3\n")
    write(raw / "edge-feat.csv.gz", "0.1,0.9\n")
    write(raw / "node_species.csv.gz", "3702\n3702\n9606\n9606\n")
    write(raw / "node-label.csv.gz", "0,1,1\n0,0,0\n1,0,0\n0,0,1\n")
    dataset = OGBNodeDataset("ogbn-proteins", raw_dir=split(tmp_path, "species"))
    graph = dataset[0]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 3], [3, 0]]
    assert torch.allclose(graph.edata["feat"], torch.tensor([[0.1, 0.9], [0.1, 0.9]]))
    assert graph.ndata["label"].tolist() == [[0, 1, 1], [0, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert graph.ndata["species"].tolist() == [3702, 3702, 9606, 9606]
    assert (dataset.num_classes, dataset.info["num_tasks"], dataset.info["metric"]) == (2, 3, "rocauc")


def test_mag_has_labels_and_features_on_papers(tmp_path):
    raw = tmp_path / "raw"
    triples = [
        *(("author", "affiliated_with", "institution"), ("author", "writes", "paper"), ("paper", "cites", "paper")),
        ("paper", "has_topic", "field_of_study"),
    ]
    write(raw / "triplet-type-list.csv.gz", "".join(",".join(triple) + "\n" for triple in triples))
    write(raw / "num-node-dict.csv.gz", "author,field_of_study,institution,paper\n2,1,1,4\n")
    for number, triple in enumerate(triples):
        write(raw / "relations" / "___".join(triple) / "edge.csv.gz", "0,0\n")
        write(raw / "relations" / "___".join(triple) / "edge_reltype.csv.gz", f"{number}\n")
    write(raw / "node-feat/paper/node-feat.csv.gz", "0.5\n1\n2\n3\n")
    write(raw / "node-feat/paper/node_year.csv.gz", "2013\n2014\n2015\n2016\n")
    write(raw / "node-label/paper/node-label.csv.gz", "3\n0\n1\n1\n")
    dataset = OGBNodeDataset("ogbn-mag", raw_dir=split(tmp_path, "time", ntype="paper"))
    graph = dataset[0]
    assert {ntype: graph.num_nodes(ntype) for ntype in graph.ntypes} == {
        **{"author": 2, "field_of_study": 1, "institution": 1, "paper": 4}
    }
    assert graph.nodes["paper"].data["label"].tolist() == [3, 0, 1, 1]
    assert graph.nodes["paper"].data["year"].tolist() == [2013, 2014, 2015, 2016]
    assert graph.edges["has_topic"].data["reltype"].tolist() == [3]
    assert dataset.get_idx_split()["valid"].tolist() == [1]


def test_papers100m_comes_from_arrays_and_unknown_labels_are_minus_one(tmp_path):
    (tmp_path / "raw").mkdir()
    np.savez(
        tmp_path / "raw/data.npz",
        edge_index=np.array([[1, 2], [0, 0]]),
        num_nodes_list=np.array([4]),
        num_edges_list=np.array([2]),
        node_feat=np.ones((4, 3), dtype=np.float32),
        node_year=np.array([[1], [2], [3], [4]]),
    )
    np.savez(tmp_path / "raw/node-label.npz", node_label=np.array([[5.0], [np.nan], [0.0], [np.nan]], dtype=np.float32))
    dataset = OGBNodeDataset("ogbn-papers100M", raw_dir=split(tmp_path, "time"))
    assert dataset[0].ndata["label"].tolist() == [5, -1, 0, -1]
    assert dataset[0].ndata["year"].tolist() == [1, 2, 3, 4]
    assert dataset.num_classes == 6


def test_other_names_and_labels_of_other_nodes_are_refused(tmp_path):
    with pytest.raises(InputError, match="'ogbn-arxiv', 'ogbn-mag'"):
        OGBNodeDataset("ogbn-cora", raw_dir=tmp_path)
    with pytest.raises(ShapeError, match="2 labels for 4 nodes"):
        OGBNodeDataset("ogbn-arxiv", raw_dir=arxiv(tmp_path, "0\n1\n"))

"""Planetoid's eight files: a small set by hand, the real ones against DGL 2.1."""

import pickle
from collections import defaultdict

import numpy as np
import pytest
import scipy.sparse
import torch
from tests.data.fingerprint import edges_fingerprint, fingerprint, sorted_edges_fingerprint

from weft.data import CitationGraphDataset, CiteseerGraphDataset, CoraGraphDataset, PubmedGraphDataset
from weft.data.nodes.planetoid import read_planetoid
from weft.errors import InputError, TableError


def write(folder, name="cora", **changes):
    """Write 4 nodes that are not tested, 2 that are (6 and 4), and one of the range that no file speaks of (5)."""
    citations = defaultdict(list, {0: [2, 1, 1], 1: [0], 2: [0, 2], 3: [6], 4: [], 5: [], 6: [3, 0]})
    parts = {
        "x": scipy.sparse.csr_matrix(np.eye(2, 3, dtype=np.float32)),
        "y": np.array([[1, 0], [0, 1]], dtype=np.int32),
        "allx": scipy.sparse.csr_matrix(np.array([[1, 0, 0], [0, 1, 0], [1, 3, 0], [0, 0, 0]], dtype=np.float32)),
        "ally": np.array([[1, 0], [0, 1], [0, 1], [1, 0]], dtype=np.int32),
        "tx": scipy.sparse.csr_matrix(np.array([[0, 0, 2], [2, 2, 0]], dtype=np.float32)),
        "ty": np.array([[0, 1], [1, 0]], dtype=np.int32),
        "graph": citations,
        **changes,
    }
    for part, value in parts.items():
        (folder / f"ind.{name}.{part}").write_bytes(pickle.dumps(value, protocol=2))
    (folder / f"ind.{name}.test.index").write_text("6\n4\n")
    return folder


def test_features_and_labels_of_test_nodes_go_to_their_ids_and_rows_sum_to_one(tmp_path):
    content = read_planetoid(write(tmp_path), "cora")
    data = content.graphs[0].ndata
    assert data["feat"].tolist() == [
        [1, 0, 0],
        [0, 1, 0],
        [0.25, 0.75, 0],
        [0, 0, 0],
        [0.5, 0.5, 0],
        [0, 0, 0],
        [0, 0, 1],
    ]
    assert data["label"].tolist() == [0, 1, 1, 0, 0, 0, 1]
    assert data["train_mask"].nonzero()[:, 0].tolist() == [0, 1]
    assert data["val_mask"].nonzero()[:, 0].tolist() == [2, 3]
    assert data["test_mask"].nonzero()[:, 0].tolist() == [4, 6]
    assert content.info["num_classes"] == 2


def test_edges_stand_in_both_directions_or_once_as_first_met(tmp_path):
    both = read_planetoid(write(tmp_path), "cora").graphs[0]
    assert list(zip(*(ends.tolist() for ends in both.edges()), strict=True)) == [
        *((0, 2), (0, 1), (0, 6), (1, 0), (2, 0), (2, 2), (3, 6), (6, 3), (6, 0))
    ]
    once = read_planetoid(tmp_path, "cora", reverse_edge=False).graphs[0]
    assert list(zip(*(ends.tolist() for ends in once.edges()), strict=True)) == [(0, 2), (0, 1), (0, 6), (2, 2), (3, 6)]


def test_files_that_do_not_belong_together_are_refused(tmp_path):
    write(tmp_path, tx=scipy.sparse.csr_matrix(np.zeros((3, 3))))
    with pytest.raises(TableError, match="do not belong together"):
        read_planetoid(tmp_path, "cora")


def test_class_takes_names_in_any_case_and_names_the_others(tmp_path):
    dataset = CitationGraphDataset("CORA", raw_dir=write(tmp_path), verbose=False)
    assert (dataset.name, len(dataset), dataset.num_classes) == ("cora_v2", 1, 2)
    assert PubmedGraphDataset(raw_dir=write(tmp_path, "pubmed"), verbose=False)[0].num_nodes() == 7
    with pytest.raises(InputError, match=r"'arxiv'; expected one of 'citeseer', 'cora', 'pubmed'"):
        CitationGraphDataset("arxiv", raw_dir=tmp_path)


def test_arguments_keep_results_apart_and_transform_is_applied(tmp_path):
    write(tmp_path)
    assert CoraGraphDataset(raw_dir=tmp_path, verbose=False)[0].num_edges() == 9
    assert CoraGraphDataset(raw_dir=tmp_path, verbose=False, reverse_edge=False)[0].num_edges() == 5
    again = CoraGraphDataset(raw_dir=tmp_path, verbose=False, transform=lambda graph: graph.num_edges())
    assert again[0] == 9


# Labels, test masks and edges as DGL 2.1.0 gives them for the same files.
CORA = ((140, 500, 1000), "ae9816082385", "67440e3e7615")
CITESEER = ((120, 500, 1000), "5c9bdf5a0547", "35f7f4e3228e")
REAL = [
    (CoraGraphDataset, {}, (2708, 10556, 7), *CORA, "f8baa5629a45"),
    (CoraGraphDataset, {"reverse_edge": False}, (2708, 5278, 7), *CORA, "adc730358aa6"),
    (CiteseerGraphDataset, {}, (3327, 9228, 6), *CITESEER, "6263671f58f5"),
    (CiteseerGraphDataset, {"reverse_edge": False}, (3327, 4676, 6), *CITESEER, "9a892715c371"),
]


@pytest.mark.parametrize(("kind", "arguments", "counts", "split", "label", "mask", "edges"), REAL)
def test_real_files_give_the_graph_that_dgl_gives(data_dir, kind, arguments, counts, split, label, mask, edges):
    dataset = kind(verbose=False, **arguments)
    graph = dataset[0]
    assert (graph.num_nodes(), graph.num_edges(), dataset.num_classes) == counts
    assert tuple(int(graph.ndata[f"{part}_mask"].sum()) for part in ("train", "val", "test")) == split
    assert fingerprint(graph.ndata["label"]) == label
    assert fingerprint(graph.ndata["test_mask"]) == mask
    assert edges_fingerprint(graph) == edges


def test_real_split_has_twenty_training_nodes_a_class_and_no_node_twice(data_dir):
    for kind, width in ((CoraGraphDataset, 1433), (CiteseerGraphDataset, 3703)):
        data = kind(verbose=False)[0].ndata
        assert data["label"][data["train_mask"]].bincount().unique().tolist() == [20]
        assert not bool((data["train_mask"].int() + data["val_mask"].int() + data["test_mask"].int() > 1).any())
        assert data["feat"].shape[1] == width
        sums = data["feat"].sum(1)
        assert torch.allclose(sums[sums > 0], torch.ones(()))


def test_fifteen_nodes_of_citeseer_are_empty_and_in_no_part(data_dir):
    graph = CiteseerGraphDataset(verbose=False)[0]
    empty = graph.ndata["feat"].sum(1) == 0
    assert int(empty.sum()) == 15
    assert not bool((graph.ndata["train_mask"] | graph.ndata["val_mask"] | graph.ndata["test_mask"])[empty].any())
    assert int((graph.edges()[0] == graph.edges()[1]).sum()) == 124


def test_reordered_cora_is_the_same_graph_with_dgls_order_of_nodes(data_dir):
    graph, plain = (CoraGraphDataset(verbose=False, reorder=reorder)[0] for reorder in (True, False))
    assert fingerprint(graph.ndata["label"]) == "a4c17a6b05a3"
    assert fingerprint(graph.ndata["train_mask"]) == "b61a026d8e28"
    assert sorted_edges_fingerprint(graph) == "1dafbc565db1"
    assert graph.num_edges() == plain.num_edges()
    assert bool((graph.edges()[1].diff() >= 0).all())

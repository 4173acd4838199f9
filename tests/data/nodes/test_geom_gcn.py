"""Geom-GCN's text files: small ones by hand, the real ones against DGL 2.1."""

import numpy as np
import pytest
import torch
from tests.data.fingerprint import edges_fingerprint, fingerprint

from weft.data import (
    ActorDataset,
    ChameleonDataset,
    CiteseerGraphDataset,
    CoraGraphDataset,
    CornellDataset,
    GeomGCNDataset,
    HeterophilousGraphDataset,
    SquirrelDataset,
    TexasDataset,
    WisconsinDataset,
    geom_gcn_splits,
)
from weft.errors import InputError, TableError

NODES = "node_id\tfeature\tlabel\n1\t0,1,0\t2\n0\t1,0,0\t0\n2\t0,0,1\t2\n"


def write(folder, name, nodes=NODES):
    """Write three nodes, two parallel edges and a self-loop, and ten splits."""
    (folder / "new_data" / name).mkdir(parents=True)
    (folder / "splits").mkdir()
    (folder / "new_data" / name / "out1_node_feature_label.txt").write_text(nodes)
    (folder / "new_data" / name / "out1_graph_edges.txt").write_text("node_id\tnode_id\n0\t1\n0\t1\n2\t2\n")
    for number in range(10):
        masks = np.roll(np.eye(3, dtype=np.uint8), number, axis=1)
        parts = dict(zip(("train_mask", "val_mask", "test_mask"), masks, strict=True))
        np.savez(folder / "splits" / f"{name}_split_0.6_0.2_{number}.npz", **parts)
    return folder


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ChameleonDataset, "chameleon"),
        (SquirrelDataset, "squirrel"),
        (CornellDataset, "cornell"),
        (TexasDataset, "texas"),
        (WisconsinDataset, "wisconsin"),
    ],
)
def test_nodes_go_to_their_ids_and_edges_from_the_second_end_to_the_first(tmp_path, kind, name):
    dataset = kind(raw_dir=write(tmp_path, name), verbose=False)
    graph = dataset[0]
    assert [ends.tolist() for ends in graph.edges()] == [[1, 1, 2], [0, 0, 2]]
    assert graph.ndata["feat"].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert graph.ndata["label"].tolist() == [0, 2, 2]
    assert graph.ndata["train_mask"][:, :4].int().tolist() == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]
    assert dataset.num_classes == 2


def test_features_of_actors_are_lists_of_words(tmp_path):
    nodes = "node_id\tfeature\tlabel\n0\t2,0\t1\n1\t4\t0\n2\t0\t1\n"
    dataset = ActorDataset(raw_dir=write(tmp_path, "film", nodes), verbose=False)
    assert dataset[0].ndata["feat"].tolist() == [[1, 0, 1, 0, 0], [0, 0, 0, 0, 1], [1, 0, 0, 0, 0]]
    assert dataset.name == "actor"


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        (NODES.replace("2\t0,0,1", "1\t0,0,1"), "numbered 0 to 2"),
        (NODES.replace("0,0,1", "0,x,1"), "could not convert"),
        (NODES.replace("\t0,0,1", ""), "line 4"),
    ],
)
def test_malformed_nodes_are_refused(tmp_path, nodes, said):
    with pytest.raises(TableError, match=said):
        TexasDataset(raw_dir=write(tmp_path, "texas", nodes), verbose=False)


def test_another_name_is_refused(tmp_path):
    with pytest.raises(InputError, match="'actor', 'chameleon'"):
        GeomGCNDataset("film", raw_dir=tmp_path)


# As DGL 2.1.0 gives them for the same files: features, labels, masks, edges.
REAL = [
    (TexasDataset, (183, 325, 5), "7d7112c3ea84", "95273fddd432", "885999df6bfd", "3524f319f7d0", "dcb149c3f18d"),
    (CornellDataset, (183, 298, 5), "6d91af524848", "50c00b24526a", "bf781636136c", "2aac7eeb2be1", "f69df837aa5f"),
    (WisconsinDataset, (251, 515, 5), "929a766df5b6", "3f771ea73fdb", "acbd20fb318a", "3963222ad2bf", "ab9efec97462"),
    (ActorDataset, (7600, 33391, 5), "54544f054c10", "dce1f47c2677", "153207126766", "3752b2246578", "11a1cba71b90"),
]


@pytest.mark.parametrize(("kind", "counts", "feat", "label", "train", "test", "edges"), REAL)
def test_real_files_give_the_graph_that_dgl_gives(data_dir, kind, counts, feat, label, train, test, edges):
    dataset = kind(verbose=False)
    graph = dataset[0]
    assert (graph.num_nodes(), graph.num_edges(), dataset.num_classes) == counts
    assert fingerprint(graph.ndata["feat"]) == feat
    assert fingerprint(graph.ndata["label"]) == label
    assert fingerprint(graph.ndata["train_mask"]) == train
    assert fingerprint(graph.ndata["test_mask"]) == test
    assert edges_fingerprint(graph) == edges


def test_real_splits_do_not_overlap_and_are_those_of_the_other_publisher(data_dir):
    ours, other = TexasDataset(verbose=False)[0].ndata, HeterophilousGraphDataset("texas", verbose=False)[0].ndata
    assert int(sum(ours[f"{part}_mask"].int() for part in ("train", "val", "test")).max()) == 1
    assert torch.equal(ours["label"], other["label"])
    assert torch.equal(ours["train_mask"], other["train_mask"])


def test_splits_for_other_graphs_are_columns_and_other_names_are_refused(tmp_path):
    write(tmp_path, "pubmed")
    masks = geom_gcn_splits("pubmed", tmp_path)
    assert masks["train_mask"][:, :3].tolist() == torch.eye(3, dtype=torch.bool).tolist()
    assert masks["test_mask"].shape == (3, 10)
    with pytest.raises(InputError, match="'actor', 'chameleon', 'citeseer', 'cora'"):
        geom_gcn_splits("arxiv", tmp_path)
    with pytest.raises(InputError, match=r"cannot find 'splits/cora_split_0\.6_0\.2_0\.npz'"):
        geom_gcn_splits("cora", tmp_path)


@pytest.mark.parametrize(
    ("name", "kind", "left_out"), [("cora", CoraGraphDataset, 223), ("citeseer", CiteseerGraphDataset, 1207)]
)
def test_real_splits_of_planetoid_do_not_overlap_and_leave_nodes_out(data_dir, name, kind, left_out):
    graph = kind(verbose=False)[0]
    masks = geom_gcn_splits(name)
    together = sum(mask.int() for mask in masks.values())
    assert together.shape == (graph.num_nodes(), 10)
    assert int(together.max()) == 1
    assert int((together == 0).sum(0).max()) == left_out


def test_real_splits_of_chameleon_are_those_of_the_other_publisher(data_dir):
    ours, other = geom_gcn_splits("chameleon"), HeterophilousGraphDataset("chameleon", verbose=False)[0].ndata
    assert all(torch.equal(mask, other[part]) for part, mask in ours.items())

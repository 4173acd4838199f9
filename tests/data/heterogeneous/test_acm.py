"""ACM in the file of HAN and in those of HeCo."""

import numpy as np
import pytest
import scipy.io
import scipy.sparse
import torch

from weft.data import ACM3025Dataset, HeCoACMDataset
from weft.errors import InputError, ShapeError, TableError


def write_mat(folder, **changes):
    """Write three papers, two of which share an author."""
    variables = {
        "PAP": np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=np.uint8),
        "PLP": np.eye(3, dtype=np.uint8),
        "feature": np.array([[0, 1], [1, 0], [1, 1]], dtype=np.uint8),
        "label": np.array([[0, 1], [1, 0], [0, 1]], dtype=np.uint8),
        "train_idx": np.array([[0]]),
        "val_idx": np.array([[2]]),
        "test_idx": np.array([[1]]),
        **changes,
    }
    scipy.io.savemat(folder / "ACM3025.mat", {name: value for name, value in variables.items() if value is not None})
    return folder


def test_each_metapath_is_an_edge_type_and_a_graph_of_its_own(tmp_path):
    dataset = ACM3025Dataset(raw_dir=write_mat(tmp_path))
    graph = dataset[0]
    assert graph.canonical_etypes == [("paper", "PAP", "paper"), ("paper", "PLP", "paper")]
    assert [ends.tolist() for ends in graph.edges(etype="PAP")] == [[0, 0, 1, 1, 2], [0, 1, 0, 1, 2]]
    assert graph.ndata["label"].tolist() == [1, 0, 1]
    assert graph.ndata["test_mask"].tolist() == [False, True, False]
    assert dataset.num_classes == 2
    one = dataset.metapath_graph("PAP")
    assert one.num_edges() == 5
    assert one.ndata["feat"].data_ptr() == graph.ndata["feat"].data_ptr()
    with pytest.raises(InputError, match="'PAP', 'PLP'"):
        dataset.metapath_graph("PTP")


def test_other_metapaths_and_files_are_refused(tmp_path):
    for metapaths in (("PXP",), (), "PAP"):
        with pytest.raises(InputError, match="metapaths"):
            ACM3025Dataset(raw_dir=tmp_path, metapaths=metapaths)
    with pytest.raises(TableError, match="'label'"):
        ACM3025Dataset(raw_dir=write_mat(tmp_path, label=None))


def write_heco(folder, labels=3):
    """Write three papers of two authors and two subjects."""
    scipy.sparse.save_npz(folder / "p_feat.npz", scipy.sparse.csr_matrix(np.diag([1.0, 2, 3])))
    scipy.sparse.save_npz(folder / "a_feat.npz", scipy.sparse.coo_matrix(np.ones((2, 3))))
    scipy.sparse.save_npz(folder / "pos.npz", scipy.sparse.coo_matrix(np.array([[1, 0, 1], [0, 1, 0], [0, 0, 1]])))
    np.save(folder / "labels.npy", np.array([0.0, 2, 1, 1][:labels]))
    (folder / "pa.txt").write_text("0\t1\n1\t1\n2\t0\n")
    (folder / "ps.txt").write_text("0\t0\n1\t1\n2\t1\n")
    for count in (20, 40, 60):
        for place, part in enumerate(("train", "val", "test")):
            np.save(folder / f"{part}_{count}.npy", np.array([(place + count // 20) % 3]))
    return folder


def test_papers_authors_and_subjects_are_joined_both_ways(tmp_path):
    dataset = HeCoACMDataset(raw_dir=write_heco(tmp_path))
    graph = dataset[0]
    assert [ends.tolist() for ends in graph.edges(etype="pa")] == [[0, 1, 2], [1, 1, 0]]
    assert [ends.tolist() for ends in graph.edges(etype="sp")] == [[0, 1, 1], [0, 1, 2]]
    assert graph.nodes["paper"].data["feat"].tolist() == [[1, 0, 0], [0, 2, 0], [0, 0, 3]]
    assert graph.nodes["paper"].data["label"].tolist() == [0, 2, 1]
    assert graph.nodes["author"].data["feat"].shape == (2, 3)
    assert graph.nodes["paper"].data["train_mask"].tolist() == [False, True, False]
    assert dataset.positive_pairs.tolist() == [[0, 0, 1, 2], [0, 2, 1, 2]]
    assert sorted(zip(*(ends.tolist() for ends in dataset.metapath_graph("pap").edges()), strict=True)) == [
        *((0, 0), (0, 1), (1, 0), (1, 1), (2, 2))
    ]
    with pytest.raises(InputError, match="'pap', 'psp'"):
        dataset.metapath_graph("PAP")


def test_splits_are_chosen_by_training_nodes_a_class(tmp_path):
    write_heco(tmp_path)
    masks = [HeCoACMDataset(raw_dir=tmp_path, train_per_class=n)[0].nodes["paper"].data["train_mask"] for n in (20, 40)]
    assert not torch.equal(*masks)
    with pytest.raises(InputError, match="train_per_class=10"):
        HeCoACMDataset(raw_dir=tmp_path, train_per_class=10)


def test_labels_of_another_number_of_papers_are_refused(tmp_path):
    with pytest.raises(ShapeError, match="4 labels for 3 papers"):
        HeCoACMDataset(raw_dir=write_heco(tmp_path, labels=4))


def test_real_acm3025_has_the_published_counts_and_split(data_dir):
    dataset = ACM3025Dataset()
    graph = dataset[0]
    assert (graph.num_nodes(), graph.num_edges("PAP"), graph.num_edges("PLP")) == (3025, 29281, 2210761)
    assert (graph.ndata["feat"].shape[1], dataset.num_classes) == (1870, 3)
    masks = [graph.ndata[f"{part}_mask"] for part in ("train", "val", "test")]
    assert [int(mask.sum()) for mask in masks] == [600, 300, 2125]
    assert int(sum(mask.int() for mask in masks).max()) == 1


@pytest.mark.parametrize("count", [20, 40, 60])
def test_real_heco_has_the_published_counts_and_splits(data_dir, count):
    dataset = HeCoACMDataset(train_per_class=count)
    graph = dataset[0]
    assert {ntype: graph.num_nodes(ntype) for ntype in graph.ntypes} == {"author": 7167, "paper": 4019, "subject": 60}
    assert (graph.num_edges("pa"), graph.num_edges("ps")) == (13407, 4019)
    data = graph.nodes["paper"].data
    masks = [data[f"{part}_mask"] for part in ("train", "val", "test")]
    assert [int(mask.sum()) for mask in masks] == [3 * count, 1000, 1000]
    assert int(sum(mask.int() for mask in masks).max()) == 1
    assert data["label"][masks[0]].bincount().tolist() == [count] * 3


def test_real_metapaths_of_heco_are_those_that_it_publishes(data_dir):
    published = scipy.sparse.load_npz(data_dir / "heco-acm/pap.npz")
    graph = HeCoACMDataset().metapath_graph("pap")
    ours = set(zip(*(ends.tolist() for ends in graph.edges()), strict=True))
    assert ours == set(zip(published.row.tolist(), published.col.tolist(), strict=True))

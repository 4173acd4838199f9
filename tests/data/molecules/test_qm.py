"""QM9 and QM7b: edges by distance, by bonds and by Coulomb matrices, in the published arrays."""

import numpy as np
import pytest
import scipy.io

from weft.data import QM7bDataset, QM9Dataset, QM9EdgeDataset
from weft.errors import InputError, ShapeError, TableError


def qm9(folder, **changes):
    arrays = {
        "N": np.array([3, 1]),
        "R": np.array([[0.0, 0, 0], [0, 0, 1], [0, 0, 2.5], [7, 7, 7]]),
        "Z": np.array([6, 1, 8, 2]),
        "mu": np.array([0.5, 1.5]),
        "gap": np.array([[3.0], [4.0]]),
    }
    np.savez(folder / "qm9_eV.npz", **{**arrays, **changes})
    return folder


def test_atoms_within_the_cutoff_have_edges(tmp_path):
    dataset = QM9Dataset(["gap", "mu"], cutoff=1.5, raw_dir=qm9(tmp_path))
    assert (len(dataset), dataset.num_tasks, dataset.num_labels, dataset.num_classes) == (2, 2, 2, 2)
    graph, label = dataset[0]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert (graph.ndata["Z"].tolist(), label.tolist()) == ([6, 1, 8], [3.0, 0.5])
    assert graph.ndata["R"].dtype == label.dtype
    assert dataset.graphs[1].num_nodes() == 1
    assert dataset.graphs[1].ndata["R"].tolist() == [[7, 7, 7]]
    assert QM9Dataset(["mu"], cutoff=1.0, raw_dir=tmp_path)[0][0].num_edges() == 2
    assert QM9Dataset(["mu"], raw_dir=tmp_path)[0][0].num_edges() == 6


def test_properties_that_cannot_be_are_refused(tmp_path):
    for keys in ([], "mu"):
        with pytest.raises(InputError, match="expected a list of properties"):
            QM9Dataset(keys, raw_dir=tmp_path)
    with pytest.raises(InputError, match="cutoff=0"):
        QM9Dataset(["mu"], cutoff=0, raw_dir=tmp_path)
    with pytest.raises(TableError, match="no array 'homo'"):
        QM9Dataset(["homo"], raw_dir=qm9(tmp_path))
    with pytest.raises(ShapeError, match="3 rows of properties for 2 molecules"):
        QM9Dataset(["mu"], raw_dir=qm9(tmp_path, mu=np.zeros(3)))


def qm9_edge(folder, **changes):
    arrays = {
        "n_node": np.array([2, 3]),
        "n_edge": np.array([2, 1]),
        "node_attr": np.arange(55.0).reshape(5, 11),
        "node_pos": np.arange(15.0).reshape(5, 3),
        "edge_attr": np.eye(3, 4),
        "src": np.array([0, 1, 2]),
        "dst": np.array([1, 0, 0]),
        "targets": np.arange(38.0).reshape(2, 19),
    }
    np.savez(folder / "qm9_edge.npz", **{**arrays, **changes})
    return folder


def test_bonds_are_edges(tmp_path):
    dataset = QM9EdgeDataset(["C", "mu"], raw_dir=qm9_edge(tmp_path), verbose=False)
    assert (len(dataset), dataset.num_tasks, dataset.num_labels) == (2, 2, 2)
    graph, label = dataset[1]
    assert ([ends.tolist() for ends in graph.edges()], label.tolist()) == ([[2], [0]], [37.0, 19.0])
    assert graph.ndata["attr"][0].tolist() == list(range(22, 33))
    assert graph.ndata["pos"].tolist() == [[6, 7, 8], [9, 10, 11], [12, 13, 14]]
    assert graph.edata["edge_attr"].tolist() == [[0, 0, 1, 0]]
    assert QM9EdgeDataset(raw_dir=tmp_path, verbose=False)[0][1].tolist() == list(range(19))


def test_unknown_properties_and_other_shapes_are_refused(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'homo'"):
        QM9EdgeDataset(["hommo"], raw_dir=tmp_path)
    with pytest.raises(InputError):
        QM9EdgeDataset([], raw_dir=tmp_path)
    with pytest.raises(ShapeError, match=r"targets of shape \(2, 12\)"):
        QM9EdgeDataset(raw_dir=qm9_edge(tmp_path, targets=np.zeros((2, 12))), verbose=False)


def test_entries_of_a_coulomb_matrix_are_edges(tmp_path):
    matrices = np.zeros((2, 3, 3), np.float32)
    matrices[0, :2, :2] = [[5, 1], [1, 7]]
    matrices[1] = [[1, 0, 2], [0, 3, 0], [2, 0, 4]]
    scipy.io.savemat(tmp_path / "qm7b.mat", {"X": matrices, "T": np.arange(28, dtype=np.float32).reshape(2, 14)})
    dataset = QM7bDataset(raw_dir=tmp_path)
    assert (len(dataset), dataset.num_tasks, dataset.num_labels, dataset.num_classes) == (2, 14, 14, 14)
    graph, label = dataset[0]
    assert (graph.num_nodes(), graph.edata["h"].tolist()) == (2, [[5], [1], [1], [7]])
    assert [ends.tolist() for ends in dataset[1][0].edges()] == [[0, 0, 1, 2, 2], [0, 2, 1, 0, 2]]
    assert label.tolist() == dataset.label[0].tolist() == list(range(14))


def test_other_matrices_are_refused(tmp_path):
    scipy.io.savemat(tmp_path / "qm7b.mat", {"X": np.zeros((2, 3, 4)), "T": np.zeros((2, 14))})
    with pytest.raises(ShapeError, match=r"matrices of shape \(2, 3, 4\)"):
        QM7bDataset(raw_dir=tmp_path)

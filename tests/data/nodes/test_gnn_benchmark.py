"""The npz files of gnn-benchmark: a small one by hand, the real ones against DGL 2.1."""

import numpy as np
import pytest
import scipy.sparse
from tests.data.fingerprint import fingerprint, sorted_edges_fingerprint

from weft.data import (
    AmazonCoBuyComputerDataset,
    AmazonCoBuyPhotoDataset,
    CoauthorCSDataset,
    CoauthorPhysicsDataset,
    CoraFullDataset,
    GNNBenchmarkDataset,
)
from weft.errors import InputError, TableError


def write(path, **changes):
    """Write three nodes in a row, an edge of which is stored twice; pickled names stand beside, as published."""
    adjacency = scipy.sparse.csr_matrix((np.ones(3, np.float32), [1, 1, 1], [0, 2, 2, 3]), shape=(3, 3))
    features = scipy.sparse.csr_matrix(np.array([[0, 2.0], [1, 0], [0, 0]], dtype=np.float32))
    arrays = {
        f"{prefix}_{part}": np.asarray(getattr(matrix, part))
        for prefix, matrix in (("adj", adjacency), ("attr", features))
        for part in ("data", "indices", "indptr", "shape")
    }
    arrays |= {"labels": np.array([2, 0, 1], dtype=np.int32), "node_names": np.array(["a", None, 3], dtype=object)}
    np.savez(path, **{name: array for name, array in (arrays | changes).items() if array is not None})


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        (AmazonCoBuyComputerDataset, "amazon_electronics_computers.npz"),
        (AmazonCoBuyPhotoDataset, "amazon_electronics_photo.npz"),
        (CoauthorCSDataset, "ms_academic_cs.npz"),
        (CoauthorPhysicsDataset, "ms_academic_phy.npz"),
        (CoraFullDataset, "cora_full.npz"),
    ],
)
def test_edges_become_undirected_and_unique_and_features_go_with_their_nodes(tmp_path, kind, file):
    write(tmp_path / file)
    dataset = kind(raw_dir=tmp_path)
    graph = dataset[0]
    label = graph.ndata["label"].tolist()
    assert dict(zip(label, graph.ndata["feat"].tolist(), strict=True)) == {2: [0, 2], 0: [1, 0], 1: [0, 0]}
    src, dst = (ends.tolist() for ends in graph.edges())
    assert {(label[u], label[v]) for u, v in zip(src, dst, strict=True)} == {(2, 0), (0, 2), (0, 1), (1, 0)}
    assert (graph.num_edges(), dataset.num_classes) == (4, 3)


def test_another_name_and_a_file_without_labels_are_refused(tmp_path):
    with pytest.raises(InputError, match="'amazon_co_buy_photo', 'coauthor_cs'"):
        GNNBenchmarkDataset("amazon", raw_dir=tmp_path)
    write(tmp_path / "cora_full.npz", labels=None)
    with pytest.raises(TableError, match="'labels'"):
        CoraFullDataset(raw_dir=tmp_path)


# As DGL 2.1.0 gives them for the same files; edges of one destination stand in another order there.
@pytest.mark.parametrize(
    ("kind", "counts", "label", "feat", "edges"),
    [
        (AmazonCoBuyComputerDataset, (13752, 491722, 10), "036488e7a970", "78b9c5fc8c5c", "baa3097f534e"),
        (CoauthorCSDataset, (18333, 163788, 15), "72fd4370907d", "cffc228b0453", "6972bc8cb01d"),
    ],
)
def test_real_files_give_the_graph_that_dgl_gives(data_dir, kind, counts, label, feat, edges):
    dataset = kind()
    graph = dataset[0]
    assert (graph.num_nodes(), graph.num_edges(), dataset.num_classes) == counts
    assert fingerprint(graph.ndata["label"]) == label
    assert fingerprint(graph.ndata["feat"]) == feat
    assert sorted_edges_fingerprint(graph) == edges
    assert bool((graph.edges()[1].diff() >= 0).all())

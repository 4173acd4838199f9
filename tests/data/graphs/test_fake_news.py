"""Trees of retweets, in the published arrays."""

import numpy as np
import pytest
import scipy.sparse
import torch

from weft.data import FakeNewsDataset
from weft.errors import IdError, InputError, ShapeError

FEATURE = np.arange(12, dtype=np.float32).reshape(6, 2)


def write(folder, edges="0, 1\n1, 2\n3, 4\n3, 5\n", labels=(0, 1), feature=FEATURE):
    (folder / "A.txt").write_text(edges)
    np.save(folder / "graph_labels.npy", np.array(labels))
    np.save(folder / "node_graph_id.npy", np.array([0, 0, 0, 1, 1, 1]))
    for part, ids in (("train", [1]), ("val", [0]), ("test", [0])):
        np.save(folder / f"{part}_idx.npy", np.array(ids))
    scipy.sparse.save_npz(folder / "new_profile_feature.npz", scipy.sparse.csr_matrix(feature))
    return folder


def test_a_tree_has_the_features_of_its_nodes(tmp_path):
    dataset = FakeNewsDataset("politifact", "profile", raw_dir=write(tmp_path))
    assert (len(dataset), dataset.num_graphs, dataset.num_classes) == (2, 2, 2)
    graph, label = dataset[1]
    assert ([ends.tolist() for ends in graph.edges()], int(label)) == ([[0, 0], [1, 2]], 1)
    assert torch.equal(graph.ndata["feat"], dataset.feature[3:])
    assert (graph.ndata["_ID"].tolist(), graph.edata["_ID"].tolist()) == ([3, 4, 5], [2, 3])
    masks = [mask.tolist() for mask in (dataset.train_mask, dataset.val_mask, dataset.test_mask)]
    assert masks == [[False, True], [True, False], [True, False]]
    assert dataset.labels.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"edges": "0, 6\n"}, IdError, "not among the 6"),
        ({"labels": (0, 1, 1)}, ShapeError, "2 trees and 3 labels"),
        ({"feature": FEATURE[:4]}, ShapeError, "4 rows of features for 6 nodes"),
    ],
)
def test_files_that_do_not_go_together_are_refused(tmp_path, changes, error, said):
    with pytest.raises(error, match=said):
        FakeNewsDataset("gossipcop", "profile", raw_dir=write(tmp_path, **changes))


def test_other_names_are_refused(tmp_path):
    with pytest.raises(InputError, match="name='twitter'"):
        FakeNewsDataset("twitter", "bert", raw_dir=tmp_path)
    with pytest.raises(InputError, match="feature_name='glove'"):
        FakeNewsDataset("politifact", "glove", raw_dir=tmp_path)

"""Reddit's two files, made small."""

import numpy as np
import pytest
import scipy.sparse

from weft.data import RedditDataset
from weft.errors import ShapeError


def write(folder, stem="reddit", nodes=4):
    """Write a path of four nodes with a self-loop, and what is known of them."""
    row, col = np.array([[0, 1], [1, 0], [1, 2], [2, 1], [2, 3], [3, 2], [3, 3]]).T
    scipy.sparse.save_npz(folder / f"{stem}_graph.npz", scipy.sparse.coo_matrix((np.ones(7), (row, col)), shape=(4, 4)))
    np.savez(
        folder / "reddit_data.npz",
        feature=np.arange(nodes, dtype=np.float64)[:, None],
        label=np.arange(nodes) + 10,
        node_types=np.array([1, 1, 2, 3][:nodes]),
    )
    return folder


@pytest.mark.parametrize("self_loop", [False, True])
def test_columns_go_with_their_nodes_when_these_are_reordered(tmp_path, self_loop):
    stem = "reddit_self_loop" if self_loop else "reddit"
    dataset = RedditDataset(self_loop, raw_dir=write(tmp_path, stem))
    graph = dataset[0]
    label = graph.ndata["label"]
    assert graph.ndata["feat"][:, 0].tolist() == (label - 10).tolist()
    assert {name: label[graph.ndata[f"{name}_mask"]].sort().values.tolist() for name in ("train", "val", "test")} == {
        "train": [10, 11],
        "val": [12],
        "test": [13],
    }
    pairs = {(int(label[u]), int(label[v])) for u, v in zip(*graph.edges(), strict=True)}
    assert pairs == {(10, 11), (11, 10), (11, 12), (12, 11), (12, 13), (13, 12), (13, 13)}
    assert graph.num_edges() == 7
    assert bool((graph.edges()[1].diff() >= 0).all())
    assert dataset.num_classes == 14
    assert list(graph.edata) == []


def test_files_of_other_numbers_of_nodes_are_refused(tmp_path):
    with pytest.raises(ShapeError, match="one number of nodes"):
        RedditDataset(raw_dir=write(tmp_path, nodes=3))

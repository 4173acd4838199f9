"""CoraBinary's three files, made small."""

import pickle

import numpy as np
import pytest
import scipy.sparse

from weft.data import CoraBinary
from weft.errors import InputError, TableError


def write(
    folder, graphs="graph 0\n0 1\n1 0\ngraph 1\n2 0\n", labels="graph 0\n0\n1\ngraph 1\n1\n1\n0\n", matrices=None
):
    kept = [scipy.sparse.coo_matrix(np.eye(2)), scipy.sparse.coo_matrix(np.ones((3, 1)))]
    (folder / "graphs.txt").write_text(graphs)
    (folder / "labels.txt").write_text(labels)
    (folder / "pmpds.pkl").write_bytes(pickle.dumps(kept if matrices is None else matrices, protocol=2))
    return folder


def test_an_item_is_graph_matrix_and_labels(tmp_path):
    dataset = CoraBinary(raw_dir=write(tmp_path), verbose=False)
    assert len(dataset) == 2
    graph, matrix, labels = dataset[1]
    assert [ends.tolist() for ends in graph.edges()] == [[2], [0]]
    assert graph.num_nodes() == 3
    assert matrix.toarray().tolist() == [[1], [1], [1]]
    assert labels.tolist() == [1, 1, 0]
    assert dataset[-1][2].tolist() == [1, 1, 0]
    assert len(dataset[:1]) == 1


def test_items_are_collated_into_a_batch_a_matrix_of_blocks_and_one_array(tmp_path):
    dataset = CoraBinary(raw_dir=write(tmp_path), verbose=False)
    graph, matrix, labels = CoraBinary.collate_fn([dataset[0], dataset[1]])
    assert graph.batch_num_nodes().tolist() == [2, 3]
    assert matrix.toarray().tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]]
    assert labels.tolist() == [0, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"graphs": "graph 0\n0 1\n"}, "1 graphs, 2 matrices"),
        ({"labels": "graph 0\n0\nx\n"}, "line 3 of .*labels"),
        ({"graphs": "0 1\n"}, "line 1 of .*graphs"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(tmp_path, files, said):
    with pytest.raises(TableError, match=said):
        CoraBinary(raw_dir=write(tmp_path, **files), verbose=False)


def test_a_pickle_of_anything_else_is_refused(tmp_path):
    with pytest.raises(InputError):
        CoraBinary(raw_dir=write(tmp_path, matrices=[print]), verbose=False)

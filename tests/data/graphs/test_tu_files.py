"""The files of the TU collection: order of nodes and edges, and rows that do not fit."""

import pytest

from weft.data import TUDataset
from weft.data.graphs.tu_files import read_tu, tu_files, tu_graphs, tu_labels
from weft.errors import IdError, TableError

FILES = {
    "A": "1, 2\n2, 1\n5, 4\n3, 1\n4, 5\n1, 3\n",
    "graph_indicator": "1\n1\n1\n2\n2\n",
    "graph_labels": "3\n-1\n",
    "node_labels": "5\n6\n5\n7\n5\n",
    "node_attributes": "0.5, 1\n1, 2\n 2.0,3\n3,4\n4,5\n",
    "edge_labels": "1\n1\n2\n3\n2\n3\n",
    "edge_attributes": "1\n2\n3\n4\n5\n6\n",
}


def write(folder, **changes):
    (folder / "X").mkdir(exist_ok=True)
    for part, text in {**FILES, **changes}.items():
        if text is not None:
            (folder / "X" / f"X_{part}.txt").write_text(text)
    return folder


def test_edges_stand_source_after_source_with_their_features(tmp_path):
    tables = read_tu(write(tmp_path), "X")
    first, second = tu_graphs(tables)
    assert [ends.tolist() for ends in first.edges()] == [[0, 0, 1, 2], [1, 2, 0, 0]]
    assert [ends.tolist() for ends in second.edges()] == [[0, 1], [1, 0]]
    assert first.edata["edge_labels"].tolist() == [[0], [2], [0], [2]]
    assert first.edata["edge_attr"].tolist() == [[1.0], [6.0], [2.0], [4.0]]
    assert first.edata["_ID"].tolist() == [0, 5, 1, 3]
    assert second.ndata["node_labels"].tolist() == [[2], [0]]
    assert second.ndata["node_attr"].tolist() == [[3.0, 4.0], [4.0, 5.0]]
    assert second.ndata["_ID"].tolist() == [3, 4]


def test_labels_count_from_zero_in_ascending_order(tmp_path):
    labels, count = tu_labels(read_tu(write(tmp_path), "X"))
    assert (labels.tolist(), count) == ([[1], [0]], 2)
    other = tmp_path / "other"
    other.mkdir()
    attributes, count = tu_labels(read_tu(write(other, graph_labels=None, graph_attributes="0.5\n-2\n"), "X"))
    assert (attributes.tolist(), count) == ([[0.5], [-2.0]], None)


def test_nodes_of_a_graph_may_stand_apart_and_a_graph_may_have_none(tmp_path):
    tables = read_tu(
        write(
            tmp_path,
            graph_indicator="1\n3\n1\n3\n1\n",
            A="1, 3\n4, 2\n",
            edge_labels="4\n4\n",
            edge_attributes="1\n2\n",
            graph_labels="1\n1\n2\n",
        ),
        "X",
    )
    graphs = tu_graphs(tables)
    assert [g.num_nodes() for g in graphs] == [3, 0, 2]
    assert [[ends.tolist() for ends in g.edges()] for g in graphs] == [[[0], [1]], [[], []], [[1], [0]]]
    assert graphs[2].ndata["_ID"].tolist() == [1, 3]


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"A": "1, 6\n"}, IdError, "not among the 5 nodes"),
        ({"A": "0, 1\n"}, IdError, "not among the 5 nodes"),
        (
            {"A": "1, 4\n", "edge_labels": "1\n", "edge_attributes": "1\n"},
            TableError,
            "edge 0 joins two graphs, 1 and 4",
        ),
        ({"node_labels": "1\n"}, TableError, "has 1 rows; expected 5"),
        ({"edge_labels": "1\n"}, TableError, "has 1 rows; expected 6"),
        ({"graph_labels": "1\n2\n3\n"}, TableError, "has 3 rows; expected 2"),
        ({"graph_indicator": "0\n0\n0\n1\n1\n"}, TableError, "count from 1"),
        ({"graph_labels": "a\nb\n"}, TableError, "X_graph_labels"),
        ({"graph_labels": None}, TableError, "neither a file of graph labels"),
    ],
)
def test_rows_that_do_not_fit_are_refused(tmp_path, changes, error, said):
    with pytest.raises(error, match=said):
        TUDataset("X", raw_dir=write(tmp_path, **changes))


def test_files_come_from_the_collection_or_from_where_their_checksum_is_known():
    assert all(file.url.endswith("/PROTEINS.zip") and file.member == file.name for file in tu_files("PROTEINS"))
    assert [file.name for file in tu_files("DD") if not file.optional] == ["DD/DD_A.txt", "DD/DD_graph_indicator.txt"]
    assert all(file.sha256 for file in tu_files("MUTAG") if not file.optional)

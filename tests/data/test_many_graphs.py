"""Graphs cut out of columns, and folds."""

import pytest
import torch

from weft.data.many_graphs import Fold, folds_from_labels, graphs_from_columns, labels_from_folds, read_folds
from weft.errors import IdError, ShapeError, TableError


def columns(num_nodes, num_edges, src, dst):
    return [torch.tensor(values) for values in (num_nodes, num_edges, src, dst)]


def test_graphs_have_their_own_nodes_edges_and_features():
    graphs = graphs_from_columns(
        *columns([2, 0, 3], [1, 0, 2], [0, 2, 0], [1, 1, 0]),
        ndata={"x": torch.arange(5)},
        edata={"w": torch.arange(3.0)},
    )
    assert [g.num_nodes() for g in graphs] == [2, 0, 3]
    assert [[ends.tolist() for ends in g.edges()] for g in graphs] == [[[0], [1]], [[], []], [[2, 0], [1, 0]]]
    assert [g.ndata["x"].tolist() for g in graphs] == [[0, 1], [], [2, 3, 4]]
    assert [g.edata["w"].tolist() for g in graphs] == [[0.0], [], [1.0, 2.0]]


@pytest.mark.parametrize(("src", "dst"), [([2], [0]), ([0], [-1])])
def test_edge_out_of_its_graph_is_refused(src, dst):
    with pytest.raises(IdError, match="edge 0 goes from"):
        graphs_from_columns(*columns([2, 3], [1, 0], src, dst))


def test_counts_that_do_not_add_up_are_refused():
    with pytest.raises(ShapeError, match="1 sources"):
        graphs_from_columns(*columns([2], [2], [0], [1]))
    with pytest.raises(ShapeError):
        graphs_from_columns(*columns([2], [1], [0], [1]), ndata={"x": torch.zeros(3)})


def test_folds_are_read_and_kept_as_labels(tmp_path):
    for part, text in (("train", "0,1\n2,3\n"), ("val", "2\n0\n"), ("test", "3\n1\n")):
        (tmp_path / f"x_{part}.index").write_text(text)
    folds = read_folds(tmp_path, "x")
    assert [[part.tolist() for part in fold] for fold in folds] == [[[0, 1], [2], [3]], [[2, 3], [0], [1]]]
    again = folds_from_labels({"other": torch.zeros(1), **labels_from_folds(folds)})
    assert all(isinstance(fold, Fold) for fold in again)
    assert [[part.tolist() for part in fold] for fold in again] == [[part.tolist() for part in fold] for fold in folds]
    (tmp_path / "x_val.index").write_text("2\n")
    with pytest.raises(TableError, match="2, 1, 2 lines"):
        read_folds(tmp_path, "x")

"""Airports: nodes have numbers of their own, and the order of their labels' file."""

import pytest

from weft.data import AirportsDataset
from weft.data.nodes.airports import read_labelled_edges
from weft.errors import InputError, TableError


def write(folder, edges="30 10\n10 30\n20 20\n", labels="node label\n30 1\n10 0\n20 3\n"):
    (folder / "usa-airports.edgelist").write_text(edges)
    (folder / "labels-usa-airports.txt").write_text(labels)
    return folder


def test_nodes_stand_in_the_order_of_labels_and_edges_in_both_directions(tmp_path):
    dataset = AirportsDataset("usa", raw_dir=write(tmp_path))
    graph = dataset[0]
    assert graph.ndata["id"].tolist() == [30, 10, 20]
    assert graph.ndata["label"].tolist() == [1, 0, 3]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 1, 2], [1, 0, 2]]
    assert dataset.num_classes == 4


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"edges": "30 40\n"}, "edge of node 40"),
        ({"edges": "5 30\n"}, "edge of node 5"),
        ({"labels": "node label\n30 1\n30 0\n10 2\n"}, "two lines"),
        ({"labels": "node label\n30 one\n"}, "labels-usa"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(tmp_path, files, said):
    with pytest.raises(TableError, match=said):
        AirportsDataset("usa", raw_dir=write(tmp_path, **files))


def test_labelled_edges_may_begin_at_the_first_line(tmp_path):
    (tmp_path / "edges").write_text("1 2\n")
    (tmp_path / "labels").write_text("2 0\n1 1\n")
    content = read_labelled_edges(tmp_path / "edges", tmp_path / "labels")
    assert content.graphs[0].ndata["id"].tolist() == [2, 1]
    assert content.info == {"num_classes": 2}


def test_another_region_is_refused(tmp_path):
    with pytest.raises(InputError, match="'brazil', 'europe', 'usa'"):
        AirportsDataset("asia", raw_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "nodes", "edges", "loops"),
    [("brazil", 131, 1074, 71), ("europe", 399, 5995, 2), ("usa", 1190, 13599, 0)],
)
def test_real_graphs_have_the_published_counts(data_dir, name, nodes, edges, loops):
    dataset = AirportsDataset(name)
    src, dst = dataset[0].edges()
    assert (dataset[0].num_nodes(), int((src <= dst).sum()), int((src == dst).sum())) == (nodes, edges, loops)
    assert dataset.num_classes == 4
    quarter = dataset[0].ndata["label"].bincount()
    assert int(quarter.max() - quarter.min()) <= 3

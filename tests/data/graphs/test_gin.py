"""GIN's text files: labels, self-loops, degrees, folds, and the graphs that DGL makes of the real ones."""

import pytest
import torch
from tests.data.fingerprint import edges_fingerprint, fingerprint

import weft
from weft.data import GINDataset
from weft.data.graphs.gin import node_columns, read_node_lines
from weft.errors import InputError, TableError

TEXT = "2\n3 7\n4 1 2\n9 0\n4 1 0\n2 5\n9 1 1\n9 1 0\n"


def write(folder, text=TEXT, name="MUTAG"):
    (folder / name).mkdir()
    (folder / name / f"{name}.txt").write_text(text)
    return folder


def test_labels_count_as_they_first_stand(tmp_path):
    dataset = GINDataset("MUTAG", False, raw_dir=write(tmp_path))
    assert (len(dataset), dataset.num_classes, dataset.gclasses, dataset.dim_nfeats) == (2, 2, 2, 2)
    graph, label = dataset[0]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 2], [2, 0]]
    assert (int(label), graph.ndata["label"].tolist()) == (0, [0, 1, 0])
    assert graph.ndata["attr"].tolist() == [[1, 0], [0, 1], [1, 0]]
    assert dataset.labels.tolist() == [0, 1]
    assert dataset[1][0].ndata["label"].tolist() == [1, 1]


def test_self_loops_stand_behind_the_edges_of_a_node(tmp_path):
    graph, _ = GINDataset("MUTAG", True, raw_dir=write(tmp_path))[0]
    assert [ends.tolist() for ends in graph.edges()] == [[0, 0, 1, 2, 2], [2, 0, 1, 0, 2]]


@pytest.mark.parametrize(("self_loop", "degrees"), [(False, [[1, 0, 1], [1, 1]]), (True, [[2, 1, 2], [2, 2]])])
def test_degrees_take_the_place_of_labels(tmp_path, self_loop, degrees):
    dataset = GINDataset("PTC", self_loop, degree_as_nlabel=True, raw_dir=write(tmp_path, name="PTC"))
    assert [g.ndata["label"].tolist() for g in dataset.graphs] == degrees
    assert dataset[0][0].ndata["attr"].tolist() == [[0, 1], [1, 0], [0, 1]]


def test_attributes_stand_behind_the_neighbours(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("1\n2 0\n3 1 1 0.5 -1\n3 1 0 2 1e3\n")
    rows = read_node_lines(path, self_loop=False)
    assert rows.attr.tolist() == [[0.5, -1], [2, 1000]]
    label, attr = node_columns(rows, degree_as_nlabel=True)
    assert (label.tolist(), attr.tolist()) == ([0, 0], rows.attr.tolist())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1"),
        ("1\n2\n", "line 2 .*expected 2 whole numbers"),
        ("1\n1 0\n", "the end"),
        ("1\n1 0\n0 1\n", "line 3"),
        ("1\n1 0\n0 1 1\n", "line 3 .*neighbour out of range"),
        ("1\n1 0\n0 -1\n", "line 3"),
        ("1\n1 x\n", "line 2"),
        ("1\n2 0\n0 0 1\n0 0\n", r"\[0, 1\] attributes"),
        ("1\n1 0\n0 0 x\n", "no number"),
    ],
)
def test_a_malformed_line_is_named(tmp_path, text, said):
    (tmp_path / "x.txt").write_text(text)
    with pytest.raises(TableError, match=said):
        read_node_lines(tmp_path / "x.txt", self_loop=False)


def test_the_archive_of_gin_and_its_folds_are_read(tmp_path):
    (tmp_path / "dataset").mkdir()
    write(tmp_path / "dataset")
    folds = tmp_path / "dataset" / "MUTAG" / "10fold_idx"
    folds.mkdir()
    for number in range(1, 11):
        (folds / f"train_idx-{number}.txt").write_text("1\n")
        (folds / f"test_idx-{number}.txt").write_text("0\n")
    dataset = GINDataset("MUTAG", False, raw_dir=tmp_path)
    assert len(dataset) == 2
    assert [[part.tolist() for part in fold] for fold in dataset.folds] == [[[1], [], [0]]] * 10
    (folds / "test_idx-3.txt").write_text("2\n")
    with pytest.raises(TableError, match="fold 3"):
        GINDataset("MUTAG", False, raw_dir=tmp_path, force_reload=True)


COUNTS = [
    ("MUTAG", 188, 2, 17.93),
    ("PTC", 344, 2, 25.56),
    ("IMDBBINARY", 1000, 2, 19.77),
    ("IMDBMULTI", 1500, 3, 13.0),
]


@pytest.mark.parametrize(("name", "graphs", "classes", "nodes"), [*COUNTS, ("NCI1", 4110, 2, 29.87)])
def test_real_files_have_the_published_counts_and_ten_folds(data_dir, name, graphs, classes, nodes):
    dataset = GINDataset(name, self_loop=False)
    assert (len(dataset), dataset.num_classes) == (graphs, classes)
    assert round(sum(g.num_nodes() for g in dataset.graphs) / graphs, 2) == nodes
    assert len(dataset.folds) == 10
    for fold in dataset.folds:
        assert not set(fold.train.tolist()) & set(fold.test.tolist())
    never_tested = {"MUTAG": 8, "PTC": 4}.get(name, 0)
    assert len(torch.cat([fold.test for fold in dataset.folds]).unique()) == graphs - never_tested


@pytest.mark.parametrize(
    ("name", "self_loop", "degrees", "expected"),
    [
        ("MUTAG", True, False, ["fbe4ef712467", "36ba22ca98d7", "efcfaff2409f", None]),
        ("PTC", False, False, ["9356dd873814", "10913cda7fb5", "e30e7ef226ee", "f5db5d7c71cd"]),
        ("IMDBBINARY", False, True, ["cf3ab3bd97fe", "10707eba074e", "d8445bc5f52d", "8b6ecdbc22d9"]),
    ],
)
def test_graphs_are_those_of_dgl(data_dir, name, self_loop, degrees, expected):
    dataset = GINDataset(name, self_loop, degrees)
    graph = weft.batch(dataset.graphs)
    found = [edges_fingerprint(graph), *map(fingerprint, (dataset.labels, graph.ndata["label"], graph.ndata["attr"]))]
    assert [value for value, known in zip(found, expected, strict=True) if known] == [k for k in expected if k]


def test_another_name_is_refused(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'IMDBBINARY'"):
        GINDataset("IMDB-BINARY", False, raw_dir=tmp_path)

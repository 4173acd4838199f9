"""What may stand in meta.yaml, and how a fault in it is told."""

from __future__ import annotations

import pytest

from weft.data import CSVDataset
from weft.data.csv_files.meta import read_meta
from weft.errors import TableError

LEAST = "dataset_name: toy\nedge_data:\n- file_name: e.csv\n"


def meta(folder, text):
    (folder / "meta.yaml").write_text(text)
    return read_meta(folder)


def test_defaults_are_those_of_the_documentation(tmp_path):
    found = meta(tmp_path, LEAST + "node_data:\n- file_name: n.csv\ngraph_data:\n  file_name: g.csv\n")
    edges, nodes = found.edge_data[0], found.node_data[0]
    assert (found.separator, found.version) == (",", "1.0.0")
    assert (edges.canonical, edges.src_id_field, edges.dst_id_field) == (("_N", "_E", "_N"), "src_id", "dst_id")
    assert (nodes.ntype, nodes.node_id_field) == ("_N", "node_id")
    assert {part.graph_id_field for part in (edges, nodes, found.graph_data)} == {"graph_id"}
    assert found.file_names == ["meta.yaml", "n.csv", "e.csv", "g.csv"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Input should be a valid dictionary"),
        ("a: [", "is no YAML"),
        (LEAST.replace("dataset_name: toy\n", ""), "'dataset_name': Field required"),
        (LEAST.replace("toy", "a/b"), "'dataset_name': String should match"),
        ("dataset_name: toy\nedge_data: []\n", "'edge_data': List should have at least 1 item"),
        ("dataset_name: toy\nedge_data: 3\n", "'edge_data': Input should be a valid list, got 3"),
        (
            LEAST + "  src_field: a\n",
            r"there is no entry 'edge_data\.0\.src_field'; the names are 'dst_id_field'.*Did you mean 'src_id_field'",
        ),
        (LEAST + "seperator: ;\n", "there is no entry 'seperator'.*Did you mean 'separator'"),
        (LEAST + "separator: ';;'\n", "'separator': String should have at most 1 character"),
        (LEAST + "version: 2.0.0\n", r"'version': Input should be '1\.0\.0', got '2\.0\.0'"),
        (LEAST + "  etype: [user, item]\n", r"'edge_data\.0\.etype': List should have at least 3 items"),
        (LEAST + "- file_name: f.csv\n", r"edge type \('_N', '_E', '_N'\) has two files"),
        (LEAST + "node_data:\n- file_name: a.csv\n- file_name: b.csv\n", "node type '_N' has two files"),
        (LEAST + "graph_data:\n- file_name: a.csv\n", "'graph_data': "),
    ],
)
def test_faults_are_told_with_their_place(tmp_path, text, message):
    with pytest.raises(TableError, match=rf"CSVDataset: .*meta\.yaml.*{message}"):
        meta(tmp_path, text)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(TableError, match=r"there is no file '.*meta\.yaml'"):
        CSVDataset(tmp_path)
    meta(tmp_path, LEAST)
    with pytest.raises(ValueError, match=r"CSVDataset: cannot find 'e\.csv'"):
        CSVDataset(tmp_path)

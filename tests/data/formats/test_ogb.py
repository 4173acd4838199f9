"""OGB's tables: graphs one after the other, of one type and of several."""

import gzip

import numpy as np
import pytest
import torch

from weft.data.formats.ogb import (
    read_ogb_columns,
    read_ogb_dict,
    read_ogb_graph,
    read_ogb_heterograph,
    read_ogb_table,
    read_ogb_words,
)
from weft.errors import ShapeError, TableError


def write(path, text):
    """Write a compressed table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt") as file:
        file.write(text)


def small(raw):
    """Write two graphs, a path of three nodes and an edge."""
    write(raw / "num-node-list.csv.gz", "3\n2\n")
    write(raw / "num-edge-list.csv.gz", "2\n1\n")
    write(raw / "edge.csv.gz", "0,1\n1,2\n1,0\n")
    write(raw / "node-feat.csv.gz", "0.5,1\n1,1\n2,0\n0,0\n1,3\n")
    write(raw / "edge-feat.csv.gz", "7,0\n8,0\n9,1\n")
    return raw


def test_columns_have_the_graphs_one_after_the_other(tmp_path):
    columns = read_ogb_columns(small(tmp_path))
    assert columns.num_nodes.tolist() == [3, 2]
    assert columns.num_edges.tolist() == [2, 1]
    assert (columns.src.tolist(), columns.dst.tolist()) == ([0, 1, 1], [1, 2, 0])
    assert columns.ndata["feat"].dtype == torch.float32
    assert columns.edata["feat"].tolist() == [[7, 0], [8, 0], [9, 1]]
    assert columns.edata["feat"].dtype == torch.int64


def test_reverse_edges_follow_their_edges_with_the_same_features(tmp_path):
    columns = read_ogb_columns(small(tmp_path), add_inverse_edge=True)
    assert columns.num_edges.tolist() == [4, 2]
    assert columns.src.tolist() == [0, 1, 1, 2, 1, 0]
    assert columns.dst.tolist() == [1, 0, 2, 1, 0, 1]
    assert columns.edata["feat"][:, 0].tolist() == [7, 7, 8, 8, 9, 9]


def test_files_of_features_that_are_not_there_give_none(tmp_path):
    (small(tmp_path) / "node-feat.csv.gz").unlink()
    columns = read_ogb_columns(tmp_path, node_columns={"node-feat": "feat", "node_year": "year"}, edge_columns={})
    assert columns.ndata == {}
    assert columns.edata == {}


def test_arrays_give_what_tables_give(tmp_path):
    tables = read_ogb_columns(small(tmp_path / "tables"))
    (tmp_path / "arrays").mkdir()
    np.savez(
        tmp_path / "arrays/data.npz",
        edge_index=np.array([[0, 1, 1], [1, 2, 0]]),
        num_nodes_list=np.array([3, 2]),
        num_edges_list=np.array([2, 1]),
        node_feat=np.array([[0.5, 1], [1, 1], [2, 0], [0, 0], [1, 3]], dtype=np.float32),
        edge_feat=np.array([[7, 0], [8, 0], [9, 1]]),
    )
    arrays = read_ogb_columns(tmp_path / "arrays")
    for one, other in zip(tables[:4], arrays[:4], strict=True):
        assert torch.equal(one, other)
    assert torch.equal(tables.ndata["feat"], arrays.ndata["feat"])
    assert torch.equal(tables.edata["feat"], arrays.edata["feat"])


def test_counts_that_do_not_add_up_are_refused(tmp_path):
    write(small(tmp_path) / "num-edge-list.csv.gz", "2\n2\n")
    with pytest.raises(ShapeError, match="expected 4"):
        read_ogb_columns(tmp_path)
    write(tmp_path / "num-edge-list.csv.gz", "2\n1\n")
    write(tmp_path / "edge.csv.gz", "0,1\n")
    with pytest.raises(ShapeError, match="has 1 edges; its counts add up to 3"):
        read_ogb_columns(tmp_path)


def test_an_empty_field_is_nan_but_no_whole_number(tmp_path):
    write(tmp_path / "a.csv.gz", "1,\nnan,2\n")
    assert np.isnan(read_ogb_table(tmp_path / "a.csv.gz")).tolist() == [[False, True], [True, False]]
    with pytest.raises(TableError, match="int64"):
        read_ogb_table(tmp_path / "a.csv.gz", np.int64)
    write(tmp_path / "b.csv.gz", "1,x\n")
    with pytest.raises(TableError, match="no number"):
        read_ogb_table(tmp_path / "b.csv.gz")
    with pytest.raises(TableError, match="no file"):
        read_ogb_table(tmp_path / "c.csv.gz")


def typed(raw):
    """Write authors who write papers, which cite each other."""
    write(raw / "triplet-type-list.csv.gz", "author,writes,paper\npaper,cites,paper\n")
    write(raw / "num-node-dict.csv.gz", "author,paper\n2,3\n")
    write(raw / "relations/author___writes___paper/edge.csv.gz", "0,0\n1,2\n")
    write(raw / "relations/paper___cites___paper/edge.csv.gz", "2,0\n")
    write(raw / "relations/paper___cites___paper/edge_reltype.csv.gz", "4\n")
    write(raw / "node-feat/paper/node-feat.csv.gz", "0.5\n1.5\n2.5\n")
    return raw


def test_graph_of_several_types_has_their_features(tmp_path):
    graph = read_ogb_heterograph(
        typed(tmp_path), node_columns={"node-feat": "feat"}, edge_columns={"edge_reltype": "reltype"}
    )
    assert graph.canonical_etypes == [("author", "writes", "paper"), ("paper", "cites", "paper")]
    assert {ntype: graph.num_nodes(ntype) for ntype in graph.ntypes} == {"author": 2, "paper": 3}
    assert [ends.tolist() for ends in graph.edges(etype="writes")] == [[0, 1], [0, 2]]
    assert graph.nodes["paper"].data["feat"].tolist() == [[0.5], [1.5], [2.5]]
    assert graph.edges["cites"].data["reltype"].tolist() == [[4]]
    assert "reltype" not in graph.edges["writes"].data


def test_only_graph_has_its_features_and_single_numbers_lose_their_dimension(tmp_path):
    graph = read_ogb_graph(typed(tmp_path / "typed"), ["node-feat", "edge_reltype"], several_types=True)
    assert graph.nodes["paper"].data["feat"].shape == (3, 1)
    assert graph.edges["cites"].data["reltype"].tolist() == [4]
    write(small(tmp_path / "plain") / "edge_weight.csv.gz", "1\n2\n3\n")
    graph = read_ogb_graph(tmp_path / "plain", ["edge_weight"], add_inverse_edge=True)
    assert graph.edata["weight"].tolist() == [1, 1, 2, 2, 3, 3]
    assert list(graph.ndata) == []


def test_words_and_dictionaries_are_read(tmp_path):
    write(tmp_path / "w.csv.gz", "a,b\nc,d\n")
    assert read_ogb_words(tmp_path / "w.csv.gz", 2) == [["a", "b"], ["c", "d"]]
    write(tmp_path / "d.csv.gz", "paper,author\nTrue,False\n")
    assert read_ogb_dict(tmp_path / "d.csv.gz") == {"paper": 1.0, "author": 0.0}
    for content in ("paper,author\n1\n", "paper,author\n1,maybe\n"):
        write(tmp_path / "bad.csv.gz", content)
        with pytest.raises(TableError, match=r"bad\.csv"):
            read_ogb_dict(tmp_path / "bad.csv.gz")


def test_real_molecules_have_the_published_counts(data_dir):
    columns = read_ogb_columns(data_dir / "ogbg-mol-derived/ogbg_molesol/raw", add_inverse_edge=True)
    assert len(columns.num_nodes) == 1128
    assert len(columns.src) == int(columns.num_edges.sum())
    assert columns.ndata["feat"].shape[1] == 9
    assert columns.edata["feat"].shape == (len(columns.src), 3)

"""Folders of CSV files as data sets."""

from __future__ import annotations

import textwrap
import warnings

import numpy as np
import pytest
import torch

import weft
from weft.data import AsGraphPredDataset, AsNodePredDataset, CSVDataset
from weft.errors import InputError, TableError

META = """
    dataset_name: toy
    edge_data:
    - file_name: edges.csv
    node_data:
    - file_name: nodes.csv
"""
EDGES = """
    src_id,dst_id,weight,pair
    7,5,1,"0.5,2"
    5,9,2,"3, 4.5"
"""
NODES = """
    node_id,label,feat,train_mask,x,words
    7,1,"1 2",True,1.5,"[1, 2]"
    5,0,"3 4",False,2,"[3, 4]"
    9,2,"5 6",True,,"[5, 6]"
"""
SHOP = {
    "meta.yaml": """
        version: 1.0.0
        dataset_name: shop
        separator: ";"
        edge_data:
        - file_name: follows.csv
          etype: [user, follows, user]
        - file_name: buys.csv
          etype: [user, buys, item]
          src_id_field: who
          dst_id_field: what
        node_data:
        - file_name: users.csv
          ntype: user
        - file_name: items.csv
          ntype: item
          node_id_field: sku
    """,
    "follows.csv": "src_id;dst_id\n3;1\n1;2",
    "buys.csv": "who;what;price\n1;pen;0.5\n2;ink;1.5\n1;ink;2",
    "users.csv": "node_id;label\n3;0\n1;1\n2;1",
    "items.csv": "sku;stock\npen;4\nink;0\ncup;9",
}
MANY = {
    "meta.yaml": """
        dataset_name: many
        edge_data:
        - file_name: edges.csv
        node_data:
        - file_name: nodes.csv
        graph_data:
          file_name: graphs.csv
    """,
    "edges.csv": "graph_id,src_id,dst_id,w\nb,0,1,1\na,1,0,2\nb,1,1,3\na,0,1,4",
    "nodes.csv": "graph_id,node_id,f\nb,1,1\na,0,3\nb,0,2\na,1,4\nb,5,9",
    "graphs.csv": 'graph_id,label,feat\nb,1,"1,2"\na,0,"3,4"\nc,2,"5,6"',
}


@pytest.fixture
def write(tmp_path):
    """Return a function that fills a folder with files."""

    def fill(files=None, **others):
        files = {"meta.yaml": META, "edges.csv": EDGES, "nodes.csv": NODES, **(files or {})}
        for name, text in {**files, **{f"{name}.csv": text for name, text in others.items()}}.items():
            (tmp_path / name).write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
        return tmp_path

    return fill


def read(folder, **arguments):
    return CSVDataset(folder, verbose=False, **arguments)


def pairs(graph, etype=None):
    return list(zip(*(ends.tolist() for ends in graph.edges(etype=etype)), strict=True))


def test_ids_become_numbers_in_sorted_order_and_edges_keep_theirs(write):
    data = read(write())
    graph = data[0]
    assert (len(data), data.name, data.data) == (1, "toy", {})
    assert (graph.num_nodes(), pairs(graph)) == (3, [(1, 0), (0, 2)])
    assert data.node_ids() == [5, 7, 9]
    assert graph.is_homogeneous
    assert graph.canonical_etypes == weft.graph(([0], [1])).canonical_etypes


def test_columns_become_features_with_rows_in_place(write):
    graph = read(write())[0]
    assert graph.ndata["label"].tolist() == [0, 1, 2]
    assert graph.ndata["feat"].tolist() == [[3, 4], [1, 2], [5, 6]]
    assert torch.equal(graph.ndata["words"], graph.ndata["feat"])
    assert graph.ndata["train_mask"].tolist() == [False, True, True]
    assert graph.ndata["x"].tolist()[:2] == [2, 1.5]
    assert graph.ndata["x"].isnan().tolist() == [False, False, True]
    assert graph.edata["weight"].tolist() == [1, 2]
    assert graph.edata["pair"].tolist() == [[0.5, 2], [3, 4.5]]
    kinds = {name: column.dtype for name, column in {**graph.ndata, **graph.edata}.items()}
    assert kinds == {
        **dict.fromkeys(["label", "feat", "words", "weight"], torch.int64),
        **dict.fromkeys(["x", "pair"], torch.float32),
        "train_mask": torch.bool,
    }


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["b", "a", "c"], ["a", "b", "c"]),
        (["10", "9", "-1"], [-1, 9, 10]),
        (["007", "7", "10"], ["007", "10", "7"]),
        (["1.5", "1", "2"], ["1", "1.5", "2"]),
        ([str(2**62), "1", "0"], [0, 1, 2**62]),
        (["", "a", "b"], None),
        (["Ä", "世", "z z"], ["z z", "Ä", "世"]),
    ],
    ids=str,
)
def test_ids_are_whole_numbers_or_text(write, ids, expected):
    nodes = "node_id,label\n" + "\n".join(f"{one},{place}" for place, one in enumerate(ids))
    folder = write(nodes=nodes, edges=f"src_id,dst_id\n{ids[0]},{ids[1]}\n{ids[2]},{ids[0]}")
    if expected is None:
        with pytest.raises(TableError, match=r"'nodes\.csv', row 1, column 'node_id': has no ID"):
            read(folder)
        return
    data = read(folder)
    assert data.node_ids() == expected
    labels = data[0].ndata["label"].tolist()
    assert [ids[label] for label in labels] == [str(one) for one in expected]
    assert [tuple(labels[end] for end in edge) for edge in pairs(data[0])] == [(0, 1), (2, 0)]


def test_several_types(write):
    data = read(write(SHOP))
    graph = data[0]
    assert graph.ntypes == ["item", "user"]
    assert (graph.num_nodes("user"), graph.num_nodes("item")) == (3, 3)
    assert (data.node_ids("user"), data.node_ids("item")) == ([1, 2, 3], ["cup", "ink", "pen"])
    assert pairs(graph, "follows") == [(2, 0), (0, 1)]
    assert pairs(graph, "buys") == [(0, 2), (1, 1), (0, 1)]
    assert graph.nodes["user"].data["label"].tolist() == [1, 1, 0]
    assert graph.nodes["item"].data["stock"].tolist() == [9, 0, 4]
    assert graph.edges["buys"].data["price"].tolist() == [0.5, 1.5, 2]
    with pytest.raises(InputError, match="None; there are 'item', 'user'"):
        data.node_ids()


def test_type_without_a_file_has_the_nodes_of_its_edges(write):
    meta = SHOP["meta.yaml"].split("- file_name: items.csv")[0]
    data = read(write({**SHOP, "meta.yaml": meta}))
    assert data.node_ids("item") == ["ink", "pen"]
    assert pairs(data[0], "buys") == [(0, 1), (1, 0), (0, 0)]
    alone = read(write({"meta.yaml": META.split("node_data")[0]}))
    assert alone.node_ids() == [5, 7, 9]
    assert not alone[0].ndata


def test_many_graphs_come_in_the_order_of_their_file(write):
    data = read(write(MANY))
    assert len(data) == 3
    (first, values), (second, _), (third, _) = data
    assert (first.num_nodes(), pairs(first)) == (3, [(0, 1), (1, 1)])
    assert (second.num_nodes(), pairs(second)) == (2, [(1, 0), (0, 1)])
    assert (third.num_nodes(), third.num_edges()) == (0, 0)
    assert first.ndata["f"].tolist() == [2, 1, 9]
    assert second.ndata["f"].tolist() == [3, 4]
    assert (first.edata["w"].tolist(), second.edata["w"].tolist()) == ([1, 3], [2, 4])
    assert {name: value.tolist() for name, value in values.items()} == {"label": 1, "feat": [1, 2]}
    assert data.data["label"].tolist() == [1, 0, 2]
    assert (data.node_ids(graph=0), data.node_ids(graph=-2), data.node_ids(graph=2)) == ([0, 1, 5], [0, 1], [])


def test_adapters_take_what_was_read(write):
    many = AsGraphPredDataset(read(write(MANY)), [0.4, 0.3, 0.3])
    assert (many.num_classes, many.num_tasks) == (3, 1)
    one = AsNodePredDataset(read(write()), [0.4, 0.3, 0.3])
    assert (one.num_classes, len(one.train_idx)) == (3, 1)


def test_one_graph_may_have_a_column_of_its_id(write):
    data = read(write(nodes="node_id,graph_id,label\n7,0,1\n5,0,0\n9,0,2"))
    assert set(data[0].ndata) == {"label"}
    with pytest.raises(TableError, match=r"'nodes\.csv' has several graphs.*graph_data"):
        read(write(nodes="node_id,graph_id,label\n7,0,1\n5,1,0\n9,0,2"))


def test_what_was_read_is_kept_and_read_again_when_a_file_changes(write, tmp_path, download_folder):
    first = read(write())
    assert torch.equal(read(tmp_path)[0].ndata["feat"], first[0].ndata["feat"])
    assert len(list(download_folder.rglob("*.weft"))) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edges.csv", "meta.yaml", "nodes.csv"]
    assert read(tmp_path).node_ids() == [5, 7, 9]
    write(nodes="node_id,label\n7,1\n5,3\n9,2")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(tmp_path)[0].ndata["label"].tolist() == [3, 1, 2]


def test_transform_is_applied(write):
    assert read(write(), transform=weft.AddSelfLoop())[0].num_edges() == 5
    graph, values = read(write(MANY), transform=weft.AddSelfLoop())[1]
    assert graph.num_edges() == 4
    assert values["label"].item() == 0


def test_column_without_a_name_is_left_out(write):
    assert set(read(write(nodes=",node_id,label\n0,7,1\n1,5,0\n2,9,2"))[0].ndata) == {"label"}


def test_file_without_rows_is_a_graph_without_nodes(write):
    graph = read(write(nodes="node_id,label", edges="src_id,dst_id\n"))[0]
    assert (graph.num_nodes(), graph.num_edges()) == (0, 0)


class TestParsers:
    def test_parser_gets_arrays_without_ids_and_its_rows_are_put_in_place(self, write):
        seen = {}

        def parser(columns):
            seen.update(columns)
            return {
                "kind": np.array([{"red": 0, "blue": 1}[one] for one in columns["colour"]]),
                "twice": columns["n"] * 2.0,
            }

        graph = read(write(nodes="node_id,colour,n\n7,red,1\n5,blue,2\n9,red,3"), ndata_parser=parser)[0]
        assert graph.ndata["kind"].tolist() == [1, 0, 0]
        assert graph.ndata["twice"].tolist() == [4, 2, 6]
        assert graph.ndata["twice"].dtype == torch.float32
        assert list(seen) == ["colour", "n"]
        assert isinstance(seen["n"], np.ndarray)

    def test_parsers_by_type(self, write):
        data = read(
            write(SHOP),
            ndata_parser={"item": lambda columns: {"double": torch.from_numpy(2 * columns["stock"])}},
            edata_parser={"buys": lambda columns: {"cents": columns["price"] * 100}},
        )
        assert data[0].nodes["item"].data["double"].tolist() == [18, 0, 8]
        assert set(data[0].nodes["user"].data) == {"label"}
        assert data[0].edges["buys"].data["cents"].tolist() == [50, 150, 200]
        whole = read(write(SHOP), edata_parser={("user", "buys", "item"): lambda columns: {}})
        assert not whole[0].edges["buys"].data

    def test_parser_of_graphs(self, write):
        data = read(write(MANY), gdata_parser=lambda columns: {"y": columns["label"] + 1})
        assert data.data["y"].tolist() == [2, 1, 3]
        assert list(data[0][1]) == ["y"]

    def test_with_parsers_nothing_is_kept(self, write, download_folder):
        for number in (1, 2):
            data = read(write(), ndata_parser=lambda columns, number=number: {"n": columns["label"] * number})
            assert data[0].ndata["n"].tolist() == [0, number, 2 * number]
        assert list(download_folder.iterdir()) == []

    @pytest.mark.parametrize(
        ("parser", "message"),
        [
            (lambda columns: [1], "gives a list; expected a dict"),
            (lambda columns: {"a": ["x", "y", "z"]}, "gives no numbers for 'a'"),
            (lambda columns: {"a": np.ones(2)}, r"gives 'a' in the shape \(2,\); expected a row for each of 3"),
            (lambda columns: {"a": 1}, r"gives 'a' in the shape \(\)"),
        ],
    )
    def test_results_that_cannot_be_are_refused(self, write, parser, message):
        with pytest.raises(TableError, match=rf"parser of 'nodes\.csv' {message}"):
            read(write(), ndata_parser=parser)

    def test_parsers_of_unknown_types_are_refused(self, write):
        with pytest.raises(InputError, match="ndata_parser names 'usr'; there are files for 'item', 'user'"):
            read(write(SHOP), ndata_parser={"usr": dict})
        with pytest.raises(InputError, match="edata_parser names 'sells'"):
            read(write(SHOP), edata_parser={"sells": dict})


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"edges": "src_id,dst_id\n7,5\n5,8"},
            r"'edges\.csv', row 2, column 'dst_id': node '8' is not in 'nodes\.csv'",
        ),
        ({"edges": "src_id,dst_id\n7,05"}, r"node '05' is not in"),
        ({"edges": "src_id,dst_id\n7,"}, r"'edges\.csv', row 1, column 'dst_id': has no ID"),
        (
            {"edges": "src,dst_id\n7,5"},
            r"'edges\.csv' has no column 'src_id', the ID of the source; it has 'dst_id', 'src'",
        ),
        ({"nodes": "node_id,label\n7,1\n5,0\n7,2"}, r"'nodes\.csv', row 3, column 'node_id': node '7' stands twice"),
        ({"nodes": "node_id,name\n7,1 2\n5,bob\n9,3"}, r"row 2, column 'name': 'bob' is no number and no list"),
        ({"nodes": 'node_id,f\n7,"1,2"\n5,"1,2,3"\n9,"1,2"'}, r"row 2, column 'f': has 3 numbers, the first row has 2"),
        ({"nodes": 'node_id,f\n7,"1,2"\n5,\n9,"1,2"'}, r"row 2, column 'f': '' is no number"),
        ({"nodes": "node_id,b\n7,True\n5,\n9,False"}, r"row 2, column 'b': is empty among truth values"),
        ({"nodes": "node_id,when\n7,2024-01-01\n5,2024-01-02\n9,2024-01-03"}, r"column 'when' holds date32"),
        ({"nodes": "node_id,label\n7,1\n5\n9,2"}, r"'nodes\.csv', row 2: has 1 values; the header has 2"),
        ({"nodes": "node_id,a,a\n7,1,2\n5,1,2\n9,1,2"}, r"'nodes\.csv' has two columns 'a'"),
        ({"nodes": ""}, r"'nodes\.csv' cannot be read: Empty CSV"),
    ],
    ids=str,
)
def test_faults_of_a_file_are_named_with_row_and_column(write, files, message):
    with pytest.raises(TableError, match=message):
        read(write(**files))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"graphs.csv": "graph_id,label\nb,1\na,0\nb,2"}, r"'graphs\.csv', row 3, column 'graph_id': 'b' stands twice"),
        (
            {"graphs.csv": "graph_id,label\nb,1"},
            r"'nodes\.csv', row 2, column 'graph_id': graph 'a' is not in the file of",
        ),
        (
            {"edges.csv": "graph_id,src_id,dst_id\nb,0,1\na,5,0"},
            r"'edges\.csv', row 2.*'5' is not in 'nodes\.csv' in this graph",
        ),
        ({"nodes.csv": "node_id,f\n0,1"}, r"'nodes\.csv' has no column 'graph_id', the ID of its graph"),
        ({"nodes.csv": "graph_id,node_id\nb,0\nb,1\na,0\nb,1"}, r"row 4, column 'node_id': node '1' stands twice"),
    ],
    ids=str,
)
def test_faults_of_many_graphs_are_named(write, files, message):
    with pytest.raises(TableError, match=message):
        read(write({**MANY, **files}))

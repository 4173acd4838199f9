"""ndata, edata, nodes and edges: windows on features."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import DeviceError, FieldError, IdError, InputError, ShapeError, TypeNameError


@pytest.fixture
def g():
    return weft.graph(([0, 0, 1], [1, 2, 2]))


@pytest.fixture
def shop():
    return weft.heterograph(
        {("user", "buys", "item"): ([0, 1, 1], [0, 0, 1]), ("user", "follows", "user"): ([0], [1])},
        {"user": 3, "item": 2},
    )


def test_features_are_columns(g):
    g.ndata["h"] = torch.arange(3.0)
    g.edata["w"] = torch.ones(3, 2)
    assert g.ndata["h"].tolist() == [0, 1, 2]
    assert list(g.edata) == ["w"]
    assert "h" in g.ndata
    assert len(g.ndata) == 1
    assert g.ndata.pop("h").tolist() == [0, 1, 2]
    assert "h" not in g.ndata


def test_features_are_kept_as_they_are(g):
    x = torch.ones(3, 2, requires_grad=True)
    g.ndata["x"] = x
    assert g.ndata["x"] is x


def test_wrong_number_of_rows_is_refused(g, shop):
    with pytest.raises(ShapeError, match=r"ndata: node feature 'h' has 5 rows, but node type '_N' has 3 nodes\."):
        g.ndata["h"] = torch.ones(5)
    with pytest.raises(
        ShapeError, match=r"edata: edge feature 'w' has 4 rows, but relation \('_N', '_E', '_N'\) has 3"
    ):
        g.edata["w"] = torch.ones(4)
    message = r"edges: edge feature 'w' has 4 rows, but relation \('user', 'buys', 'item'\) has 3 edges\."
    with pytest.raises(ShapeError, match=message):
        shop.edges["buys"].data["w"] = torch.ones(4)
    assert "w" not in shop.edges["buys"].data


def test_what_is_no_tensor_is_refused(g):
    with pytest.raises(InputError, match="node feature 'h' is a list; expected a tensor"):
        g.ndata["h"] = [1.0, 2.0, 3.0]
    with pytest.raises(InputError, match="a feature's name is a string; got 3"):
        g.ndata[3] = torch.ones(3)


def test_feature_on_another_device_is_refused(g):
    with pytest.raises(DeviceError, match="node feature 'h' is on meta, but node type '_N' is on cpu"):
        g.ndata["h"] = torch.ones(3, device="meta")


def test_missing_feature_is_named_with_a_near_miss(g):
    g.ndata["feat"] = torch.ones(3)
    with pytest.raises(
        FieldError, match=r"ndata: node feature 'feet' is not set on node type '_N', which has 'feat'\. Did"
    ):
        g.ndata["feet"]
    with pytest.raises(KeyError):
        g.ndata["feet"]
    with pytest.raises(FieldError):
        del g.ndata["feet"]
    assert g.ndata.get("feet") is None


def test_features_of_several_types_are_dicts(shop):
    shop.ndata["h"] = {"user": torch.ones(3), "item": torch.zeros(2)}
    shop.nodes["item"].data["price"] = torch.tensor([9.0, 8.0])
    assert set(shop.ndata["h"]) == {"user", "item"}
    assert list(shop.ndata["price"]) == ["item"]
    assert set(shop.ndata) == {"h", "price"}
    assert len(shop.ndata) == 2
    del shop.ndata["h"]
    assert list(shop.nodes["user"].data) == []


def test_edge_features_of_several_types_are_keyed_by_triple(shop):
    shop.edata["w"] = {"buys": torch.ones(3), ("user", "follows", "user"): torch.zeros(1)}
    assert set(shop.edata["w"]) == {("user", "buys", "item"), ("user", "follows", "user")}
    assert shop.edges["user", "buys", "item"].data["w"].tolist() == [1, 1, 1]


def test_several_types_want_a_dict(shop):
    with pytest.raises(InputError, match=r"ndata: got a Tensor for 'h', but there are 2 types; expected a dict"):
        shop.ndata["h"] = torch.ones(3)
    with pytest.raises(
        TypeNameError, match=r"node type 'usr' is not in this graph, which has 'item', 'user'\. Did you mean"
    ):
        shop.ndata["h"] = {"usr": torch.ones(3)}
    with pytest.raises(FieldError, match=r"ndata: feature 'nope' is set on no type; there are nothing"):
        shop.ndata["nope"]


def test_one_type_takes_a_dict_of_that_type(g):
    g.ndata["h"] = {"_N": torch.ones(3)}
    assert g.ndata["h"].tolist() == [1, 1, 1]
    with pytest.raises(TypeNameError, match="'user' is not the only type here, '_N'"):
        g.ndata["h"] = {"user": torch.ones(3)}


def test_calling_nodes_gives_ids(g, shop):
    assert g.nodes().tolist() == [0, 1, 2]
    assert shop.nodes("item").tolist() == [0, 1]
    assert g.int().nodes().dtype == torch.int32
    with pytest.raises(
        TypeNameError, match=r"nodes: this graph has 2 node types: 'item', 'user'\. Name one with ntype\."
    ):
        shop.nodes()


def test_some_rows_are_read_and_written(g, shop):
    g.ndata["h"] = torch.arange(3.0)
    assert g.nodes[[2, 0]].data["h"].tolist() == [2, 0]
    g.nodes[[2, 0]].data["h"] = torch.tensor([7.0, 5.0])
    assert g.ndata["h"].tolist() == [5, 1, 7]
    g.edges[[1]].data["new"] = torch.tensor([3.0])
    assert g.edata["new"].tolist() == [0, 3, 0]
    shop.nodes[[1], "user"].data["age"] = torch.tensor([30])
    assert shop.nodes["user"].data["age"].tolist() == [0, 30, 0]
    assert g.nodes[:].data["h"].tolist() == [5, 1, 7]


def test_partial_write_leaves_the_users_tensor_alone(g):
    x = torch.zeros(3)
    g.ndata["h"] = x
    g.nodes[1].data["h"] = torch.ones(1)
    assert x.tolist() == [0, 0, 0]


def test_partial_write_checks_rows_and_ids(g):
    with pytest.raises(ShapeError, match=r"node feature 'h' has 3 rows, but 2 nodes were selected"):
        g.nodes[[0, 1]].data["h"] = torch.ones(3)
    with pytest.raises(
        IdError, match=r"nodes: node IDs hold 3, which is past the end of the 3 nodes of node type '_N'"
    ):
        g.nodes.__getitem__([3])
    g.ndata["x"] = torch.ones(3, 2)
    with pytest.raises(
        ShapeError, match=r"node feature 'x' has rows of shape \(2,\) and torch\.float32, but the rows given"
    ):
        g.nodes[[0]].data["x"] = torch.ones(1, 5)
    with pytest.raises(ShapeError, match=r"are \(2,\) and torch\.float64; set the whole feature to change them"):
        g.nodes[[0]].data["x"] = torch.ones(1, 2, dtype=torch.float64)
    assert g.ndata["x"].tolist() == [[1, 1]] * 3
    with pytest.raises(InputError, match="a column cannot be deleted in part"):
        del g.nodes[[0]].data["h"]


def test_edges_are_selected_by_their_ends(g):
    g.edata["w"] = torch.tensor([1.0, 2.0, 3.0])
    assert g.edges[([0, 1], [2, 2])].data["w"].tolist() == [2, 3]


def test_sides_of_a_block_have_their_own_features():
    block = weft.create_block({("user", "follows", "user"): ([0, 1, 2], [0, 1, 0])})
    block.srcdata["h"] = torch.ones(3)
    block.dstdata["h"] = torch.zeros(2)
    assert block.srcnodes["user"].data["h"].tolist() == [1, 1, 1]
    assert block.dstnodes["user"].data["h"].tolist() == [0, 0]
    assert block.srcnodes("user").tolist() == [0, 1, 2]
    assert block.dstnodes().tolist() == [0, 1]
    assert block.nodes["user"].data["h"].tolist() == [1, 1, 1]


def test_sides_of_a_plain_graph_are_the_same_nodes(g):
    g.srcdata["h"] = torch.ones(3)
    assert g.dstdata["h"] is g.ndata["h"]


def test_sides_of_a_bipartite_graph():
    g = weft.heterograph({("user", "buys", "item"): ([0, 1], [0, 0])}, {"user": 2, "item": 1})
    g.srcdata["h"] = torch.ones(2)
    assert g.nodes["user"].data["h"].tolist() == [1, 1]
    assert "h" not in g.dstdata
    assert (g.srctypes, g.dsttypes, g.is_unibipartite) == (["user"], ["item"], True)


def test_schemes_tell_the_shape_of_a_row(g):
    g.ndata["h"] = torch.ones(3, 4, dtype=torch.float64)
    assert g.node_attr_schemes() == {"h": ((4,), torch.float64)}
    assert g.edge_attr_schemes() == {}

"""g[...]: one edge type on the same features, several taken for one."""

from __future__ import annotations

import pytest
import torch

import weft
import weft.function as fn
from weft.errors import InputError, ShapeError, TypeNameError


@pytest.fixture(params=[torch.int32, torch.int64])
def shop(request):
    """Return users who follow users, buy and view items, and a shop that sells items."""
    g = weft.heterograph(
        {
            ("user", "follows", "user"): ([0, 1, 1], [1, 2, 0]),
            ("user", "buys", "item"): ([0, 2], [0, 1]),
            ("user", "views", "item"): ([1, 1, 2, 2], [1, 0, 1, 1]),
            ("shop", "sells", "item"): ([0], [2]),
        },
        {"user": 3, "item": 4, "shop": 1},
        idtype=request.param,
    )
    g.ndata["h"] = {"user": torch.tensor([1.0, 2.0, 3.0]), "shop": torch.tensor([5.0]), "item": torch.zeros(4)}
    g.nodes["user"].data["age"] = torch.tensor([30, 40, 50])
    for number, etype in enumerate(g.canonical_etypes):
        g.edges[etype].data["w"] = torch.arange(g.num_edges(etype)) + 100 * number
    g.edges["views"].data["seconds"] = torch.ones(4)
    return g


def lists(data):
    return {name: value.tolist() for name, value in data.items()}


def edges(g):
    return [ids.tolist() for ids in g.edges(form="all")]


def test_one_edge_type_shares_features(shop):
    for key in ("buys", ("user", "buys", "item"), (slice(None), "buys", slice(None)), ("user", "buys", slice(None))):
        sliced = shop[key]
        assert sliced.canonical_etypes == [("user", "buys", "item")]
        assert sliced.ntypes == ["user", "item"]
        assert edges(sliced) == [[0, 2], [0, 1], [0, 1]]
    shop["buys"].nodes["user"].data["new"] = torch.ones(3)
    assert "new" in shop.nodes["user"].data
    assert shop["follows"].ntypes == ["user"]


def test_edge_types_between_the_same_nodes_are_joined(shop):
    g = shop["user", :, "item"]
    assert g.canonical_etypes == [("user", "buys+views", "item")]
    assert g.ntypes == ["user", "item"]
    assert g.idtype == shop.idtype
    assert edges(g) == [[0, 2, 1, 1, 2, 2], [0, 1, 1, 0, 1, 1], [0, 1, 2, 3, 4, 5]]
    assert lists(g.edata) == {
        "w": [100, 101, 300, 301, 302, 303],
        "_TYPE": [1, 1, 3, 3, 3, 3],
        "_ID": [0, 1, 0, 1, 2, 3],
    }
    assert lists(g.nodes["user"].data) == {
        "h": [1, 2, 3],
        "age": [30, 40, 50],
        "_TYPE": [2, 2, 2],
        "_ID": [0, 1, 2],
    }
    assert g.edata[weft.EID].dtype == g.edata[weft.ETYPE].dtype == shop.idtype
    assert g.nodes["user"].data[weft.NID].dtype == g.nodes["user"].data[weft.NTYPE].dtype == torch.int64


def test_node_types_are_joined_in_their_order(shop):
    g = shop[:, :, "item"]
    assert g.canonical_etypes == [("shop+user", "buys+sells+views", "item")]
    assert edges(g)[:2] == [[0, 1, 3, 2, 2, 3, 3], [2, 0, 1, 1, 0, 1, 1]]
    assert lists(g.nodes["shop+user"].data) == {"h": [5, 1, 2, 3], "_TYPE": [1, 2, 2, 2], "_ID": [0, 0, 1, 2]}
    assert g.num_nodes("item") == 4


def test_sources_and_destinations_of_the_same_types_are_one():
    g = weft.heterograph({("a", "x", "b"): ([0], [0]), ("b", "x", "a"): ([0, 0], [0, 1]), ("b", "y", "a"): ([], [])})
    joined = g[:, :, :]
    assert joined.canonical_etypes == [("a+b", "x+x+y", "a+b")]
    assert joined.num_nodes() == 3
    assert edges(joined)[:2] == [[0, 2, 2], [2, 0, 1]]
    assert edges(g["x"])[:2] == [[0, 2, 2], [2, 0, 1]]


def test_types_without_edges_do_not_decide_on_features():
    g = weft.heterograph({("a", "x", "b"): ([0], [0]), ("a", "y", "b"): ([], []), ("a", "z", "b"): ([], [])})
    g.edges["x"].data["w"] = torch.tensor([3.0])
    assert lists(g["a", :, "b"].edata) == {"w": [3], "_TYPE": [0], "_ID": [0]}
    empty = weft.heterograph({("a", "y", "b"): ([], []), ("a", "z", "b"): ([], [])})
    assert lists(empty["a", :, "b"].edata) == {"_TYPE": [], "_ID": []}


def test_a_joined_graph_passes_messages_and_keeps_its_features_to_itself(shop):
    g = shop[:, :, "item"]
    g.update_all(fn.copy_u("h", "m"), fn.sum("m", "h"))
    assert g.nodes["item"].data["h"].tolist() == [1 + 2, 3 + 2 + 3 + 3, 5, 0]
    assert shop.nodes["item"].data["h"].tolist() == [0, 0, 0, 0]


def test_a_block_gives_a_block():
    block = weft.create_block(
        {("user", "buys", "item"): ([0], [0]), ("user", "views", "item"): ([1], [1])},
        num_src_nodes={"user": 2},
        num_dst_nodes={"item": 2},
    )
    joined = block["user", :, "item"]
    assert joined.is_block
    assert edges(joined)[:2] == [[0, 1], [0, 1]]


def test_bad_keys_are_refused(shop):
    with pytest.raises(TypeNameError, match=r"edge type 'buy' is not in this graph.*Did you mean 'buys'\?"):
        shop["buy"]
    with pytest.raises(TypeNameError, match=r"edge type \('shop', ':', 'user'\) is not in this graph"):
        shop["shop", :, "user"]
    for key in (("user", "item"), 3, ("user", 1, "item"), ("user", slice(1), "item")):
        with pytest.raises(InputError, match=r"Graph\[...\]: got .*; expected an edge type's name, or a triple"):
            shop[key]


def test_features_that_do_not_join_are_refused(shop):
    shop.edges["views"].data["w"] = torch.ones(4)
    with pytest.raises(ShapeError, match=r"feature 'w' has rows \(\) of torch.int64 on .* cannot be joined"):
        shop["user", :, "item"]

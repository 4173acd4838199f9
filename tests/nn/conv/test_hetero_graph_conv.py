"""HeteroGraphConv: which edge types run, how results meet, names of parameters."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import InputError, TypeNameError
from weft.nn import GATConv, GraphConv, HeteroGraphConv, SAGEConv

EDGES = {
    ("user", "buys", "item"): ([0, 1], [1, 1]),
    ("item", "rev", "user"): ([1], [0]),
    ("user", "knows", "user"): ([], []),
    ("item", "like", "item"): ([0], [1]),
}


def shop():
    return weft.heterograph(EDGES, num_nodes_dict={"user": 2, "item": 3})


def features():
    return {"user": torch.randn(2, 4), "item": torch.randn(3, 5)}


def layers(out=2):
    return {
        "buys": GraphConv(4, out),
        "rev": SAGEConv((5, 4), out, "mean"),
        "knows": GraphConv(4, out),
        "like": GraphConv(5, out),
    }


def test_parameters_are_named_by_edge_type():
    names = HeteroGraphConv({"buys": GraphConv(4, 2), ("item", "rev", "user"): GraphConv(5, 2)}).state_dict().keys()
    assert "mods.buys.weight" in names
    assert "mods.('item', 'rev', 'user').weight" in names


def test_layers_are_told_to_accept_isolated_nodes():
    module = HeteroGraphConv(
        {**layers(), "knows": GATConv(4, 2, 1, attn_drop=0.0)}, aggregate=lambda parts, _: parts[0]
    )
    out = module(shop(), features())
    assert out["item"].shape == (3, 2)


@pytest.mark.parametrize(
    ("aggregate", "merge"),
    [
        ("sum", lambda parts: sum(parts)),
        ("mean", lambda parts: torch.stack(parts).mean(0)),
        ("max", lambda parts: torch.maximum(*parts)),
        ("min", lambda parts: torch.minimum(*parts)),
        ("stack", lambda parts: torch.stack(parts, 1)),
        (lambda parts, node_type: parts[0] * len(node_type), lambda parts: parts[0] * 4),
    ],
)
def test_what_arrives_at_a_type_is_merged(aggregate, merge):
    graph, feat, mods = shop(), features(), layers()
    out = HeteroGraphConv(mods, aggregate)(graph, feat)
    parts = {key[1]: mods[key[1]](graph[key], (feat[key[0]], feat[key[2]])) for key in graph.canonical_etypes}
    order = [key[1] for key in graph.canonical_etypes if key[2] == "item"]
    torch.testing.assert_close(out["item"], merge([parts[name] for name in order]))
    assert set(out) == {"user", "item"}


def test_a_pair_gives_both_sides_and_leaves_out_what_is_missing():
    feat = features()
    out = HeteroGraphConv(layers())(shop(), ({"user": feat["user"]}, {"item": feat["item"]}))
    assert set(out) == {"item"}


def test_source_types_without_features_are_left_out():
    graph = weft.heterograph({("a", "to", "b"): ([0], [0]), ("c", "to2", "b"): ([0], [0])})
    module = HeteroGraphConv({"to": GraphConv(2, 2), "to2": GraphConv(2, 2)})
    feat = {"a": torch.ones(1, 2), "b": torch.ones(1, 2)}
    torch.testing.assert_close(module(graph, feat)["b"], module.mods["to"](graph["to"], (feat["a"], feat["b"])))


def test_a_block_takes_destinations_from_the_first_rows():
    block = weft.create_block(
        {("user", "buys", "item"): ([0, 1], [0, 0]), ("item", "like", "item"): ([2], [1])},
        num_src_nodes={"user": 2, "item": 3},
        num_dst_nodes={"user": 0, "item": 2},
    )
    mods = {"buys": SAGEConv((4, 5), 2, "mean"), "like": SAGEConv(5, 2, "mean")}
    out = HeteroGraphConv(mods)(block, features())
    assert out["item"].shape == (2, 2)


def test_arguments_go_to_the_layer_of_their_edge_type():
    mods = {**layers(3), "buys": GraphConv(4, 3, norm="none", weight=False, bias=False)}
    weight, feat = torch.randn(4, 3), features()
    module = HeteroGraphConv(mods, aggregate=lambda parts, _: parts[-1] if len(parts) == 1 else torch.stack(parts))
    for key in ("buys", ("user", "buys", "item")):
        out = module(
            shop(), feat, mod_args={key: (weight,)}, mod_kwargs={key: {"edge_weight": torch.tensor([1.0, 3.0])}}
        )
        order = [etype[1] for etype in shop().canonical_etypes if etype[2] == "item"]
        expected = (feat["user"][0] + 3 * feat["user"][1]) @ weight
        torch.testing.assert_close(out["item"][order.index("buys")][1], expected)


def test_an_edge_type_without_layer_is_named():
    with pytest.raises(TypeNameError, match=r"no layer for edge type \('item', 'like', 'item'\).*'buys'"):
        HeteroGraphConv({"buys": GraphConv(4, 2)})(shop(), features())


def test_destination_features_that_are_missing_are_named():
    with pytest.raises(TypeNameError, match="'item'"):
        HeteroGraphConv(layers())(shop(), {"user": torch.randn(2, 4)})


def test_unknown_aggregate_lists_the_choices():
    with pytest.raises(InputError, match="'stack'"):
        HeteroGraphConv({}, aggregate="add")

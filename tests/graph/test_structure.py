"""Questions about nodes and edges, worked out by hand on 0->1 (twice), 1->2, 1->0."""

from __future__ import annotations

import pytest
import torch

import weft
from weft.errors import GraphError, IdError, InputError, ShapeError, TypeNameError


@pytest.fixture
def g():
    return weft.graph(([0, 0, 1, 1], [1, 1, 2, 0]), num_nodes=4)


@pytest.fixture
def shop():
    return weft.heterograph(
        {
            ("user", "buys", "item"): ([0, 1, 1], [0, 0, 1]),
            ("shop", "buys", "item"): ([0], [1]),
            ("user", "follows", "user"): ([0], [1]),
        },
        {"user": 3, "item": 2, "shop": 1},
    )


def as_lists(parts) -> list:
    return [part.tolist() for part in parts]


def test_degrees(g):
    assert g.in_degrees().tolist() == [1, 2, 1, 0]
    assert g.out_degrees().tolist() == [2, 2, 0, 0]
    assert g.in_degrees(1) == 2
    assert g.out_degrees([3, 0]).tolist() == [0, 2]
    assert g.int().in_degrees().dtype == torch.int32


def test_degrees_of_a_type(shop):
    assert shop.in_degrees(etype=("user", "buys", "item")).tolist() == [2, 1]
    assert shop.out_degrees(2, etype="follows") == 0


def test_all_edges_in_every_form_and_order(g):
    assert as_lists(g.edges()) == [[0, 0, 1, 1], [1, 1, 2, 0]]
    assert g.edges("eid").tolist() == [0, 1, 2, 3]
    assert as_lists(g.edges(form="all", order="srcdst")) == [[0, 0, 1, 1], [1, 1, 0, 2], [0, 1, 3, 2]]
    assert as_lists(g.all_edges(form="all")) == [[0, 0, 1, 1], [1, 1, 2, 0], [0, 1, 2, 3]]


def test_edges_into_and_out_of_nodes(g):
    assert as_lists(g.in_edges([2, 1], form="all")) == [[1, 0, 0], [2, 1, 1], [2, 0, 1]]
    assert as_lists(g.out_edges(1)) == [[1, 1], [2, 0]]
    assert g.out_edges([3, 0], form="eid").tolist() == [0, 1]
    assert g.predecessors(1).tolist() == [0, 0]
    assert g.successors(1).tolist() == [2, 0]
    assert g.successors(3).tolist() == []


def test_ends_of_edge_ids(g):
    assert as_lists(g.find_edges([3, 0])) == [[1, 0], [0, 1]]
    assert as_lists(g.find_edges(2)) == [[1], [2]]


def test_edge_ids_between_pairs(g):
    assert g.edge_ids(0, 1) == 0
    assert g.edge_ids([1, 0], [0, 1]).tolist() == [3, 0]
    assert g.edge_ids(1, [0, 2]).tolist() == [3, 2]
    assert as_lists(g.edge_ids([0, 3], [1, 0], return_uv=True)) == [[0, 0], [1, 1], [0, 1]]


def test_pair_without_edge_has_no_id(g):
    with pytest.raises(GraphError, match=r"edge_ids: relation \('_N', '_E', '_N'\) has no edge from 2 to 0"):
        g.edge_ids([0, 2], [1, 0])


def test_has_edges_and_nodes(g):
    assert g.has_edges_between(0, 1) is True
    assert g.has_edges_between([0, 2], [1, 1]).tolist() == [True, False]
    assert g.has_nodes(3) is True
    assert g.has_nodes([0, 4]).tolist() == [True, False]
    with pytest.raises(IdError, match="has_nodes: node IDs hold -1, which is negative"):
        g.has_nodes(-1)


def test_ids_past_the_end_are_refused(g):
    for question in (g.in_degrees, g.in_edges, g.out_edges, g.successors):
        with pytest.raises(IdError, match=r"node IDs hold 9, which is past the end of the 4 nodes of node type '_N'"):
            question(9)
    with pytest.raises(IdError, match=r"find_edges: edge IDs hold 4, which is past the end of the 4 edges of relation"):
        g.find_edges(4)
    with pytest.raises(ShapeError, match="has_edges_between: got 2 source IDs and 3 destination IDs"):
        g.has_edges_between([0, 1], [0, 1, 2])


def test_unknown_forms_are_refused(g):
    with pytest.raises(InputError, match=r"edges: got form='vu'; expected one of 'all', 'eid', 'uv'"):
        g.edges(form="vu")
    with pytest.raises(InputError, match=r"edges: got order='dst'; expected one of 'eid', 'srcdst'"):
        g.edges(order="dst")
    with pytest.raises(InputError, match="in_edges: got form='x'"):
        g.in_edges(0, form="x")


def test_parallel_edges_make_a_multigraph(g, shop):
    assert g.is_multigraph
    assert not shop.is_multigraph


def test_type_names_are_resolved(shop):
    assert shop.to_canonical_etype("follows") == ("user", "follows", "user")
    assert shop.to_canonical_etype(("shop", "buys", "item")) == ("shop", "buys", "item")
    assert (shop.get_ntype_id("shop"), shop.get_etype_id("follows")) == (1, 2)
    assert shop.num_edges("follows") == 1
    assert (shop.num_edges(), shop.num_nodes()) == (5, 6)


def test_types_of_the_two_sides_of_a_block_have_numbers_of_their_own(shop):
    assert shop.get_ntype_id_from_src("user") == shop.get_ntype_id_from_dst("user") == 2
    block = weft.create_block({("u", "a", "u"): ([0, 1], [0, 0]), ("v", "b", "u"): ([0], [0])})
    assert [block.get_ntype_id_from_src(ntype) for ntype in ("u", "v")] == [0, 1]
    assert block.get_ntype_id_from_dst("u") == block.get_ntype_id_from_dst(None) == 2
    with pytest.raises(TypeNameError, match="get_ntype_id_from_src: this graph has 2 node types"):
        block.get_ntype_id_from_src(None)


def test_bad_type_names_are_refused(shop):
    with pytest.raises(
        TypeNameError, match=r"edge type 'buys' is ambiguous: it may be \('shop', 'buys', 'item'\), \('user'"
    ):
        shop.num_edges("buys")
    with pytest.raises(
        TypeNameError, match=r"edge type 'folows' is not in this graph, which has .*\. Did you mean 'follows'\?"
    ):
        shop.num_edges("folows")
    with pytest.raises(TypeNameError, match=r"edge type \('item', 'buys', 'user'\) is not in this graph"):
        shop.num_edges(("item", "buys", "user"))
    with pytest.raises(
        TypeNameError, match=r"^node type 'usr' is not in this graph, which has 'item', 'shop', 'user'\. Did you "
    ):
        shop.num_nodes("usr")
    with pytest.raises(TypeNameError, match=r"in_degrees: this graph has 3 edge types: .*\. Name one with etype\."):
        shop.in_degrees()


def test_slice_is_the_graph_of_one_edge_type(shop):
    follows = shop["follows"]
    assert (follows.ntypes, follows.canonical_etypes, follows.num_nodes()) == (
        ["user"],
        [("user", "follows", "user")],
        3,
    )
    buys = shop["user", "buys", "item"]
    assert (buys.ntypes, buys.num_edges()) == (["user", "item"], 3)


def test_slice_shares_features_both_ways(shop):
    follows = shop["follows"]
    follows.ndata["h"] = torch.ones(3)
    shop.edges["follows"].data["w"] = torch.ones(1)
    assert "h" in shop.nodes["user"].data
    assert "w" in follows.edata


def test_slice_of_a_block_is_a_block():
    block = weft.create_block({("u", "a", "u"): ([0, 1], [0, 0]), ("v", "b", "u"): ([0], [0])})
    assert repr(block["a"]) == "Block(num_src_nodes=2, num_dst_nodes=1, num_edges=2)"


def test_single_relation_wants_one_edge_type(g, shop):
    assert g.single_relation() is g.get_relation()
    with pytest.raises(GraphError, match=r"this graph has 3 edge types: .*\. Choose one: g\[etype\]\."):
        shop.single_relation()


def test_sides_of_a_graph_that_is_not_bipartite_are_all_types(shop):
    assert shop.srctypes == shop.dsttypes == ["item", "shop", "user"]
    assert shop.num_src_nodes() == shop.num_dst_nodes() == 6
    assert shop.num_src_nodes("user") == 3
    assert not shop.is_unibipartite


def test_metagraph_has_an_edge_for_each_edge_type(shop):
    assert sorted(shop.metagraph().edges(keys=True)) == [
        ("shop", "item", "buys"),
        ("user", "item", "buys"),
        ("user", "user", "follows"),
    ]


def test_repr_shows_counts_and_features(g, shop):
    g.ndata["h"] = torch.ones(4, 2)
    assert repr(g) == "Graph(num_nodes=4, num_edges=4, ndata={'h': (2,)})"
    assert repr(shop).startswith(
        "Graph(num_nodes={'item': 2, 'shop': 1, 'user': 3}, num_edges={('shop', 'buys', 'item'): 1"
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.num_edges(3), TypeNameError, "num_edges: got 3 as edge type"),
        (lambda g: weft.save_graphs("unwritten.weft", 3), InputError, "save_graphs: got a int"),
        (lambda g: weft.compact_graphs(3), InputError, "compact_graphs: got a int"),
        (lambda g: weft.to_block(None), InputError, "to_block: got None; expected a Graph"),
        (lambda g: weft.node_type_subgraph(g, None), InputError, "node_type_subgraph: got ntypes=None"),
        (lambda g: weft.topk_nodes(g, "x", 1, sortby="a"), InputError, "topk_nodes: got sortby='a'"),
        (lambda g: weft.slice_batch(g, 0.5), InputError, "slice_batch: got gid=0.5"),
        (lambda g: weft.khop_in_subgraph(g, 0, 1.5), InputError, "khop_in_subgraph: got k=1.5"),
    ],
)
def test_arguments_of_another_kind_are_refused_at_the_door(call, error, message):
    g = weft.graph(([0, 1], [1, 2]))
    g.ndata["x"] = torch.ones(3, 2)
    with pytest.raises(error, match=message):
        call(g)

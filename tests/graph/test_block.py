"""Blocks from graphs and back."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.graphs import cases
from tests.cases.small_graphs import edges_of, eight_edges, shop

import weft
from weft.errors import GraphError, IdError, InputError


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_destinations_ascend_and_lead_the_sources(idtype):
    block = weft.to_block(weft.graph(([3, 9, 5, 5], [5, 3, 3, 8]), num_nodes=12, idtype=idtype))
    assert block.is_block
    assert block.dstdata[weft.NID].tolist() == [3, 5, 8]
    assert block.srcdata[weft.NID].tolist() == [3, 5, 8, 9]
    assert edges_of(block) == [(0, 1), (3, 0), (1, 0), (1, 2)]
    assert block.edata[weft.EID].tolist() == [0, 1, 2, 3]
    assert block.idtype == block.srcdata[weft.NID].dtype == idtype


def test_destinations_may_be_given_with_more_than_edges_end_at():
    block = weft.to_block(eight_edges(), torch.tensor([2, 0, 3, 1, 4]))
    assert block.dstdata[weft.NID].tolist() == block.srcdata[weft.NID].tolist() == [2, 0, 3, 1, 4]
    assert block.srcdata["x"].tolist() == [20, 0, 30, 10, 40]
    assert block.edata["w"].tolist() == [0, 100, 200, 300, 400, 500, 600, 700]
    assert edges_of(block) == [(2, 0), (1, 3), (3, 0), (3, 1), (2, 2), (2, 0), (1, 3), (0, 1)]


def test_sources_alone_come_as_they_first_appear():
    block = weft.to_block(eight_edges(), [2, 0, 3, 1], include_dst_in_src=False)
    assert block.srcdata[weft.NID].tolist() == [3, 0, 1, 2]
    assert block.dstdata[weft.NID].tolist() == [2, 0, 3, 1]


def test_sources_may_be_given():
    block = weft.to_block(eight_edges(), src_nodes=[3, 1, 2, 0, 4], include_dst_in_src=False)
    assert (block.num_src_nodes(), block.num_dst_nodes()) == (5, 4)
    assert block.srcdata[weft.NID].tolist() == [3, 1, 2, 0, 4]
    assert edges_of(block)[:3] == [(0, 2), (3, 1), (1, 2)]
    block = weft.to_block(eight_edges(), [2, 0, 3, 1], src_nodes=[2, 0, 3, 1, 4])
    assert block.srcdata[weft.NID].tolist() == [2, 0, 3, 1, 4]


def test_several_types():
    block = weft.to_block(shop(), {"user": [1, 0], "item": [2, 1, 0]})
    assert block.srctypes == block.dsttypes == ["item", "shop", "user"]
    assert block.srcnodes["user"].data[weft.NID].tolist() == [1, 0, 2]
    assert block.dstnodes["user"].data["x"].tolist() == [10, 0]
    assert block.num_dst_nodes("shop") == 0
    assert edges_of(block, "buys") == [(2, 2), (0, 2), (0, 1), (1, 0)]


def test_types_without_destinations_may_be_left_out():
    g = shop()
    block = weft.to_block(g.in_subgraph({"user": [1]}), {"user": [1]})
    assert (block.num_dst_nodes("item"), block.num_edges("buys")) == (0, 0)
    assert block.srcnodes["user"].data[weft.NID].tolist() == [1, 0]


def test_no_edges_and_no_nodes():
    block = weft.to_block(weft.graph(([], []), num_nodes=3))
    assert (block.num_src_nodes(), block.num_dst_nodes()) == (0, 0)


def test_missing_nodes_are_refused():
    g = eight_edges()
    with pytest.raises(GraphError, match="to_block: an edge ends at node 1 of node type '_N', which is not among dst"):
        weft.to_block(g, [2, 0, 3])
    with pytest.raises(GraphError, match="an edge starts at node 0 of node type '_N', which is not among src_nodes"):
        weft.to_block(g, src_nodes=[3, 1], include_dst_in_src=False)
    with pytest.raises(GraphError, match="src_nodes of node type '_N' do not begin with its 4 destinations"):
        weft.to_block(g, [2, 0, 3, 1], src_nodes=[3, 1, 2, 0])
    with pytest.raises(GraphError, match="an edge ends at node 1 of node type 'item'"):
        weft.to_block(shop(), {"user": [0, 1]})


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="hold 2 more than once"):
        weft.to_block(eight_edges(), [2, 0, 3, 1, 2])
    with pytest.raises(IdError, match="to_block: nodes of node type '_N' hold 9"):
        weft.to_block(eight_edges(), [9])
    with pytest.raises(GraphError, match="to_block: got a block"):
        weft.to_block(weft.create_block(([0], [0])))
    with pytest.raises(InputError, match="nodes are a list, but this graph has node types"):
        weft.to_block(shop(), [0])


@given(cases(), st.booleans())
def test_old_ids_lead_back_to_the_edges(case, include):
    count = max(case.num_src, case.num_dst)
    g = weft.graph((case.src, case.dst), num_nodes=count)
    block = weft.to_block(g, include_dst_in_src=include)
    src, dst = block.edges()
    assert torch.equal(block.srcdata[weft.NID][src.long()], case.src)
    assert torch.equal(block.dstdata[weft.NID][dst.long()], case.dst)
    assert block.dstdata[weft.NID].tolist() == sorted(set(case.dst.tolist()))
    if include:
        assert torch.equal(block.srcdata[weft.NID][: block.num_dst_nodes()], block.dstdata[weft.NID])
    else:
        assert block.srcdata[weft.NID].tolist() == list(dict.fromkeys(case.src.tolist()))


def test_a_block_becomes_a_graph_with_types_for_its_sides():
    block = weft.to_block(shop())
    g = weft.block_to_graph(block)
    assert not g.is_block
    assert g.ntypes == ["item_src", "shop_src", "user_src", "item_dst", "shop_dst", "user_dst"]
    assert ("user_src", "buys", "item_dst") in g.canonical_etypes
    assert edges_of(g, "follows") == edges_of(block, "follows")
    assert g.nodes["user_dst"].data["x"].tolist() == [0, 10]
    assert g.edges["follows"].data["w"].tolist() == [0, 100, 200, 300]


def test_only_blocks_become_such_graphs():
    with pytest.raises(GraphError, match="block_to_graph: got a graph that is no block"):
        weft.block_to_graph(eight_edges())

"""Graphs without the nodes that no edge touches."""

from __future__ import annotations

import pytest
import torch
from tests.cases.small_graphs import edges_of, eight_edges, shop

import weft
from weft.errors import GraphError, IdError, InputError


def test_nodes_are_numbered_as_they_first_appear():
    small = weft.compact_graphs(eight_edges())
    assert small.ndata[weft.NID].tolist() == [3, 0, 1, 2]
    assert edges_of(small) == [(0, 3), (1, 2), (2, 3), (2, 1), (0, 0), (0, 3), (1, 2), (3, 1)]
    assert small.ndata["x"].tolist() == [30, 0, 10, 20]
    assert small.edata["w"].tolist() == [0, 100, 200, 300, 400, 500, 600, 700]
    assert weft.EID not in small.edata


def test_graphs_share_their_nodes_before_and_after():
    one, other = weft.graph(([7, 3, 5], [5, 9, 3]), num_nodes=12), weft.graph(([1, 3], [11, 7]), num_nodes=12)
    small = weft.compact_graphs((one, other))
    assert isinstance(small, list)
    assert [g.ndata[weft.NID].tolist() for g in small] == [[7, 3, 5, 9, 1, 11]] * 2
    assert edges_of(small[1]) == [(4, 5), (1, 0)]


@pytest.mark.parametrize("kept", [[0, 3, 0], {"_N": torch.tensor([0, 3])}])
def test_preserved_nodes_come_first(kept):
    small = weft.compact_graphs(weft.graph(([7, 3, 5], [5, 9, 3]), num_nodes=12), always_preserve=kept)
    assert small.ndata[weft.NID].tolist() == [0, 3, 7, 5, 9]
    assert edges_of(small) == [(2, 3), (1, 4), (3, 1)]


def test_several_types():
    small = weft.compact_graphs(shop(), always_preserve={"user": torch.tensor([3])})
    assert small.nodes["user"].data[weft.NID].tolist() == [3, 2, 1, 0]
    assert edges_of(small, "follows") == [(3, 2), (2, 2), (1, 3), (1, 3)]


def test_features_may_stay_behind():
    small = weft.compact_graphs(eight_edges(), copy_ndata=False, copy_edata=False)
    assert (list(small.ndata), list(small.edata), small.num_nodes()) == ([], [], 4)


def test_nothing_to_compact():
    assert weft.compact_graphs([]) == []
    assert weft.compact_graphs(weft.graph(([], []), num_nodes=3)).num_nodes() == 0


def test_bad_input_is_refused():
    with pytest.raises(GraphError, match=r"compact_graphs: graph 1 has node types \['_N'\]"):
        weft.compact_graphs([shop(), eight_edges()])
    with pytest.raises(GraphError, match="graph 1 has 2 nodes of node type '_N', the first 5"):
        weft.compact_graphs([eight_edges(), weft.graph(([0], [1]))])
    with pytest.raises(GraphError, match=r"graph 1 has torch\.int32 IDs"):
        weft.compact_graphs([eight_edges(), eight_edges(torch.int32)])
    with pytest.raises(GraphError, match="got a block"):
        weft.compact_graphs(weft.create_block(([0], [0])))
    with pytest.raises(IdError, match="always_preserve of node type '_N' hold 9"):
        weft.compact_graphs(eight_edges(), always_preserve=[9])
    with pytest.raises(InputError, match="always_preserve is a list, but the graphs have node types"):
        weft.compact_graphs(shop(), always_preserve=[0])

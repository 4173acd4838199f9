"""Parts of a graph between, into and out of chosen nodes, and of chosen edges."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.graphs import cases
from tests.cases.small_graphs import edges_of, eight_edges, shop

import weft
from weft.errors import DtypeError, GraphError, IdError, InputError, ShapeError, TypeNameError


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_nodes_keep_the_order_given_and_edges_come_source_after_source(idtype):
    part = weft.node_subgraph(eight_edges(idtype), [3, 2, 0])
    assert edges_of(part) == [(0, 1), (0, 0), (0, 1), (1, 2)]
    assert part.ndata[weft.NID].tolist() == [3, 2, 0]
    assert part.edata[weft.EID].tolist() == [0, 4, 5, 7]
    assert part.ndata["x"].tolist() == [30, 20, 0]
    assert part.edata["w"].tolist() == [0, 400, 500, 700]
    assert part.idtype == part.ndata[weft.NID].dtype == part.edata[weft.EID].dtype == idtype


@pytest.mark.parametrize(
    "mask",
    [
        torch.tensor([True, False, True, True, False]),
        np.array([True, False, True, True, False]),
        [True, False, True, True, False],
    ],
)
def test_a_mask_chooses_in_ascending_order(mask):
    part = eight_edges().subgraph(mask)
    assert part.ndata[weft.NID].tolist() == [0, 2, 3]
    assert part.edata[weft.EID].tolist() == [7, 0, 4, 5]


def test_nodes_may_keep_their_numbers():
    part = eight_edges().subgraph([3, 2, 0], relabel_nodes=False)
    assert part.num_nodes() == 5
    assert edges_of(part) == [(3, 2), (3, 3), (3, 2), (2, 0)]
    assert weft.NID not in part.ndata
    assert part.edata[weft.EID].tolist() == [0, 4, 5, 7]


def test_ids_need_not_be_stored():
    part = eight_edges().subgraph([3, 2], store_ids=False)
    assert list(part.ndata) == ["x"]
    assert list(part.edata) == ["w"]


def test_nothing_chosen_leaves_nothing():
    part = eight_edges().subgraph([])
    assert (part.num_nodes(), part.num_edges(), part.ndata["x"].shape) == (0, 0, (0,))


def test_types_left_out_have_no_nodes():
    part = shop().subgraph({"user": [2, 1], "item": [0]})
    assert (part.num_nodes("user"), part.num_nodes("item"), part.num_nodes("shop")) == (2, 1, 0)
    assert edges_of(part, "buys") == [(0, 0), (1, 0)]
    assert edges_of(part, "follows") == [(1, 1)]
    assert part.edges["follows"].data["w"].tolist() == [100]
    assert part.num_edges("sells") == 0


def test_features_are_taken_when_they_are_read():
    g = eight_edges()
    part = g.subgraph([3])
    g.ndata["x"][3] = 77
    assert part.ndata["x"].tolist() == [77]


def test_features_of_a_part_of_a_part():
    assert eight_edges().subgraph([3, 1]).subgraph([1]).ndata["x"].tolist() == [10]


def test_gradients_reach_the_features_of_the_whole():
    g = eight_edges()
    weight = torch.ones(5, 2, requires_grad=True)
    g.ndata["h"] = weight
    g.subgraph([3, 1]).ndata["h"].sum().backward()
    assert weight.grad[:, 0].tolist() == [0, 1, 0, 1, 0]


def test_a_node_given_twice_is_refused():
    with pytest.raises(InputError, match=r"node_subgraph: nodes of node type '_N' hold 3 more than once"):
        eight_edges().subgraph([3, 3, 2])
    with pytest.raises(InputError, match="hold 3 more than once"):
        weft.graph(([0], [1]), num_nodes=10**6).subgraph([3, 5, 3])


def test_choices_that_cannot_be_are_refused():
    g = eight_edges()
    with pytest.raises(IdError, match=r"node_subgraph: nodes of node type '_N' hold 9"):
        g.subgraph([9])
    with pytest.raises(IdError, match="hold -1, which is negative"):
        g.edge_subgraph([-1])
    with pytest.raises(ShapeError, match=r"the mask of nodes of node type '_N' has shape \(2,\); expected \(5,\)"):
        g.subgraph(torch.tensor([True, False]))
    with pytest.raises(DtypeError, match=r"edge_subgraph: edges of relation .* have dtype torch.float32"):
        g.edge_subgraph(torch.zeros(2))
    with pytest.raises(InputError, match=r"nodes are a list, but this graph has node types 'item', 'shop', 'user'"):
        shop().subgraph([0])
    with pytest.raises(InputError, match=r"edges are a list, but this graph has edge types"):
        shop().edge_subgraph([0])
    with pytest.raises(TypeNameError, match="node type 'usr' is not in this graph"):
        shop().in_subgraph({"usr": [0]})
    with pytest.raises(TypeNameError, match="got the node type None"):
        shop().in_subgraph({None: [0]})


def test_blocks_are_refused():
    block = weft.create_block(([0, 1], [0, 0]))
    for take in (weft.node_subgraph, weft.edge_subgraph, weft.in_subgraph, weft.out_subgraph):
        with pytest.raises(GraphError, match=rf"{take.__name__}: got a block, whose sources and destinations"):
            take(block, [0])


def test_edges_of_a_block_can_be_chosen_when_nodes_stay():
    part = weft.create_block(([0, 1, 2, 2], [0, 1, 0, 1])).edge_subgraph([0, 3], relabel_nodes=False)
    assert part.is_block
    assert edges_of(part) == [(0, 0), (2, 1)]
    assert (part.num_src_nodes(), part.num_dst_nodes()) == (3, 2)


def test_edges_bring_the_nodes_that_they_touch_in_order_of_appearance():
    part = weft.edge_subgraph(eight_edges(), [5, 0, 2])
    assert part.ndata[weft.NID].tolist() == [3, 1, 2]
    assert edges_of(part) == [(0, 2), (0, 2), (1, 2)]
    assert part.edata[weft.EID].tolist() == [5, 0, 2]
    assert part.ndata["x"].tolist() == [30, 10, 20]


def test_an_edge_may_be_chosen_twice():
    assert eight_edges().edge_subgraph([5, 5]).edata["w"].tolist() == [500, 500]


def test_edges_by_mask_and_all_nodes():
    mask = torch.tensor([True, False, False, False, True, False, False, False])
    part = eight_edges().edge_subgraph(mask, relabel_nodes=False)
    assert part.num_nodes() == 5
    assert edges_of(part) == [(3, 2), (3, 3)]


def test_edges_of_several_types_share_the_nodes_of_a_type():
    part = shop().edge_subgraph({"follows": [3, 0], "buys": [1]})
    assert part.nodes["user"].data[weft.NID].tolist() == [1, 2, 0]
    assert edges_of(part, "buys") == [(0, 0)]
    assert edges_of(part, "follows") == [(1, 2), (2, 0)]
    assert part.num_nodes("shop") == 0


def test_in_edges_of_nodes_on_all_nodes():
    part = weft.in_subgraph(eight_edges(), [2, 0])
    assert part.num_nodes() == 5
    assert edges_of(part) == [(3, 2), (1, 2), (3, 2), (1, 0), (2, 0)]
    assert part.edata[weft.EID].tolist() == [0, 2, 5, 3, 7]


def test_in_edges_of_nodes_on_the_nodes_that_they_touch():
    part = eight_edges().in_subgraph([2, 0], relabel_nodes=True)
    assert part.ndata[weft.NID].tolist() == [3, 1, 2, 0]
    assert edges_of(part) == [(0, 2), (1, 2), (0, 2), (1, 3), (2, 3)]


def test_in_edges_of_a_node_given_twice_come_twice():
    assert eight_edges().in_subgraph([2, 2]).edata[weft.EID].tolist() == [0, 2, 5, 0, 2, 5]


def test_in_edges_of_several_types():
    part = shop().in_subgraph({"user": [0, 1], "item": [1]}, relabel_nodes=True)
    assert part.nodes["user"].data[weft.NID].tolist() == [1, 2, 0]
    assert edges_of(part, "follows") == [(1, 2), (1, 2), (2, 0), (0, 0)]
    assert edges_of(part, "sells") == [(0, 0)]


def test_out_edges_of_nodes():
    g = eight_edges()
    part = weft.out_subgraph(g, [3, 0], relabel_nodes=True)
    assert part.ndata[weft.NID].tolist() == [3, 0, 2, 1]
    assert part.edata[weft.EID].tolist() == [0, 4, 5, 1, 6]
    assert edges_of(g.out_subgraph(torch.tensor([False, False, True, False, False]))) == [(2, 0)]


def test_a_part_may_go_to_a_device():
    assert eight_edges().subgraph([1], output_device="cpu").device == torch.device("cpu")
    assert weft.in_subgraph(eight_edges(), [1], output_device="meta").device == torch.device("meta")


@given(cases(), st.data())
def test_induced_edges_are_all_edges_between_the_chosen(case, data):
    g = weft.heterograph({("u", "e", "v"): (case.src, case.dst)}, {"u": case.num_src, "v": case.num_dst})
    src = data.draw(st.lists(st.integers(0, max(case.num_src - 1, 0)), unique=True)) if case.num_src else []
    dst = data.draw(st.lists(st.integers(0, max(case.num_dst - 1, 0)), unique=True)) if case.num_dst else []
    part = g.subgraph({"u": src, "v": dst})
    whole = list(zip(case.src.tolist(), case.dst.tolist(), strict=True))
    wanted = [e for u in src for e, (start, end) in enumerate(whole) if start == u and end in dst]
    assert part.edata[weft.EID].tolist() == wanted
    assert edges_of(part) == [(src.index(whole[e][0]), dst.index(whole[e][1])) for e in wanted]

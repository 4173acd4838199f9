"""Parts within some hops of chosen nodes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.graphs import cases
from tests.cases.small_graphs import edges_of, eight_edges, shop

import weft
from weft.errors import GraphError, InputError


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_nodes_ascend_and_all_edges_between_them_are_there(idtype):
    part, where = weft.khop_in_subgraph(eight_edges(idtype), [2, 0], 1)
    assert part.ndata[weft.NID].tolist() == [0, 1, 2, 3]
    assert part.edata[weft.EID].tolist() == [1, 6, 2, 3, 7, 0, 4, 5]
    assert where.tolist() == [2, 0]
    assert (part.idtype, where.dtype) == (idtype, torch.int64)


def test_each_hop_reaches_farther():
    g = eight_edges()
    assert [weft.khop_in_subgraph(g, 0, k)[0].ndata[weft.NID].tolist() for k in (0, 1, 2, 9)] == [
        [0],
        [0, 1, 2],
        [0, 1, 2, 3],
        [0, 1, 2, 3],
    ]
    assert [g.khop_out_subgraph(0, k)[0].num_nodes() for k in (1, 2, 3)] == [2, 3, 3]


def test_nodes_given_twice_are_found_twice():
    assert weft.khop_in_subgraph(eight_edges(), [2, 2, 0], 1)[1].tolist() == [2, 2, 0]


def test_without_new_numbers_only_the_graph_comes_back():
    part = weft.khop_out_subgraph(eight_edges(), 3, 1, relabel_nodes=False)
    assert part.num_nodes() == 5
    assert edges_of(part) == [(3, 2), (3, 3), (3, 2)]


def test_hops_cross_types():
    part, where = shop().khop_in_subgraph({"item": [0]}, 2)
    assert part.nodes["user"].data[weft.NID].tolist() == [0, 1, 2]
    assert part.nodes["shop"].data[weft.NID].tolist() == [1]
    assert edges_of(part, "buys") == [(1, 0), (2, 0)]
    assert where["item"].tolist() == [0]
    assert list(where) == ["item"]


def test_a_dict_of_the_only_type_gives_a_dict():
    assert weft.khop_in_subgraph(eight_edges(), {"_N": [0]}, 1)[1]["_N"].tolist() == [0]


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="khop_in_subgraph: got k=-1; expected a number of hops"):
        weft.khop_in_subgraph(eight_edges(), 0, -1)
    with pytest.raises(GraphError, match="khop_out_subgraph: got a block"):
        weft.khop_out_subgraph(weft.create_block(([0], [0])), 0, 1)


@given(cases(), st.integers(0, 3))
def test_reached_nodes_are_those_of_a_plain_search(case, k):
    count = max(case.num_src, case.num_dst)
    if count == 0:
        return
    g = weft.graph((case.src, case.dst), num_nodes=count)
    reached = {0}
    for _ in range(k):
        reached |= {u for u, v in zip(case.src.tolist(), case.dst.tolist(), strict=True) if v in reached}
    assert weft.khop_in_subgraph(g, 0, k)[0].ndata[weft.NID].tolist() == sorted(reached)
    backwards = weft.graph((case.dst, case.src), num_nodes=count)
    assert weft.khop_out_subgraph(backwards, 0, k)[0].ndata[weft.NID].tolist() == sorted(reached)


def test_few_nodes_of_very_many_are_reached_without_marks():
    g = weft.graph(([5, 7, 9], [7, 9, 11]), num_nodes=10**6)
    assert weft.khop_in_subgraph(g, 11, 2)[0].ndata[weft.NID].tolist() == [7, 9, 11]

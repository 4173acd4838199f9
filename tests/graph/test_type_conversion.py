"""From several types to one and back."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.graphs import cases
from tests.cases.small_graphs import edges_of, eight_edges, shop

import weft
from weft.errors import DtypeError, FieldError, GraphError, IdError, InputError, ShapeError, TypeNameError


@pytest.fixture
def typed():
    g = eight_edges()
    g.ndata["t"] = torch.tensor([1, 0, 1, 0, 0])
    g.edata["s"] = torch.tensor([0, 1, 1, 0, 1, 0, 1, 0])
    return g


def test_types_come_one_after_the_other():
    flat, nodes, edges = weft.to_homogeneous(shop(), return_count=True)
    assert (nodes, edges) == ([3, 2, 4], [2, 4, 4])
    assert flat.is_homogeneous
    assert flat.ndata[weft.NID].tolist() == [0, 1, 2, 0, 1, 0, 1, 2, 3]
    assert flat.ndata[weft.NTYPE].tolist() == [0, 0, 0, 1, 1, 2, 2, 2, 2]
    assert flat.edata[weft.EID].tolist() == [0, 1, 0, 1, 2, 3, 0, 1, 2, 3]
    assert flat.edata[weft.ETYPE].tolist() == [0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
    assert edges_of(flat)[:3] == [(3, 1), (4, 0), (7, 0)]


def test_ids_have_the_id_type_and_types_are_int64():
    flat = weft.to_homogeneous(shop().int())
    assert flat.idtype == flat.ndata[weft.NID].dtype == torch.int32
    assert flat.ndata[weft.NTYPE].dtype == flat.edata[weft.ETYPE].dtype == torch.int64


def test_types_need_not_be_stored():
    flat = weft.to_homogeneous(shop(), store_type=False)
    assert (list(flat.ndata), list(flat.edata)) == ([weft.NID], [weft.EID])


def test_features_that_all_types_have_can_come_along():
    g = shop()
    for number, ntype in enumerate(g.ntypes):
        g.nodes[ntype].data["h"] = torch.full((g.num_nodes(ntype), 2), float(number))
    assert weft.to_homogeneous(g, ndata=["h"]).ndata["h"][:, 0].tolist() == [0, 0, 0, 1, 1, 2, 2, 2, 2]
    with pytest.raises(FieldError, match="to_homogeneous: edge feature 'w' is not set on relation"):
        weft.to_homogeneous(g, edata=["w"])
    g.nodes["shop"].data["h"] = torch.zeros(2)
    with pytest.raises(ShapeError, match=r"node feature 'h' has rows of shape \(\) and torch\.float32 on node type"):
        weft.to_homogeneous(g, ndata=["h"])


def test_a_graph_without_edges_or_nodes_can_be_flattened():
    assert weft.to_homogeneous(weft.graph(([], []), num_nodes=3)).num_nodes() == 3
    assert weft.to_homogeneous(weft.heterograph({("u", "a", "i"): ([], [])}, {"u": 0, "i": 0})).num_nodes() == 0


def test_sources_of_a_block_come_before_destinations():
    flat = weft.to_homogeneous(weft.create_block(([0, 1], [0, 0]), 2, 1))
    assert edges_of(flat) == [(0, 2), (1, 2)]
    assert flat.ndata[weft.NTYPE].tolist() == [0, 0, 1]


def test_types_are_told_by_features(typed):
    g = weft.to_heterogeneous(typed, ["p", "q"], ["e", "f"], ntype_field="t", etype_field="s")
    assert g.canonical_etypes == [("p", "e", "q"), ("p", "f", "p"), ("p", "f", "q"), ("q", "e", "q"), ("q", "f", "p")]
    assert g.nodes["p"].data[weft.NID].tolist() == [1, 3, 4]
    assert g.nodes["p"].data["x"].tolist() == [10, 30, 40]
    assert edges_of(g, ("p", "e", "q")) == [(1, 1), (0, 0), (1, 1)]
    assert g.edges["p", "e", "q"].data[weft.EID].tolist() == [0, 3, 5]
    assert g.edges["p", "e", "q"].data["w"].tolist() == [0, 300, 500]
    assert "t" not in g.nodes["p"].data


def test_types_without_nodes_stay():
    g = weft.to_heterogeneous(weft.to_homogeneous(eight_edges()), ["z", "a"], ["e"])
    assert g.ntypes == ["a", "z"]
    assert (g.num_nodes("a"), g.num_nodes("z")) == (0, 5)


def test_a_metagraph_brings_edge_types_without_edges():
    whole = shop()
    back = weft.to_heterogeneous(
        weft.to_homogeneous(whole.edge_subgraph({"buys": [0, 1]}, relabel_nodes=False)),
        whole.ntypes,
        whole.etypes,
        metagraph=whole.metagraph(),
    )
    assert back.canonical_etypes == whole.canonical_etypes
    assert (back.num_edges("buys"), back.num_edges("follows")) == (2, 0)


def test_two_numbers_may_have_one_name(typed):
    g = weft.to_heterogeneous(typed, ["p", "p"], ["e", "e"], ntype_field="t", etype_field="s")
    assert (g.ntypes, g.canonical_etypes) == (["p"], [("p", "e", "p")])
    assert edges_of(g) == edges_of(typed)


def test_bad_input_is_refused(typed):
    with pytest.raises(GraphError, match="to_heterogeneous: this graph has node types"):
        weft.to_heterogeneous(shop(), ["a"], ["b"])
    with pytest.raises(FieldError, match="node feature '_TYPE' is not set"):
        weft.to_heterogeneous(typed, ["p", "q"], ["e", "f"])
    with pytest.raises(IdError, match=r"node feature 't' hold 1, which is past the end of the 1 names \['p'\]"):
        weft.to_heterogeneous(typed, ["p"], ["e", "f"], "t", "s")
    with pytest.raises(InputError, match="got ntypes='p'; expected a list"):
        weft.to_heterogeneous(typed, "p", ["e", "f"], "t", "s")
    typed.ndata["t"] = torch.zeros(5)
    with pytest.raises(DtypeError, match=r"node feature 't' have dtype torch\.float32"):
        weft.to_heterogeneous(typed, ["p"], ["e", "f"], "t", "s")


def test_edges_outside_of_the_metagraph_are_refused():
    small = shop().edge_type_subgraph(["buys"]).metagraph()
    with pytest.raises(GraphError, match=r"are of \('shop', 'sells', 'item'\), which is not in metagraph"):
        weft.to_heterogeneous(weft.to_homogeneous(shop()), shop().ntypes, shop().etypes, metagraph=small)


def test_no_edges_tell_no_edge_types():
    with pytest.raises(GraphError, match="no edge to tell its edge types; give metagraph"):
        weft.to_heterogeneous(weft.to_homogeneous(weft.graph(([], []), num_nodes=2)), ["a"], ["e"])


@given(cases(), cases(), st.booleans())
def test_flattening_and_back_gives_the_same(case, other, narrow):
    counts = {"u": max(case.num_src, other.num_src), "v": max(case.num_dst, other.num_dst)}
    edges = {("u", "a", "v"): (case.src.long(), case.dst.long()), ("u", "b", "v"): (other.src.long(), other.dst.long())}
    g = weft.heterograph(edges, counts)
    g = g.int() if narrow else g
    back = weft.to_heterogeneous(weft.to_homogeneous(g), g.ntypes, g.etypes, metagraph=g.metagraph())
    assert (back.ntypes, back.canonical_etypes, back.idtype) == (g.ntypes, g.canonical_etypes, g.idtype)
    for ntype in g.ntypes:
        assert back.num_nodes(ntype) == g.num_nodes(ntype)
    for etype in g.etypes:
        assert all(torch.equal(*pair) for pair in zip(back.edges(etype=etype), g.edges(etype=etype), strict=True))


def test_a_metagraph_of_unknown_types_is_refused_by_name():
    import networkx

    g = weft.graph(([0], [1]))
    g.ndata[weft.NTYPE], g.edata[weft.ETYPE] = torch.tensor([0, 0]), torch.tensor([0])
    metagraph = networkx.MultiDiGraph([("user", "itm", "buys"), ("user", "user", "knows")])
    with pytest.raises(TypeNameError, match=r"'itm' is not in ntypes: 'item', 'user'\. Did you mean 'item'"):
        weft.to_heterogeneous(g, ["user", "item"], ["knows", "buys"], metagraph=metagraph)

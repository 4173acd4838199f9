"""There and back again: what changes the form of a graph loses nothing. Hypothesis draws the graphs."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.batches import assert_same_graph, homogeneous

import weft

IDTYPES = st.sampled_from([torch.int32, torch.int64])
RELATIONS = (("item", "near", "item"), ("user", "buys", "item"), ("user", "likes", "item"))


@st.composite
def typed(draw: st.DrawFn, max_nodes: int = 5, max_edges: int = 8):
    """Hypothesis strategy for graphs of two node types and three relations, with x on nodes and w on edges."""
    counts = {ntype: draw(st.integers(0, max_nodes)) for ntype in ("item", "user")}
    edges = {}
    for triple in RELATIONS:
        pair = st.tuples(*(st.integers(0, max(counts[ntype] - 1, 0)) for ntype in triple[::2]))
        some = counts[triple[0]] and counts[triple[2]]
        pairs = draw(st.lists(pair, max_size=max_edges if some else 0))
        edges[triple] = ([src for src, _ in pairs], [dst for _, dst in pairs])
    graph = weft.heterograph(edges, counts, idtype=draw(IDTYPES))
    for number, ntype in enumerate(graph.ntypes):
        graph.nodes[ntype].data["x"] = torch.arange(2.0 * counts[ntype]).reshape(-1, 2) + number
    for number, triple in enumerate(RELATIONS):
        graph.edges[triple].data["w"] = torch.arange(graph.num_edges(triple)) * 3 + number
    return graph


GRAPHS = st.one_of(homogeneous(), typed())


@given(st.one_of(st.lists(homogeneous(), min_size=1, max_size=4), st.lists(typed().map(weft.Graph.long), min_size=1)))
def test_a_batch_comes_apart_into_its_graphs(graphs):
    for one, other in zip(graphs, weft.unbatch(weft.batch(graphs)), strict=True):
        assert_same_graph(one, other)


@given(GRAPHS)
def test_reversed_twice_is_as_it_was(graph):
    twice = weft.reverse(weft.reverse(graph, copy_edata=True), copy_edata=True)
    for ntype in graph.ntypes:
        assert torch.equal(twice.nodes[ntype].data["x"], graph.nodes[ntype].data["x"])
    for (src, etype, dst), triple in zip(graph.canonical_etypes, graph.canonical_etypes, strict=True):
        assert (src, etype, dst) in twice.canonical_etypes
        assert [ids.tolist() for ids in twice.edges(etype=triple)] == [
            ids.tolist() for ids in graph.edges(etype=triple)
        ]
        assert torch.equal(twice.edges[triple].data["w"], graph.edges[triple].data["w"])


@given(GRAPHS)
def test_original_ids_lead_from_a_block_back_to_the_graph(graph):
    block = weft.to_block(graph)
    for triple in graph.canonical_etypes:
        src, dst = (ids.long() for ids in block.edges(etype=triple))
        original = block.edges[triple].data[weft.EID]
        found = block.srcnodes[triple[0]].data[weft.NID][src], block.dstnodes[triple[2]].data[weft.NID][dst]
        assert [ids.tolist() for ids in found] == [ids.tolist() for ids in graph.find_edges(original, etype=triple)]
        assert sorted(original.tolist()) == list(range(graph.num_edges(triple)))
        assert torch.equal(block.edges[triple].data["w"], graph.edges[triple].data["w"][original.long()])
    for ntype in set(block.srctypes):
        rows = block.srcnodes[ntype].data[weft.NID].long()
        assert torch.equal(block.srcnodes[ntype].data["x"], graph.nodes[ntype].data["x"][rows])


@given(homogeneous(), IDTYPES)
def test_networkx_keeps_nodes_edges_and_attributes(graph, idtype):
    graph = graph.astype(idtype)
    there = weft.to_networkx(graph, node_attrs=["x"], edge_attrs=["w"])
    back = weft.from_networkx(
        there,
        node_attrs=["x"] if graph.num_nodes() else None,
        edge_attrs=["w"] if graph.num_edges() else None,
        edge_id_attr_name="id",
        idtype=idtype,
    )
    assert back.num_nodes() == graph.num_nodes()
    assert [ids.tolist() for ids in back.edges()] == [ids.tolist() for ids in graph.edges()]
    assert back.ndata.get("x", torch.empty(0)).flatten().tolist() == graph.ndata["x"].flatten().tolist()
    assert back.edata.get("w", torch.empty(0)).tolist() == graph.edata["w"].tolist()


@given(typed())
def test_one_type_for_all_and_back(graph):
    flat = weft.to_homogeneous(graph, ndata=["x"], edata=["w"])
    back = weft.to_heterogeneous(flat, graph.ntypes, graph.etypes, metagraph=graph.metagraph())
    assert back.ntypes == graph.ntypes
    for ntype in graph.ntypes:
        assert torch.equal(back.nodes[ntype].data["x"], graph.nodes[ntype].data["x"])
    for triple in graph.canonical_etypes:
        assert [ids.tolist() for ids in back.edges(etype=triple)] == [ids.tolist() for ids in graph.edges(etype=triple)]
        assert torch.equal(back.edges[triple].data["w"], graph.edges[triple].data["w"])


@given(homogeneous(), IDTYPES, st.sampled_from(["coo", "csr"]))
def test_scipy_keeps_the_edges(graph, idtype, layout):
    graph = graph.astype(idtype)
    back = weft.from_scipy(graph.adj_external(scipy_fmt=layout), idtype=idtype)
    assert back.num_nodes() == graph.num_nodes()
    pairs = [sorted(zip(*(ids.tolist() for ids in g.edges()), strict=True)) for g in (back, graph)]
    assert pairs[0] == pairs[1]


@given(st.lists(GRAPHS, min_size=1, max_size=3))
def test_files_give_back_what_was_saved(tmp_path_factory, graphs):
    path = str(tmp_path_factory.mktemp("graphs") / "graphs.weft")
    labels = {"y": torch.arange(len(graphs))}
    weft.save_graphs(path, graphs, labels)
    loaded, found = weft.load_graphs(path)
    for one, other in zip(graphs, loaded, strict=True):
        assert_same_graph(one, other)
    assert torch.equal(found["y"], labels["y"])

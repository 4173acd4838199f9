"""Other orders of nodes and edges: what they are, what goes with them, what is refused."""

import pytest
import torch
from tests.cases.spectral_graphs import path, random_graph, tangled

import weft
from weft.errors import GraphError, IdError, InputError

BIPARTITE = weft.heterograph({("user", "buys", "item"): ([0], [0])})


def _lists(g) -> list[list[int]]:
    return [ids.tolist() for ids in g.edges()]


def _named_edges(g) -> list[tuple[int, int, float]]:
    """Return each edge by the old names of its ends and its weight, in no particular order."""
    names = g.ndata["name"]
    src, dst = (names[ids.long()].tolist() for ids in g.edges())
    return sorted(zip(src, dst, g.edata["w"].tolist(), strict=True))


def _named(g):
    g.ndata["name"] = torch.arange(g.num_nodes())
    g.edata["w"] = torch.arange(float(g.num_edges()))
    return g


def test_edges_ascend_by_source_or_destination_and_stay_in_order_where_equal():
    g = weft.graph(([2, 0, 2, 1], [0, 1, 1, 0]))
    by_src, by_dst = weft.reorder_graph(g), weft.reorder_graph(g, edge_permute_algo="dst")
    assert (_lists(by_src), by_src.edata[weft.EID].tolist()) == ([[0, 1, 2, 2], [1, 0, 0, 1]], [1, 3, 0, 2])
    assert (_lists(by_dst), by_dst.edata[weft.EID].tolist()) == ([[2, 1, 0, 2], [0, 0, 1, 1]], [0, 3, 1, 2])
    assert by_src.ndata[weft.NID].tolist() == [0, 1, 2]


def test_given_orders_name_the_old_id_of_each_new_one():
    g = _named(weft.graph(([0, 1], [1, 2])))
    order = {"nodes_perm": [2, 0, 1], "edges_perm": torch.tensor([1, 0])}
    out = weft.reorder_graph(g, "custom", "custom", permute_config=order)
    assert _lists(out) == [[2, 1], [0, 2]]
    assert (out.ndata["name"].tolist(), out.edata["w"].tolist()) == ([2, 0, 1], [1.0, 0.0])
    assert (g.ndata["name"].tolist(), weft.NID in g.ndata) == ([0, 1, 2], False)


@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
@pytest.mark.parametrize("nodes", [None, "rcmk", "metis", "custom"])
@pytest.mark.parametrize("edges", ["src", "dst", "custom"])
def test_it_is_the_same_graph_under_other_ids(idtype, nodes, edges):
    if nodes == "metis":
        pytest.importorskip("pymetis", reason="METIS comes with the extra weft[metis]")
    g = _named(random_graph(3, 20, 60)).astype(idtype)
    config = {"nodes_perm": torch.randperm(20), "edges_perm": torch.randperm(60), "k": 3}
    out = weft.reorder_graph(g, nodes, edges, permute_config=config)
    assert _named_edges(out) == _named_edges(g)
    assert out.ndata[weft.NID].dtype == out.edata[weft.EID].dtype == out.idtype == idtype
    assert torch.equal(out.ndata["name"], out.ndata[weft.NID].long())
    if edges != "custom":
        ends = out.edges()[0 if edges == "src" else 1]
        assert torch.equal(ends, ends.sort().values)


def test_bandwidth_order_brings_neighbours_near():
    shuffled = weft.reorder_graph(path(40), "custom", permute_config={"nodes_perm": torch.randperm(40)})
    src, dst = weft.reorder_graph(shuffled, "rcmk").edges()
    assert int((src - dst).abs().max()) == 1


def test_metis_order_puts_parts_one_after_the_other():
    pytest.importorskip("pymetis", reason="METIS comes with the extra weft[metis]")
    cliques = weft.batch([weft.graph((torch.arange(6).repeat(6), torch.arange(6).repeat_interleave(6)))] * 2)
    mixed = weft.reorder_graph(
        cliques, "custom", permute_config={"nodes_perm": torch.arange(12).view(2, 6).T.flatten()}
    )
    src, dst = weft.reorder_graph(mixed, "metis", permute_config={"k": 2}).edges()
    assert torch.equal(src // 6, dst // 6)


def test_ids_are_kept_only_when_asked_for():
    out = weft.reorder_graph(tangled(), "rcmk", store_ids=False)
    assert (list(out.ndata), list(out.edata)) == ([], ["w"])


def test_the_method_is_the_function():
    assert _lists(tangled().reorder_graph(edge_permute_algo="dst")) == _lists(
        weft.reorder_graph(tangled(), edge_permute_algo="dst")
    )


@pytest.mark.parametrize("nodes", [None, "rcmk"])
def test_graphs_without_edges_or_nodes(nodes):
    for count in (0, 3):
        out = weft.reorder_graph(weft.graph(([], []), num_nodes=count), nodes)
        assert (out.num_nodes(), out.num_edges()) == (count, 0)
        assert sorted(out.ndata[weft.NID].tolist()) == list(range(count))


def test_orders_are_checked():
    g = tangled()
    for given, error, message in (
        ({}, InputError, r"needs permute_config\['nodes_perm'\]"),
        ({"nodes_perm": [0, 1]}, InputError, "has 2 IDs; expected each of the 5"),
        ({"nodes_perm": [0, 1, 2, 3, 3]}, InputError, "expected each of the 5 of the graph once"),
        ({"nodes_perm": [0, 1, 2, 3, 9]}, IdError, "nodes_perm hold 9"),
    ):
        with pytest.raises(error, match=message):
            weft.reorder_graph(g, "custom", permute_config=given)
    with pytest.raises(InputError, match=r"needs permute_config\['edges_perm'\]"):
        weft.reorder_graph(g, edge_permute_algo="custom")
    with pytest.raises(InputError, match=r"needs permute_config\['k'\]"):
        weft.reorder_graph(g, "metis")
    with pytest.raises(InputError, match=r"node_permute_algo='rcm'.*Did you mean 'rcmk'"):
        weft.reorder_graph(g, "rcm")
    with pytest.raises(InputError, match="edge_permute_algo=None"):
        weft.reorder_graph(g, edge_permute_algo=None)
    with pytest.raises(GraphError, match="one node type"):
        weft.reorder_graph(BIPARTITE)

import pytest
import torch

import weft
from weft.errors import DtypeError, InputError


@pytest.mark.parametrize(("num_nodes", "num_edges"), [(0, 0), (3, 9), (4, 5), (1000, 50), (10**9, 20)])
def test_edges_are_distinct_and_as_many_as_asked_for(num_nodes, num_edges):
    torch.manual_seed(0)
    graph = weft.rand_graph(num_nodes, num_edges)
    assert (graph.num_nodes(), graph.num_edges(), graph.idtype) == (num_nodes, num_edges, torch.int64)
    assert len(set(zip(*(ids.tolist() for ids in graph.edges()), strict=True))) == num_edges


def test_seed_repeats_a_graph():
    drawn = []
    for _ in range(2):
        torch.manual_seed(5)
        drawn.append([ids.tolist() for ids in weft.rand_graph(30, 40, idtype=torch.int32).edges()])
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("num_edges", [2, 8])
def test_every_pair_is_as_likely_as_any_other(num_edges):
    torch.manual_seed(1)
    counts = torch.zeros(6, 6)
    for _ in range(3000):
        src, dst = weft.rand_graph(6, num_edges).edges()
        counts[src, dst] += 1
    expected = 3000 * num_edges / 36
    assert float((counts - expected).abs().max()) < 5 * expected**0.5


def test_bipartite_has_its_types_in_order():
    torch.manual_seed(0)
    graph = weft.rand_bipartite("user", "buys", "item", 3, 5, 15, idtype=torch.int32)
    assert graph.ntypes == ["user", "item"]
    assert (graph.num_nodes("user"), graph.num_nodes("item"), graph.num_edges()) == (3, 5, 15)
    assert graph.in_degrees().tolist() == [3] * 5


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="num_edges=10, but there are 9 pairs"):
        weft.rand_graph(3, 10)
    with pytest.raises(InputError, match="got num_edges=-1"):
        weft.rand_graph(3, -1)
    with pytest.raises(InputError, match="got num_nodes=-3"):
        weft.rand_graph(-3, 0)
    with pytest.raises(InputError, match="more pairs than int64"):
        weft.rand_graph(2**40, 1)
    with pytest.raises(DtypeError):
        weft.rand_graph(3, 1, idtype=torch.int16)
    with pytest.raises(InputError, match="'user' for both"):
        weft.rand_bipartite("user", "knows", "user", 3, 3, 1)

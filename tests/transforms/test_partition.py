"""Parts and what is around them, worked out by hand, by a slow search, and by what all parts must own together."""

import pytest
import torch
from tests.cases.spectral_graphs import random_graph, tangled

import weft
from weft.errors import GraphError, IdError, InputError, ShapeError
from weft.transforms import metis_partition, metis_partition_assignment, partition_graph_with_halo

BIPARTITE = weft.heterograph({("user", "buys", "item"): ([0], [0])})


def _near(g, own: set[int], hops: int) -> set[int]:
    """Return the nodes from which a path of up to ``hops`` edges leads to a part, and those its edges lead to."""
    pairs = list(zip(*(ids.tolist() for ids in g.edges()), strict=True))
    reached = set(own)
    for _ in range(hops):
        reached |= {src for src, dst in pairs if dst in reached}
    return reached | {dst for src, dst in pairs if src in own} if hops else reached


def test_a_part_without_halo_has_the_edges_within():
    parts, old_nodes, old_edges = partition_graph_with_halo(tangled(), [0, 0, 1, 1, 1], 0)
    assert (old_nodes, old_edges) == (None, None)
    assert [ids.tolist() for ids in parts[0].edges()] == [[0], [1]]
    assert [ids.tolist() for ids in parts[1].edges()] == [[0, 1], [1, 1]]
    assert parts[1].ndata[weft.NID].tolist() == [2, 3, 4]
    assert parts[1].edata[weft.EID].tolist() == [3, 6]
    assert parts[1].edata["inner_edge"].tolist() == [1, 1]


def test_a_halo_comes_after_the_own_nodes_and_its_edges_after_those_that_come_in():
    part = partition_graph_with_halo(tangled(), [0, 0, 1, 1, 1], 1)[0][0]
    assert part.ndata[weft.NID].tolist() == [0, 1, 3, 2]
    assert part.ndata["inner_node"].tolist() == [1, 1, 0, 0]
    assert part.ndata["part_id"].tolist() == [0, 0, 1, 1]
    assert part.edata[weft.EID].tolist() == [4, 5, 0, 1, 2]
    assert part.edata["inner_edge"].tolist() == [1, 1, 1, 0, 0]
    assert (part.ndata["inner_node"].dtype, part.edata["inner_edge"].dtype) == (torch.int32, torch.int8)


@pytest.mark.parametrize("hops", [0, 1, 2, 3])
@pytest.mark.parametrize("reshuffle", [False, True])
@pytest.mark.parametrize("idtype", [torch.int32, torch.int64])
def test_parts_own_every_node_and_incoming_edge_once(hops, reshuffle, idtype):
    g = random_graph(hops, 25, 60).astype(idtype)
    src, dst = (ids.long() for ids in g.edges())
    node_part = torch.arange(25) * 7 % 3
    parts, _, _ = partition_graph_with_halo(g, node_part, hops, reshuffle)
    node_name = edge_name = "orig_id" if reshuffle else weft.NID
    owned_nodes, owned_edges = [], []
    for number, part in parts.items():
        nodes, edges = part.ndata[node_name].long(), part.edata[edge_name].long()
        assert part.idtype == part.ndata[weft.NID].dtype == part.edata[weft.EID].dtype == idtype
        assert torch.equal(nodes[part.edges()[0].long()], src[edges])
        assert torch.equal(nodes[part.edges()[1].long()], dst[edges])
        assert torch.equal(part.ndata["part_id"], node_part[nodes])
        own = nodes[part.ndata["inner_node"] == 1].tolist()
        assert torch.equal(part.ndata["inner_node"] == 1, node_part[nodes] == number)
        assert set(nodes.tolist()) == _near(g, set(own), hops)
        owned_nodes += own
        owned_edges += edges[part.edata["inner_edge"] == 1].tolist()
    assert sorted(owned_nodes) == list(range(25))
    within = (node_part[src] == node_part[dst]).nonzero().squeeze(1).tolist()
    assert sorted(owned_edges) == (within if hops == 0 else list(range(60)))


def test_reshuffled_parts_own_ids_in_a_row():
    g = random_graph(1, 20, 50)
    node_part = torch.arange(20) % 3
    parts, old_nodes, old_edges = partition_graph_with_halo(g, node_part, 1, reshuffle=True)
    assert torch.equal(old_nodes, node_part.sort(stable=True).indices)
    assert torch.equal(old_edges.sort().values, torch.arange(50))
    nodes = torch.cat([part.ndata[weft.NID][part.ndata["inner_node"] == 1] for part in parts.values()])
    edges = torch.cat([part.edata[weft.EID][part.edata["inner_edge"] == 1] for part in parts.values()])
    assert (nodes.tolist(), edges.tolist()) == (list(range(20)), list(range(50)))
    for part in parts.values():
        assert torch.equal(old_nodes[part.ndata[weft.NID]], part.ndata["orig_id"])
        assert torch.equal(old_edges[part.edata[weft.EID]], part.edata["orig_id"])


def test_a_part_may_be_empty():
    parts, _, _ = partition_graph_with_halo(tangled(), [0, 0, 2, 2, 2], 1)
    assert (sorted(parts), parts[1].num_nodes(), parts[1].num_edges()) == ([0, 1, 2], 0, 0)
    assert sorted(partition_graph_with_halo(tangled(), [0] * 5, 0, num_parts=2)[0]) == [0, 1]
    assert partition_graph_with_halo(weft.graph(([], [])), [], 1)[0] == {}


def test_partition_arguments_are_checked():
    g = tangled()
    with pytest.raises(ShapeError, match="2 entries; expected a part for each of the 5"):
        partition_graph_with_halo(g, [0, 1], 1)
    with pytest.raises(IdError, match="negative"):
        partition_graph_with_halo(g, [0, 0, 0, 0, -1], 1)
    with pytest.raises(InputError, match="extra_cached_hops=-1"):
        partition_graph_with_halo(g, [0] * 5, -1)
    with pytest.raises(InputError, match="raise num_parts"):
        partition_graph_with_halo(g, [3] * 5, 0, num_parts=2)
    with pytest.raises(GraphError, match="one node type"):
        partition_graph_with_halo(BIPARTITE, [0, 0], 1)


def test_metis_parts_are_those_of_the_assignment():
    pytest.importorskip("pymetis", reason="METIS comes with the extra weft[metis]")
    g = random_graph(5, 40, 120).int()
    assignment = metis_partition_assignment(g, 3)
    assert assignment.dtype == torch.int32
    assert torch.equal(assignment, metis_partition_assignment(g, 3))
    for number, part in metis_partition(g, 3, extra_cached_hops=1).items():
        own = part.ndata[weft.NID][part.ndata["inner_node"] == 1]
        assert own.tolist() == (assignment == number).nonzero().squeeze(1).tolist()


def test_balanced_edges_and_kinds_of_nodes():
    pytest.importorskip("pymetis", reason="METIS comes with the extra weft[metis]")
    # Most edges end at the first nodes, so equal numbers of nodes do not make equal numbers of edges.
    src, dst = torch.randint(0, 400, (2, 4000), generator=torch.Generator().manual_seed(0))
    g = weft.graph((src, dst * dst // 400), num_nodes=400)
    in_degrees = g.in_degrees()

    def edges_of_parts(**how):
        return torch.zeros(4, dtype=torch.int64).index_add_(0, metis_partition_assignment(g, 4, **how), in_degrees)

    assert int(edges_of_parts(balance_edges=True).max()) < 1.06 * 1000 < int(edges_of_parts().max())
    kinds = (torch.arange(400) % 8 == 0).long()
    parts = metis_partition_assignment(g, 4, balance_ntypes=kinds, balance_edges=True)
    for kind in (0, 1):
        # METIS balances several things at once only roughly.
        assert int(torch.bincount(parts[kinds == kind], minlength=4).max()) <= 1.4 * int((kinds == kind).sum()) / 4
    even = weft.graph((src, dst), num_nodes=400)
    parts = metis_partition_assignment(even, 4, balance_ntypes=kinds, balance_edges=True)
    for kind in (0, 1):
        edges = torch.zeros(4, dtype=torch.int64).index_add_(0, parts, even.in_degrees() * (kinds == kind))
        assert float(edges.max() / edges.sum()) < 0.3
    with pytest.raises(ShapeError, match="balance_ntypes has 2 entries"):
        metis_partition_assignment(g, 4, balance_ntypes=torch.tensor([0, 1]))

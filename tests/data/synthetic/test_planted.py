"""Graphs with planted motifs: counts of the papers, classes and motifs that agree with the structure."""

from __future__ import annotations

import networkx
import pytest
import torch

import weft
from weft.data import BACommunityDataset, BAShapeDataset, TreeCycleDataset, TreeGridDataset
from weft.data.synthetic.planted import PlantedDataset
from weft.errors import InputError

ALL = (BAShapeDataset, BACommunityDataset, TreeCycleDataset, TreeGridDataset)


def made(kind, **arguments):
    return kind(**{"seed": 0, "verbose": False, **arguments})


def motif(graph, number):
    """Return the nodes of a motif and its edges as an undirected graph."""
    found = networkx.Graph()
    found.add_nodes_from((graph.ndata["motif"] == number).nonzero().flatten().tolist())
    src, dst = (ends[graph.edata["motif"] == number].tolist() for ends in graph.edges())
    found.add_edges_from(zip(src, dst, strict=True))
    return found


# Base edges, motif edges and joints, then 1 (TreeGrid: 10) in 100 more of these; each both ways.
@pytest.mark.parametrize(
    ("kind", "name", "nodes", "edges", "classes"),
    [
        (BAShapeDataset, "BA-SHAPES", 700, 5 * 295 + 80 * 6 + 80 + 20, [300, 160, 160, 80]),
        (BACommunityDataset, "BA-COMMUNITY", 1400, 2 * (4 * 296 + 80 * 6 + 80 + 17) + 350, [300, 160, 160, 80] * 2),
        (TreeCycleDataset, "TREE-CYCLES", 871, 510 + 60 * 6 + 60 + 9, [511, 360]),
        (TreeGridDataset, "TREE-GRIDS", 1231, 510 + 80 * 12 + 80 + 155, [511, 720]),
    ],
)
def test_counts_are_those_of_the_paper(kind, name, nodes, edges, classes):
    data = made(kind)
    graph = data[0]
    assert (len(data), data.name, data.num_classes) == (1, name, len(classes))
    assert (graph.num_nodes(), graph.num_edges()) == (nodes, 2 * edges)
    assert torch.bincount(graph.ndata["label"]).tolist() == classes
    assert weft.to_simple(graph).num_edges() == graph.num_edges()
    assert graph.has_edges_between(*graph.edges()[::-1]).all()
    assert not (graph.edges()[0] == graph.edges()[1]).any()
    assert graph.ndata["feat"].dtype == torch.float32
    # An edge and its reverse belong to the same motif, as do both its ends.
    motifs = graph.edata["motif"]
    src, dst = graph.edges()
    assert torch.equal(graph.edata["motif"][graph.edge_ids(dst, src)], motifs)
    inside = motifs >= 0
    assert torch.equal(graph.ndata["motif"][src][inside], motifs[inside])
    assert torch.equal(graph.ndata["motif"][dst][inside], motifs[inside])
    assert torch.equal(graph.ndata["motif"] >= 0, graph.ndata["label"] % 4 > 0)


@pytest.mark.parametrize(
    ("kind", "count", "shape"),
    [
        (BAShapeDataset, 80, networkx.house_graph()),
        (BACommunityDataset, 160, networkx.house_graph()),
        (TreeCycleDataset, 60, networkx.cycle_graph(6)),
        (TreeGridDataset, 80, networkx.grid_2d_graph(3, 3)),
    ],
)
def test_every_motif_is_whole(kind, count, shape):
    graph = made(kind)[0]
    assert int(graph.ndata["motif"].max()) == count - 1
    for number in range(count):
        assert networkx.is_isomorphic(motif(graph, number), shape)


def test_classes_of_a_house_are_its_roles():
    graph = made(BAShapeDataset)[0]
    house = motif(graph, 7)
    labels = {node: int(graph.ndata["label"][node]) for node in house}
    assert sorted(labels.values()) == [1, 1, 2, 2, 3]
    assert [house.degree[node] for node in house if labels[node] == 1] == [3, 3]
    (top,) = (node for node in house if labels[node] == 3)
    assert all(labels[node] == 1 for node in house[top])


def test_features_tell_communities_apart_and_nothing_else():
    feat = made(BACommunityDataset, num_base_nodes=3000, num_motifs=0)[0].ndata["feat"].double()
    assert feat.shape == (6000, 10)
    for rows, side in ((feat[:3000], -1), (feat[3000:], 1)):
        # Standard errors are 0.018 at most, of variances 0.026.
        assert (rows[:, :2].mean(0) - side).abs().max() < 0.08
        assert rows[:, 2:].mean(0).abs().max() < 0.08
        assert (rows[:, :2].var(0) - 0.5).abs().max() < 0.06
        assert (rows[:, 2:].var(0) - 1).abs().max() < 0.12


def test_communities_are_joined_by_as_many_edges_as_told():
    graph = made(BACommunityDataset, num_base_nodes=30, num_motifs=4, num_inter_edges=7)[0]
    src, dst = graph.edges()
    assert int(((src < 50) & (dst >= 50)).sum()) == 7


@pytest.mark.parametrize("kind", ALL)
def test_other_features_are_ones(kind):
    feat = made(kind)[0].ndata["feat"]
    assert feat.shape[1] == (10 if kind is BACommunityDataset else 1)
    assert kind is BACommunityDataset or bool((feat == 1).all())


@pytest.mark.parametrize("kind", ALL)
def test_seed_decides_and_is_kept(kind, download_folder):
    first = made(kind, seed=1)
    again = made(kind, seed=1)
    assert torch.equal(torch.stack(first[0].edges()), torch.stack(again[0].edges()))
    assert not torch.equal(torch.stack(first[0].edges()), torch.stack(made(kind, seed=2)[0].edges()))
    assert len(list(download_folder.rglob("*.weft"))) == 2


@pytest.mark.parametrize("kind", ALL)
def test_without_a_seed_graphs_are_drawn_anew_and_not_kept(kind, download_folder):
    edges = [torch.stack(kind(verbose=False)[0].edges()) for _ in range(2)]
    assert not torch.equal(*edges)
    assert list(download_folder.rglob("*.weft")) == []


def test_arguments_change_the_graph_and_folders_are_taken(tmp_path):
    graph = made(
        BAShapeDataset, num_base_nodes=30, num_base_edges_per_node=2, num_motifs=4, perturb_ratio=0, raw_dir=tmp_path
    )[0]
    assert (graph.num_nodes(), graph.num_edges()) == (50, 2 * (56 + 28))
    more = made(
        BAShapeDataset, num_base_nodes=30, num_base_edges_per_node=2, num_motifs=4, perturb_ratio=0.5, raw_dir=tmp_path
    )
    assert more[0].num_edges() == 2 * (84 + 42)
    assert len(list(tmp_path.rglob("*.weft"))) == 2
    assert made(TreeGridDataset, tree_height=2, num_motifs=3, grid_size=2)[0].num_nodes() == 7 + 12
    assert made(TreeCycleDataset, tree_height=3, num_motifs=5, cycle_size=4)[0].num_nodes() == 15 + 20


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (BAShapeDataset, {"num_base_nodes": 0}),
        (BAShapeDataset, {"num_base_edges_per_node": 300}),
        (BAShapeDataset, {"num_motifs": -1}),
        (BAShapeDataset, {"perturb_ratio": -0.5}),
        (BACommunityDataset, {"num_inter_edges": -1}),
        (TreeCycleDataset, {"cycle_size": 2}),
        (TreeCycleDataset, {"tree_height": -1}),
        (TreeGridDataset, {"grid_size": 0}),
        (TreeGridDataset, {"perturb_ratio": 1e6}),
    ],
)
def test_arguments_that_cannot_be_are_refused(kind, arguments):
    with pytest.raises(InputError, match=next(iter(arguments)).replace("num_base_edges_per_node", "edges a node")):
        made(kind, **arguments)


def test_base_says_what_to_define():
    with pytest.raises(NotImplementedError, match="define plant"):
        PlantedDataset("nothing", (), None, None, False, False, None)

"""Outputs of all nodes, a part at a time, are those of the whole graph at once."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import weft
from weft.errors import InputError
from weft.nn import HeteroGraphConv, SAGEConv
from weft.nn.models import (
    APPNP,
    GAT,
    GCN,
    GCNII,
    GIN,
    HGT,
    RGCN,
    GATv2,
    GraphSAGE,
    StagedModel,
    layerwise_inference,
)

MODELS = {
    "GCN": lambda: GCN(5, 8, 3, 3),
    "GraphSAGE": lambda: GraphSAGE(5, 8, 3, 2),
    "GraphSAGE-pool": lambda: GraphSAGE(5, 8, 3, 2, "pool"),
    "GAT": lambda: GAT(5, 4, 3, 2, 2),
    "GATv2": lambda: GATv2(5, 4, 3, 2, 2, residual=True),
    "APPNP": lambda: APPNP(5, 8, 3, k=3),
    "GCNII": lambda: GCNII(5, 8, 3, num_layers=4),
    "GIN": lambda: GIN(5, 8, 3, 4, readout=None),
}


def random_graph(num_nodes: int = 40, num_edges: int = 200) -> weft.Graph:
    """Return a graph whose node 0 has a third of all edges, and whose last nodes have none."""
    src = torch.randint(num_nodes - 2, (num_edges,))
    dst = torch.randint(num_nodes - 2, (num_edges,))
    dst[: num_edges // 3] = 0
    return weft.graph((src, dst), num_nodes=num_nodes)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("max_edges", [1, 7, 10_000])
def test_parts_give_what_the_whole_graph_gives(name, max_edges):
    model, graph, feat = MODELS[name](), random_graph(), torch.randn(40, 5)
    out = layerwise_inference(model, graph, feat, max_edges=max_edges)
    torch.testing.assert_close(out, model.eval()(graph, feat).detach())
    assert not out.requires_grad


def test_the_mode_of_the_model_is_as_before():
    model = GCN(5, 8, 3)
    layerwise_inference(model, random_graph(), torch.randn(40, 5))
    assert model.training
    layerwise_inference(model.eval(), random_graph(), torch.randn(40, 5))
    assert not model.training


@pytest.mark.parametrize("name", ["GCN", "APPNP", "GCNII"])
def test_double_precision_stays_double(name):
    model, graph, feat = MODELS[name]().double(), random_graph(), torch.randn(40, 5, dtype=torch.float64)
    out = layerwise_inference(model, graph, feat, max_edges=7)
    torch.testing.assert_close(out, model.eval()(graph, feat).detach(), rtol=1e-12, atol=1e-12)


def shop() -> weft.Graph:
    """Return users, items and three edge types, one of them without edges into some nodes."""
    users, items = torch.randint(12, (50,)), torch.randint(7, (50,))
    return weft.heterograph(
        {
            ("user", "buys", "item"): (users, items),
            ("item", "bought by", "user"): (items, users),
            ("user", "follows", "user"): (torch.randint(12, (9,)), torch.randint(12, (9,))),
        },
        num_nodes_dict={"user": 12, "item": 7},
    )


@pytest.mark.parametrize("num_bases", [None, 2])
def test_rgcn_gives_the_same_by_parts(num_bases):
    graph = shop()
    model = RGCN(graph.canonical_etypes, {"user": 4}, 8, 3, embeddings={"item": 7}, num_bases=num_bases)
    feat = {"user": torch.randn(12, 4), "item": torch.arange(7)}
    out, expected = layerwise_inference(model, graph, feat, max_edges=5), model.eval()(graph, feat)
    assert out.keys() == expected.keys() == {"user", "item"}
    for name, rows in expected.items():
        torch.testing.assert_close(out[name], rows.detach())


def test_rgcn_of_one_node_type_gives_the_same_by_parts():
    ends = {("_N", name, "_N"): (torch.randint(12, (20,)), torch.randint(12, (20,))) for name in ("likes", "knows")}
    graph, feat = weft.heterograph(ends, num_nodes_dict={"_N": 12}), {"_N": torch.randn(12, 4)}
    model = RGCN(graph.canonical_etypes, {"_N": 4}, 8, 3)
    out = layerwise_inference(model, graph, feat, max_edges=5)
    torch.testing.assert_close(out["_N"], model.eval()(graph, feat)["_N"].detach())


def test_hgt_gives_the_same_by_parts():
    graph = weft.to_homogeneous(shop())
    model, feat = HGT(4, 8, 3, 2, 3), (torch.randn(19, 4), graph.ndata[weft.NTYPE])
    out = layerwise_inference(model, graph, feat, max_edges=11)
    torch.testing.assert_close(out, model.eval()(graph, feat).detach())


class Typed(StagedModel):
    """Two node types; carries the input of each along, as a pair."""

    num_stages = 2

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.ModuleDict({"user": nn.Linear(4, 6), "item": nn.Linear(3, 6)})
        self.layers = nn.ModuleList(
            HeteroGraphConv({name: SAGEConv(6, 6, "mean") for name in ("buys", "bought by", "follows")})
            for _ in range(2)
        )

    def enter(self, feat):
        return {name: (hidden := self.maps[name](rows), hidden) for name, rows in feat.items()}

    def stage(self, index, graph, state, constants=None):
        hidden = self.layers[index](graph, {name: pair[0] for name, pair in state.items()})
        first = {name: pair[1][: graph.num_dst_nodes(name)] for name, pair in state.items()}
        return {name: (rows + first[name], first[name]) for name, rows in hidden.items()}

    def leave(self, state):
        return {name: pair[0].tanh() for name, pair in state.items()}


def test_several_node_types_and_what_is_carried_along():
    graph = shop()
    model, feat = Typed(), {"user": torch.randn(12, 4), "item": torch.randn(7, 3)}
    out = layerwise_inference(model, graph, feat, max_edges=6)
    expected = model.eval()(graph, feat)
    assert out.keys() == expected.keys()
    for name, rows in expected.items():
        torch.testing.assert_close(out[name], rows.detach())


def test_no_part_holds_more_edges_than_allowed():
    sizes = []

    class Recording(GraphSAGE):
        def stage(self, index, graph, state, constants=None):
            sizes.append((graph.num_edges(), graph.num_dst_nodes()))
            return super().stage(index, graph, state, constants)

    graph = random_graph()
    layerwise_inference(Recording(5, 8, 3), graph, torch.randn(40, 5), max_edges=20)
    assert sum(edges for edges, _ in sizes) == 2 * graph.num_edges()
    assert all(edges <= 20 or nodes == 1 for edges, nodes in sizes)


def test_empty_graph_gives_no_rows():
    out = layerwise_inference(GraphSAGE(5, 8, 3), weft.graph(([], [])), torch.randn(0, 5))
    assert out.shape == (0, 3)


def test_a_bar_is_shown_when_asked_for(capsys):
    layerwise_inference(GCN(5, 8, 3), random_graph(), torch.randn(40, 5), progress=True)
    assert "inference" in capsys.readouterr().err


def test_wrong_arguments_are_refused():
    graph, feat = random_graph(), torch.randn(40, 5)
    with pytest.raises(InputError, match="Linear; expected a model made of stages"):
        layerwise_inference(nn.Linear(5, 3), graph, feat)
    with pytest.raises(InputError, match="max_edges=0"):
        layerwise_inference(GCN(5, 8, 3), graph, feat, max_edges=0)
    with pytest.raises(InputError, match="readout=None"):
        layerwise_inference(GIN(5, 8, 3), graph, feat)
    with pytest.raises(InputError, match="got a block"):
        layerwise_inference(GCN(5, 8, 3), weft.to_block(graph), feat)

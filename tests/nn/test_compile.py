"""Typical models under torch.compile: one graph, and two programs for twenty mini-batches of different size."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from tests.cases.compiling import NUM_BATCHES, check_batches, reads_columns
from torch import Tensor, nn
from torch._dynamo.utils import counters

import weft
import weft.function as fn
from weft.nn import GATConv, GraphConv, HeteroGraphConv, LightGCN, SAGEConv

# Checkers of shapes around every call are no part of what compiles.
pytestmark = pytest.mark.wrong_types

IN, HIDDEN, OUT = 6, 8, 3


class GCN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = GraphConv(IN, HIDDEN, allow_zero_in_degree=True)
        self.second = GraphConv(HIDDEN, OUT, allow_zero_in_degree=True)

    def forward(self, graph: weft.Graph, feat: Tensor) -> Tensor:
        return self.second(graph, torch.relu(self.first(graph, feat)))


class GraphSAGE(nn.Module):
    """Reads features that it is not given from the first block, where they are rows that nobody has gathered yet."""

    def __init__(self, kind: str = "mean") -> None:
        super().__init__()
        self.layers = nn.ModuleList([SAGEConv(IN, HIDDEN, kind), SAGEConv(HIDDEN, OUT, kind)])

    def forward(self, blocks: list[weft.Graph], feat: Tensor | None = None) -> Tensor:
        hidden = blocks[0].srcdata["feat"] if feat is None else feat
        for layer, block in zip(self.layers, blocks, strict=True):
            hidden = torch.relu(layer(block, hidden))
        return hidden


class GAT(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = GATConv(IN, HIDDEN // 2, 2, allow_zero_in_degree=True)
        self.second = GATConv(HIDDEN, OUT, 2, residual=True, allow_zero_in_degree=True)

    def forward(self, graph: weft.Graph, feat: Tensor) -> Tensor:
        return self.second(graph, torch.relu(self.first(graph, feat)).flatten(1)).mean(1)


class RelationalGCN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = HeteroGraphConv({name: GraphConv(IN, HIDDEN) for name in ("buys", "likes", "bought")})
        self.second = HeteroGraphConv({name: GraphConv(HIDDEN, OUT) for name in ("buys", "likes", "bought")})

    def forward(self, graph: weft.Graph, feats: dict[str, Tensor]) -> dict[str, Tensor]:
        hidden = {ntype: torch.relu(feat) for ntype, feat in self.first(graph, feats).items()}
        return self.second(graph, hidden)


class Recommender(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.smoothed = LightGCN(30, 25, dim=4, num_layers=2)

    def forward(self, graph: weft.Graph, users: Tensor, items: Tensor) -> Tensor:
        user_embedding, item_embedding = self.smoothed(graph)
        return (user_embedding[users] * item_embedding[items]).sum(-1)


class Molecules(nn.Module):
    """Messages of a user's own making in a batch of graphs, and a readout."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(IN, HIDDEN), nn.Linear(HIDDEN, OUT)

    def forward(self, graph: weft.Graph) -> Tensor:
        with graph.local_scope():
            graph.ndata["hidden"] = self.first(graph.ndata["feat"])
            graph.apply_edges(fn.u_dot_v("hidden", "hidden", "score"))
            graph.edata["weight"] = weft.ops.edge_softmax(graph, graph.edata["score"])
            graph.update_all(fn.u_mul_e("hidden", "weight", "message"), fn.sum("message", "out"))
            graph.update_all(fn.u_add_v("hidden", "out", "message"), fn.max("message", "out"))
            return self.second(weft.mean_nodes(graph, "out")) + graph.in_degrees().sum()


def edges(num_src: int, num_dst: int, num_edges: int, seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.randint(num_src, (num_edges,), generator=generator),
        torch.randint(num_dst, (num_edges,), generator=generator),
    )


def random_graph(seed: int) -> weft.Graph:
    num_nodes = 10 + 3 * seed
    graph = weft.graph(edges(num_nodes, num_nodes, 40 + 7 * seed, seed), num_nodes=num_nodes)
    graph.ndata["feat"] = torch.randn(num_nodes, IN)
    return graph


def full_graphs() -> Iterator[tuple[Any, ...]]:
    for seed in range(NUM_BATCHES):
        graph = random_graph(seed)
        yield graph, graph.ndata["feat"].requires_grad_()


def sampled_blocks() -> Iterator[tuple[Any, ...]]:
    for seed in range(NUM_BATCHES):
        graph, seeds = random_graph(seed), torch.arange(4 + seed)
        blocks: list[weft.Graph] = []
        for _ in range(2):
            blocks.insert(0, weft.to_block(weft.in_subgraph(graph, seeds), seeds))
            seeds = blocks[0].srcdata[weft.NID]
        yield (blocks,)


def blocks_and_features() -> Iterator[tuple[Any, ...]]:
    for (blocks,) in sampled_blocks():
        yield blocks, blocks[0].srcdata["feat"].requires_grad_()


def shops() -> Iterator[tuple[Any, ...]]:
    for seed in range(NUM_BATCHES):
        num_users, num_items, num_edges = 10 + 3 * seed, 12 + 2 * seed, 40 + 7 * seed
        users, items = edges(num_users, num_items, num_edges, seed)
        graph = weft.heterograph(
            {
                ("user", "buys", "item"): (users, items),
                ("user", "likes", "item"): (users[: num_edges // 2], items[: num_edges // 2]),
                ("item", "bought", "user"): (items[3:], users[3:]),
            },
            num_nodes_dict={"user": num_users, "item": num_items},
        )
        yield graph, {"user": torch.randn(num_users, IN), "item": torch.randn(num_items, IN)}


def purchases() -> Iterator[tuple[Any, ...]]:
    for seed in range(NUM_BATCHES):
        graph = weft.heterograph(
            {("user", "buys", "item"): edges(30, 25, 40 + 7 * seed, seed)}, num_nodes_dict={"user": 30, "item": 25}
        )
        yield graph, *edges(30, 25, 8 + seed, seed)


def batches_of_graphs() -> Iterator[tuple[Any, ...]]:
    for seed in range(NUM_BATCHES):
        yield (weft.batch([random_graph(seed + more) for more in range(2 + seed)]),)


MODELS = {
    "GCN": (GCN, full_graphs),
    "GraphSAGE": (GraphSAGE, blocks_and_features),
    "GraphSAGE-reads-srcdata": (lambda: GraphSAGE("pool"), sampled_blocks),
    "GAT": (GAT, full_graphs),
    "RelationalGCN": (RelationalGCN, shops),
    "LightGCN": (Recommender, purchases),
    "messages-in-ndata-and-readout": (Molecules, batches_of_graphs),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=reads_columns if "data" in name else ()) for name in MODELS])
def test_twenty_mini_batches_need_one_recompilation(name):
    make, batches = MODELS[name]
    model = make()
    check_batches(model, batches(), model.parameters())


@pytest.mark.parametrize("name", ["GCN", "RelationalGCN"])
def test_with_dynamic_sizes_from_the_start_no_batch_recompiles(name):
    make, batches = MODELS[name]
    model = make()
    check_batches(model, batches(), model.parameters(), programs=1, dynamic=True)


@pytest.mark.parametrize(("formats_made", "programs"), [(True, 1), (False, 2)])
def test_whole_graph_used_again_needs_no_further_program(formats_made, programs):
    graph = random_graph(0)
    if formats_made:
        graph.create_formats_()
    model = GCN()
    epochs = [(graph, torch.randn(10, IN)) for _ in range(4)]
    check_batches(model, epochs, model.parameters(), programs=programs)


def test_size_at_which_eager_layers_change_their_ways_is_none_to_a_compiled_one(monkeypatch):
    monkeypatch.setattr("weft.nn.dense.WORTHWHILE", 30 * HIDDEN * 4)
    model = nn.ModuleList([GCN(), GAT()])
    check_batches(lambda graph, feat: [layer(graph, feat) for layer in model], full_graphs(), model.parameters())


@pytest.mark.skipif(shutil.which("g++") is None, reason="inductor needs a C++ compiler")
def test_inductor_compiles_a_model_once_for_all_sizes():
    torch.compiler.reset()
    counters.clear()
    model = GCN()
    compiled = torch.compile(model, fullgraph=True, dynamic=True)
    for graph, feat in full_graphs():
        parameters = [feat, *model.parameters()]
        found, expected = compiled(graph, feat), model(graph, feat)
        torch.testing.assert_close(found, expected)
        gradients = torch.autograd.grad(expected.square().sum(), parameters)
        torch.testing.assert_close(torch.autograd.grad(found.square().sum(), parameters), gradients)
    assert counters["stats"]["unique_graphs"] == 1


def test_sizes_of_zero_and_one_cost_a_program_each_and_are_right():
    def graphs() -> Iterator[tuple[Any, ...]]:
        for num_edges in (9, 12, 15, 0, 1, 20, 0, 1, 30):
            graph = weft.graph(edges(8 + num_edges, 8 + num_edges, num_edges, 1), num_nodes=8 + num_edges)
            yield graph, torch.randn(8 + num_edges, IN, requires_grad=True)

    model = GCN()
    check_batches(model, graphs(), model.parameters(), programs=4)

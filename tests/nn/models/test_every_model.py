"""Every model through the same checks: shapes, blocks, gradients, state, copies, empty graphs, 16-bit floats."""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import weft
import weft.nn.models as models

IN, HIDDEN, OUT = 5, 8, 3
NUM_NODES = 20
ELSEWHERE = {
    "StagedModel": "what models of stages have in common: test_inference.py",
    "KnowledgeGraphEmbedding": "what scores of triples have in common: test_knowledge.py",
    "LightGCN": "gives two tensors and takes none: test_lightgcn.py",
    **dict.fromkeys(("TransE", "DistMult", "ComplEx", "RotatE"), "take triples: test_knowledge.py"),
}


@dataclass(frozen=True)
class ModelCase:
    """One model with one set of options."""

    name: str
    make: Callable[[], nn.Module]
    inputs: Callable[[weft.Graph], tuple[Any, ...]] = lambda graph: (graph, torch.randn(graph.num_nodes(), IN))
    """Arguments of ``forward`` for a graph of one node type."""
    blocks: int | None = None
    """How many blocks it takes, or None."""
    rows: int = NUM_NODES
    """Of the output for that graph."""


def edges(num_nodes: int = NUM_NODES, num_edges: int = 60) -> weft.Graph:
    """Return a random graph with types of nodes and edges; nodes without incoming edges too."""
    graph = weft.graph(
        (torch.randint(num_nodes, (num_edges,)), torch.randint(num_nodes - 2, (num_edges,))), num_nodes=num_nodes
    )
    graph.ndata[weft.NTYPE] = torch.arange(num_nodes) % 2
    graph.edata[weft.ETYPE] = torch.arange(num_edges) % 3
    return graph


def hops(graph: weft.Graph) -> tuple[list[Tensor]]:
    return ([torch.randn(graph.num_nodes(), IN) for _ in range(3)],)


def typed(graph: weft.Graph) -> tuple[Any, ...]:
    return graph, (torch.randn(graph.num_nodes(), IN), graph.ndata[weft.NTYPE])


def with_edges(graph: weft.Graph) -> tuple[Any, ...]:
    return graph, torch.randn(graph.num_nodes(), IN), torch.randn(graph.num_edges(), 2)


def by_type(graph: weft.Graph) -> tuple[Any, ...]:
    return graph, {"_N": torch.randn(graph.num_nodes(), IN)}


class RowsOfOneType(models.RGCN):
    """RGCN on a graph of one type, with the output of that type."""

    def leave(self, state):
        return state["_N"]


def rgcn(**options: Any) -> nn.Module:
    return RowsOfOneType([("_N", "_E", "_N")], {"_N": IN}, HIDDEN, OUT, **options)


CASES = (
    ModelCase("GCN", lambda: models.GCN(IN, HIDDEN, OUT), blocks=2),
    ModelCase("GraphSAGE", lambda: models.GraphSAGE(IN, HIDDEN, OUT, 3), blocks=3),
    ModelCase("GAT", lambda: models.GAT(IN, HIDDEN, OUT, num_heads=2), blocks=2),
    ModelCase("GATv2", lambda: models.GATv2(IN, HIDDEN, OUT, num_heads=2, num_out_heads=2), blocks=2),
    ModelCase("APPNP", lambda: models.APPNP(IN, HIDDEN, OUT, k=3), blocks=3),
    ModelCase("GCNII", lambda: models.GCNII(IN, HIDDEN, OUT, num_layers=4), blocks=4),
    ModelCase("GIN", lambda: models.GIN(IN, HIDDEN, OUT), rows=1),
    ModelCase("GIN-nodes", lambda: models.GIN(IN, HIDDEN, OUT, 3, readout=None, learn_eps=True), blocks=2),
    ModelCase("RGCN", rgcn, by_type, blocks=2),
    ModelCase("HGT", lambda: models.HGT(IN, HIDDEN, OUT, 2, 3), typed, blocks=2),
    ModelCase("PNA", lambda: models.PNA(IN, HIDDEN, OUT, delta=1.1, num_towers=2), rows=1),
    ModelCase("PNA-edges", lambda: models.PNA(IN, HIDDEN, OUT, delta=1.1, edge_feats=2, readout=None), with_edges),
    ModelCase("SIGN", lambda: models.SIGN(IN, HIDDEN, OUT, num_hops=2), hops),
    ModelCase("GPS", lambda: models.GPS(IN, HIDDEN, OUT, 2), rows=1),
    ModelCase("GPS-edges", lambda: models.GPS(IN, HIDDEN, OUT, 2, edge_feats=2, readout=None), with_edges),
)
every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_every_model_has_a_case():
    public = {name for name in models.__all__ if inspect.isclass(getattr(models, name))}
    assert public == {case.name.split("-")[0] for case in CASES} | set(ELSEWHERE)


@every
def test_a_row_for_each_node_or_graph(case):
    out = case.make()(*case.inputs(edges()))
    assert out.shape == (case.rows, OUT)
    assert torch.isfinite(out).all()


@every
def test_blocks_with_all_neighbours_give_what_the_graph_gives(case):
    if case.blocks is None:
        pytest.skip("the model takes no blocks")
    # A block that holds all edges knows all degrees, but in-degrees of sources only where edges go both ways.
    graph = weft.add_reverse_edges(edges(), copy_edata=True)
    block = weft.to_block(graph, torch.arange(NUM_NODES))
    model, (_, *feat) = case.make().eval(), case.inputs(graph)
    torch.testing.assert_close(model([block] * case.blocks, *feat), model(graph, *feat))
    with pytest.raises(weft.errors.InputError, match=f"{case.blocks + 1} blocks for {case.blocks} stages"):
        model([block] * (case.blocks + 1), *feat)


@every
def test_every_parameter_learns(case):
    model = case.make()
    model(*case.inputs(edges())).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name


@every
def test_state_and_copies(case):
    model, inputs = case.make().eval(), case.inputs(edges())
    twin, other = copy.deepcopy(model), case.make().eval()
    other.load_state_dict(model.state_dict())
    expected = model(*inputs)
    assert torch.equal(twin(*inputs), expected)
    assert torch.equal(other(*inputs), expected)
    other.reset_parameters()
    assert not torch.equal(other(*inputs), expected)


@every
def test_no_nodes_or_no_edges(case):
    model = case.make().eval()
    graph = edges(4, 0)
    assert model(*case.inputs(graph)).shape == (min(case.rows, 4), OUT)


@every
def test_autocast_stays_near(case):
    model, inputs = case.make().eval(), case.inputs(edges())
    expected = model(*inputs)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = model(*inputs)
    scale = float(expected.detach().abs().max())
    torch.testing.assert_close(out.float() / scale, expected / scale, rtol=0.1, atol=0.1)


@pytest.mark.parametrize("name", ["GCN", "GraphSAGE", "GAT", "GATv2", "GCNII", "HGT", "RGCN"])
def test_no_layers_are_refused(name):
    arguments = {
        "HGT": (IN, HIDDEN, OUT, 2, 3),
        "RGCN": ([("_N", "_E", "_N")], {"_N": IN}, HIDDEN, OUT),
    }.get(name, (IN, HIDDEN, OUT))
    with pytest.raises(weft.errors.InputError, match="num_layers=0"):
        getattr(models, name)(*arguments, num_layers=0)


def test_rgcn_refuses_types_that_it_knows_nothing_of():
    with pytest.raises(weft.errors.TypeNameError, match="'item' has no size"):
        models.RGCN([("user", "buys", "item")], {"user": 4}, 8, 3)
    with pytest.raises(weft.errors.InputError, match="features and an embedding"):
        models.RGCN([("user", "knows", "user")], {"user": 4}, 8, 3, embeddings={"user": 9})
    with pytest.raises(weft.errors.InputError, match="num_bases=0"):
        models.RGCN([("user", "knows", "user")], {"user": 4}, 8, 3, num_bases=0)


def test_rgcn_adds_means_of_neighbours_times_weights():
    etypes = [("to", "x.y", "to"), ("a.b", "z", "to")]  # names that an nn.ModuleDict refuses
    graph = weft.heterograph({etypes[0]: ([0, 1, 1], [2, 2, 0]), etypes[1]: ([0, 1], [2, 2])})
    model = models.RGCN(etypes, {"to": IN}, HIDDEN, OUT, 1, embeddings={"a.b": 2})
    feat = torch.randn(3, IN)
    own, other = feat @ model.maps["to"].weight.t(), model.tables["a.b"].weight
    layer = model.layers[0]
    torch.nn.init.normal_(layer.bias)
    out = model(graph, {"to": feat, "a.b": torch.arange(2)})
    arrives = torch.zeros(3, OUT)
    arrives[0] = own[1] @ layer.weight[0]
    arrives[2] = own[:2].mean(0) @ layer.weight[0] + other.mean(0) @ layer.weight[1]
    torch.testing.assert_close(out["to"], own @ layer.loop + layer.bias + arrives)
    torch.testing.assert_close(out["a.b"], other @ layer.loop + layer.bias)


def test_rgcn_with_shared_bases_has_fewer_parameters():
    def count(num_bases: int | None) -> int:
        etypes = [("_N", str(number), "_N") for number in range(10)]
        model = models.RGCN(etypes, {"_N": IN}, HIDDEN, OUT, num_bases=num_bases)
        return sum(parameter.numel() for parameter in model.parameters())

    assert count(2) < count(None)


def test_gps_asks_for_the_features_it_was_made_for():
    graph = edges()
    with pytest.raises(weft.errors.InputError, match="expected an edge_feat"):
        models.GPS(IN, HIDDEN, OUT, edge_feats=2)(*case_inputs(graph))
    with pytest.raises(weft.errors.InputError, match="expected no edge_feat"):
        models.GPS(IN, HIDDEN, OUT)(*with_edges(graph))


def case_inputs(graph: weft.Graph) -> tuple[Any, ...]:
    return graph, torch.randn(graph.num_nodes(), IN)


def test_gps_adds_messages_attention_and_network():
    graph, feat = edges(7, 15), torch.randn(7, IN)
    model = models.GPS(IN, HIDDEN, OUT, 1, 2, readout=None).eval()
    layer = model.layers[0]
    for norm in layer.norms:
        torch.nn.init.normal_(norm.bias)
        norm.running_var.uniform_(0.5, 2)
    hidden = model.enter_map(feat)
    adjacency = torch.zeros(7, 7).index_put_(graph.edges()[::-1], torch.ones(15), accumulate=True)
    local = layer.norms[0](hidden + layer.conv.apply_func(hidden + adjacency @ hidden))
    query, key, value = (part.view(7, 2, -1).transpose(0, 1) for part in layer.query_key_value(hidden).chunk(3, 1))
    answer = (query @ key.transpose(1, 2) / (HIDDEN // 2) ** 0.5).softmax(2) @ value
    both = local + layer.norms[1](hidden + layer.attention_map(answer.transpose(0, 1).flatten(1)))
    expected = model.leave_map(layer.norms[2](both + layer.network(both)))
    torch.testing.assert_close(model(graph, feat), expected)


def test_gps_attends_within_each_graph_of_a_batch():
    model = models.GPS(IN, HIDDEN, OUT, readout=None).eval()
    first, second = edges(6, 10), edges(9, 20)
    feats = torch.randn(6, IN), torch.randn(9, IN)
    both = model(weft.batch([first, second]), torch.cat(feats))
    torch.testing.assert_close(both, torch.cat([model(first, feats[0]), model(second, feats[1])]))


def test_mean_log_degree_by_hand():
    graph = weft.graph(([0, 1, 2], [1, 2, 2]))
    assert models.PNA.mean_log_degree([graph]) == pytest.approx((math.log(2) + math.log(3)) / 3)
    with pytest.raises(weft.errors.InputError, match="no edges"):
        models.PNA.mean_log_degree([edges(3, 0)])


def test_sign_wants_the_features_of_every_hop():
    with pytest.raises(weft.errors.InputError, match="2 hops; expected 3"):
        models.SIGN(IN, HIDDEN, OUT, num_hops=2)([torch.randn(4, IN)] * 2)

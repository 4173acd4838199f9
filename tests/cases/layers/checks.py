"""The checks that every layer goes through, in tests/nn/test_every_layer.py."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

import weft
from tests.cases.compiling import check_batches
from tests.cases.layers.case import IN, Extra, LayerCase, node_output
from weft.errors import GraphError, ShapeError


def _allow(layer: nn.Module) -> nn.Module:
    accept = getattr(layer, "set_allow_zero_in_degree", None)
    if accept is not None:
        accept(True)
    return layer


def _edges(num_src: int, num_dst: int, num_edges: int) -> tuple[Tensor, Tensor]:
    """Return random edges that reach every destination but the last."""
    generator = torch.Generator().manual_seed(3)
    src = torch.randint(num_src, (num_edges,), generator=generator)
    dst = torch.randint(num_dst - 1, (num_edges,), generator=generator)
    dst[: num_dst - 1] = torch.arange(num_dst - 1)
    return src, dst


def _graph(num_nodes: int = 9, num_edges: int = 30) -> weft.Graph:
    graph = weft.graph(_edges(num_nodes, num_nodes, num_edges), num_nodes=num_nodes)
    graph.create_formats_()
    return graph


def _run(case: LayerCase, layer: nn.Module, graph: weft.Graph, feat: object, **keywords: object) -> Tensor:
    """Return the nodes' output; further arguments are drawn for the size of the graph."""
    dtype = feat[0].dtype if isinstance(feat, tuple) else feat.dtype
    return node_output(layer(graph, feat, *case.extras(graph.num_dst_nodes(), graph.num_edges(), dtype), **keywords))


def _without_pairs(case: LayerCase) -> None:
    if not case.takes_pairs:
        pytest.skip("the layer is for nodes of one kind, as DGL's is")


def check_homogeneous(case: LayerCase) -> None:
    """Output has a row for each node and is finite, with isolated nodes allowed."""
    out = _run(case, _allow(case.make(IN)), _graph(), torch.randn(9, IN))
    assert out.shape[0] == 9
    assert torch.isfinite(out).all()


def check_block(case: LayerCase) -> None:
    """In a block the first source rows are the destinations: the same as giving the pair."""
    _without_pairs(case)
    src, dst = _edges(9, 5, 20)
    block = weft.create_block((src, dst), num_src_nodes=9, num_dst_nodes=5)
    layer, feat = _allow(case.make(IN)), torch.randn(9, IN)
    out = _run(case, layer, block, feat)
    assert out.shape[0] == 5
    torch.testing.assert_close(out, _run(case, layer, block, (feat, feat[:5])))


def check_bipartite_pair(case: LayerCase) -> None:
    """Sources and destinations of two types, with feature sizes of their own where the layer has two maps."""
    _without_pairs(case)
    graph = weft.heterograph({("s", "to", "d"): _edges(9, 5, 20)}, num_nodes_dict={"s": 9, "d": 5})
    sizes = (IN, IN + 1) if case.takes_pair_sizes else (IN, IN)
    layer = _allow(case.make(sizes if case.takes_pair_sizes else IN))
    out = _run(case, layer, graph, (torch.randn(9, sizes[0]), torch.randn(5, sizes[1])))
    assert out.shape[0] == 5
    assert torch.isfinite(out).all()


def check_isolated_nodes(case: LayerCase) -> None:
    """Nodes without incoming edges: refused with a clear message, or their message is 0."""
    layer, graph, feat = case.make(IN), _graph(), torch.randn(9, IN)
    if case.refuses_isolated:
        with pytest.raises(GraphError, match="0-in-degree"):
            _run(case, layer, graph, feat)
    if not case.local:
        return
    _allow(layer)
    changed = feat.clone()
    changed[:8] += 1
    torch.testing.assert_close(_run(case, layer, graph, feat)[8], _run(case, layer, graph, changed)[8])


def check_edge_weight_of_ones(case: LayerCase) -> None:
    """Weights of one change nothing; other weights do."""
    if not case.takes_edge_weight:
        pytest.skip("the layer takes no edge weights, as DGL's does not")
    layer, graph, feat = _allow(case.make(IN)), _graph(), torch.randn(9, IN)
    if case.normalises_weights:
        src, dst = _edges(9, 9, 15)
        graph = weft.graph((torch.cat([src, dst]), torch.cat([dst, src])), num_nodes=9)
    plain = _run(case, layer, graph, feat)
    for shape in ((30,), (30, 1)):
        torch.testing.assert_close(_run(case, layer, graph, feat, edge_weight=torch.ones(shape)), plain)
    assert not torch.allclose(_run(case, layer, graph, feat, edge_weight=torch.rand(30)), plain)
    with pytest.raises(ShapeError, match="30 edges"):
        _run(case, layer, graph, feat, edge_weight=torch.ones(29))


def check_empty_graphs(case: LayerCase) -> None:
    """No nodes, or nodes and no edges: an output of that many rows, and a backward pass."""
    for num_nodes in (0, 4):
        layer = _allow(case.make(IN))
        feat = torch.randn(num_nodes, IN, requires_grad=True)
        out = _run(case, layer, weft.graph(([], []), num_nodes=num_nodes), feat)
        assert out.shape[0] == num_nodes
        out.sum().backward()
        assert feat.grad is not None


def check_node_permutation(case: LayerCase) -> None:
    """Numbering the nodes otherwise permutes the output."""
    layer, feat = _allow(case.make(IN)), torch.randn(9, IN)
    src, dst = _edges(9, 9, 30)
    new_ids = torch.randperm(9)
    permuted = _permuted(feat, new_ids)
    out = _run(case, layer, weft.graph((src, dst), num_nodes=9), feat)
    extras = [_permuted(value, new_ids) if extra.of == "node" else value for extra, value in _drawn(case)]
    again = node_output(layer(weft.graph((new_ids[src], new_ids[dst]), num_nodes=9), permuted, *extras))
    torch.testing.assert_close(again[new_ids], out)


def _permuted(rows: Tensor, new_ids: Tensor) -> Tensor:
    out = torch.empty_like(rows)
    out[new_ids] = rows
    return out


def _drawn(case: LayerCase) -> list[tuple[Extra, Tensor]]:
    return list(zip(case.extra, case.extras(9, 30), strict=True))


def check_relation(case: LayerCase) -> None:
    """A Relation does for a graph."""
    layer, graph, feat = _allow(case.make(IN)), _graph(), torch.randn(9, IN)
    relation = graph.single_relation()
    out = node_output(layer(relation, feat, *case.extras(relation.num_dst, relation.num_edges)))
    assert torch.equal(out, _run(case, layer, graph, feat))


def check_int32_ids(case: LayerCase) -> None:
    """A graph of int32 IDs gives the same, gradients too."""
    layer, graph, feat = _allow(case.make(IN)), _graph(), torch.randn(9, IN, requires_grad=True)
    outs = [_run(case, layer, one, feat) for one in (graph, graph.int())]
    assert torch.equal(*outs)
    gradients = [torch.autograd.grad(out.square().sum(), feat)[0] for out in outs]
    torch.testing.assert_close(*gradients)


def check_bfloat16(case: LayerCase) -> None:
    """In bfloat16 the output keeps the dtype and stays near float32's."""
    if not case.low_precision:
        pytest.skip("16 bits are too few for the layer, see its case")
    layer, graph, feat = _allow(case.make(IN)), _graph(), torch.randn(9, IN)
    expected = _run(case, layer, graph, feat)
    half = _run(case, copy.deepcopy(layer).to(torch.bfloat16), graph, feat.to(torch.bfloat16))
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), expected, rtol=0.1, atol=0.15)


def check_autocast(case: LayerCase) -> None:
    """Under autocast, outputs and gradients stay near float32's; gradients of float32 are float32."""
    if not case.low_precision:
        pytest.skip("16 bits are too few for the layer, see its case")
    layer, graph, feat = _allow(case.make(IN)), _graph(), torch.randn(9, IN, requires_grad=True)
    leaves = [feat, *(value for name, value in layer.named_parameters() if name not in case.idle)]
    expected = _run(case, layer, graph, feat)
    wanted = torch.autograd.grad(expected.sum(), leaves)
    for low in (torch.bfloat16, torch.float16):
        with torch.autocast("cpu", dtype=low):
            out = _run(case, layer, graph, feat)
        torch.testing.assert_close(out.float(), expected, rtol=0.1, atol=0.15)
        gradients = torch.autograd.grad(out.float().sum(), leaves)
        assert {gradient.dtype for gradient in gradients} == {torch.float32}
        torch.testing.assert_close(gradients, wanted, rtol=0.15, atol=0.3)


def check_compile(case: LayerCase) -> None:
    """Compiled into one graph, outputs and gradients are the same, and two programs do for graphs of any size."""
    if not case.compiles:
        pytest.skip("torch.compile does not take nn.LSTM")
    layer = _allow(case.make(IN))
    batches = [
        (_graph(nodes, 3 * nodes), torch.randn(nodes, IN, requires_grad=True), *case.extras(nodes, 3 * nodes))
        for nodes in (9, 14, 11, 30)
    ]
    check_batches(layer, batches, layer.parameters())


def check_state_dict(case: LayerCase) -> None:
    """Another instance that loads the state gives the same, and a reset changes it."""
    if not case.learns_state:
        assert not case.make(IN).state_dict()
        return
    layer, graph, feat = _allow(case.make(IN)), _graph(), torch.randn(9, IN)
    other = _allow(case.make(IN))
    other.load_state_dict(layer.state_dict())
    assert torch.equal(_run(case, other, graph, feat), _run(case, layer, graph, feat))
    if not case.resets:
        return
    other.reset_parameters()
    assert not torch.equal(_run(case, other, graph, feat), _run(case, layer, graph, feat))


def check_deep_copy(case: LayerCase) -> None:
    """A deep copy gives the same and shares no parameter."""
    layer, graph, feat = _allow(case.make(IN)), _graph(), torch.randn(9, IN)
    twin = copy.deepcopy(layer)
    assert torch.equal(_run(case, twin, graph, feat), _run(case, layer, graph, feat))
    if not case.learns_state:
        return
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter.add_(1)
    assert not torch.equal(_run(case, twin, graph, feat), _run(case, layer, graph, feat))


def check_every_parameter_learns(case: LayerCase) -> None:
    """The backward pass reaches every parameter and the features."""
    layer, feat = _allow(case.make(IN)), torch.randn(9, IN, requires_grad=True)
    _run(case, layer, _graph(), feat).square().sum().backward()
    for name, tensor in (("feat", feat), *layer.named_parameters()):
        if name in case.idle:
            continue
        assert tensor.grad is not None, name
        assert tensor.grad.abs().sum() > 0, name


def check_gradients(case: LayerCase) -> None:
    """Gradients are those of finite differences."""
    if not case.smooth:
        pytest.skip("the layer chooses among its inputs")
    layer = _allow(case.make(IN)).double()
    feat = torch.randn(5, IN, dtype=torch.float64, requires_grad=True)
    graph = _graph(5, 9)
    extras = case.extras(5, 9, torch.float64)
    names, values = list(dict(layer.named_parameters())), list(layer.parameters())

    def run(feat: Tensor, *values: Tensor) -> Tensor:
        parameters = dict(zip(names, values, strict=True))
        return node_output(torch.func.functional_call(layer, parameters, (graph, feat, *extras)))

    assert torch.autograd.gradcheck(run, (feat, *values))


def check_wrong_sizes(case: LayerCase) -> None:
    """Features of another size or number of rows are refused by name."""
    layer, graph = _allow(case.make(IN)), _graph()
    if case.learns_state and not case.any_size:
        with pytest.raises(ShapeError, match=case.layer):
            _run(case, layer, graph, torch.randn(9, IN + 1))
    with pytest.raises(ShapeError, match=case.layer):
        _run(case, layer, graph, torch.randn(8, IN))


def check_middle_dimensions(case: LayerCase) -> None:
    """Dimensions between nodes and features are carried along, each on its own."""
    if not case.takes_middle:
        pytest.skip("the layer takes one vector a node, as DGL's does")
    layer, graph, feat = _allow(case.make(IN)), _graph(), torch.randn(9, 2, IN)
    rows = {"node": 9, "edge": 30}
    extras = [extra.draw(rows[extra.of], seed, feat.dtype, (2,)) for seed, extra in enumerate(case.extra)]
    one = [value[:, 1] if extra.spreads else value for extra, value in zip(case.extra, extras, strict=True)]
    out, alone = node_output(layer(graph, feat, *extras)), node_output(layer(graph, feat[:, 1], *one))
    torch.testing.assert_close(out[:, 1], alone)


CHECKS = (
    check_homogeneous,
    check_block,
    check_bipartite_pair,
    check_isolated_nodes,
    check_edge_weight_of_ones,
    check_empty_graphs,
    check_node_permutation,
    check_relation,
    check_int32_ids,
    check_bfloat16,
    check_autocast,
    check_compile,
    check_state_dict,
    check_deep_copy,
    check_every_parameter_learns,
    check_gradients,
    check_wrong_sizes,
    check_middle_dimensions,
)

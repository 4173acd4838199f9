"""Functions that pass messages on a prebuilt graph compile without a graph break."""

from __future__ import annotations

import pytest
import torch
from tests.cases.compiling import reads_columns

import weft
import weft.function as fn
from weft import ops

# Checkers of shapes around every call are no part of what compiles.
pytestmark = pytest.mark.wrong_types


@pytest.fixture(autouse=True)
def fresh_compiler():
    torch._dynamo.reset()


def compiled(function):
    return torch.compile(function, fullgraph=True, backend="aot_eager")


@reads_columns
def test_update_all_and_apply_edges_compile():
    g = weft.graph(([0, 0, 1, 1], [1, 1, 2, 0]))
    g.create_formats_()

    def layer(x, w):
        with g.local_scope():
            g.ndata["h"], g.edata["w"] = x, w
            g.update_all(fn.u_mul_e("h", "w", "m"), fn.sum("m", "out"))
            g.apply_edges(fn.u_dot_v("h", "out", "score"))
            g.edata["a"] = ops.edge_softmax(g, g.edata["score"])
            g.update_all(fn.u_mul_e("out", "a", "m"), fn.max("m", "best"))
            return g.ndata["out"], g.ndata["best"]

    x, w = torch.randn(3, 4, requires_grad=True), torch.rand(4, 1, requires_grad=True)
    expected, found = layer(x, w), compiled(layer)(x, w)
    torch.testing.assert_close(found, expected)
    wanted = torch.autograd.grad(sum(part.sum() for part in expected), (x, w))
    torch.testing.assert_close(torch.autograd.grad(sum(part.sum() for part in found), (x, w)), wanted)
    assert list(g.ndata) == []


def test_graph_as_argument_with_degrees_compiles():
    g = weft.graph(([0, 0, 1, 1], [1, 1, 2, 0]))
    g.create_formats_()

    def mean_by_hand(graph, x):
        return ops.copy_u_sum(graph, x) / graph.in_degrees().clamp(min=1)[:, None]

    x = torch.randn(3, 4)
    torch.testing.assert_close(compiled(mean_by_hand)(g, x), ops.copy_u_mean(g, x))


@reads_columns
def test_heterograph_compiles():
    g = weft.heterograph({("user", "buys", "item"): ([0, 1], [1, 1]), ("shop", "sells", "item"): ([0, 1], [1, 0])})
    g.create_formats_()

    def layer(graph, x):
        with graph.local_scope():
            graph.nodes["user"].data["h"] = x
            graph.nodes["shop"].data["h"] = x * 2
            pair = (fn.copy_u("h", "m"), fn.sum("m", "out"))
            graph.multi_update_all(dict.fromkeys(graph.canonical_etypes, pair), "sum")
            graph.update_all(fn.copy_u("h", "m"), fn.max("m", "best"))
            return graph.nodes["item"].data["out"] + graph.nodes["item"].data["best"]

    x = torch.randn(2, 4)
    torch.testing.assert_close(compiled(layer)(g, x), layer(g, x))

"""The operators of message passing: dgl.ops, on graphs of one type and of several, with gradients."""

from __future__ import annotations

import importlib
from itertools import permutations

import torch

from tests.differential.graphs import numbers
from tests.differential.program import Call, program

ONE_TYPE = ("multi", "multi32", "bipartite", "edgeless", "block")
BINARY = ("add", "sub", "mul", "div")
SPMM_OPS = (*BINARY, "copy_lhs", "copy_rhs")
REDUCERS = ("sum", "max", "min", "mean")


def sizes(g):
    """Return the numbers of sources, destinations and edges of a graph of one edge type."""
    return {"u": g.num_src_nodes(), "v": g.num_dst_nodes(), "e": g.num_edges()}


def off_zero(values):
    """Return values that may be divided by: powers of two, so that quotients are exact."""
    return torch.where(values > 0, 2.0, -0.5)


def features(g, target, seed, *trailing):
    """Return seeded features of the sources, destinations or edges."""
    return numbers(seed, sizes(g)[target], *trailing)


def reached(out):
    """Return a result with 0 for the maximum and minimum of nothing, where DGL has infinities in places."""
    return torch.where(torch.isinf(out), torch.zeros_like(out), out)


def derivatives(function, *inputs, second=True):
    """Return first derivatives for a fixed cotangent, and those of their squares, of tensors in double precision."""
    leaves = [given.double().requires_grad_() for given in inputs]
    out = function(*leaves)
    cotangent = torch.arange(out.numel(), dtype=out.dtype).reshape(out.shape) / 4 + 1
    first = torch.autograd.grad(out, leaves, cotangent, create_graph=second)
    if not second:
        return list(first)
    total = sum(one.square().sum() for one in first)
    return [*first, *torch.autograd.grad(total, leaves, allow_unused=True)]


@program(*ONE_TYPE)
def gspmm(lib, g):
    u, e = features(g, "u", 1, 3), off_zero(features(g, "e", 2, 3))
    for op in SPMM_OPS:
        for reduce_op in REDUCERS:
            run = lambda op=op, reduce_op=reduce_op: reached(lib.ops.gspmm(g, op, reduce_op, u, e))
            yield Call("ops.gspmm", f"{op}, {reduce_op}", run)
    weight = features(g, "e", 3, 1)
    yield Call("ops.gspmm", "one weight an edge", lambda: lib.ops.gspmm(g, "mul", "sum", u, weight))
    heads = features(g, "u", 4, 2, 3), features(g, "e", 5, 2, 1)
    yield Call("ops.gspmm", "heads", lambda: lib.ops.gspmm(g, "mul", "sum", *heads))
    yield Call("ops.gspmm", "an unknown reducer", lambda: lib.ops.gspmm(g, "mul", "median", u, e))


@program("multi", "bipartite")
def gspmm_derivatives(lib, g):
    u, e = features(g, "u", 1, 3), off_zero(features(g, "e", 2, 3))
    for op in BINARY:
        second = op in ("mul", "div")
        run = lambda op=op, second=second: derivatives(
            lambda u, e: lib.ops.gspmm(g, op, "sum", u, e), u, e, second=second
        )
        yield Call("ops.gspmm", f"{op}, derivatives", run)
    one = lambda reduce_op: derivatives(
        lambda u: reached(lib.ops.gspmm(g, "copy_lhs", reduce_op, u, None)), u, second=False
    )
    yield Call("ops.gspmm", "sum of sources, derivatives", lambda: one("sum"))
    yield Call("ops.gspmm", "mean of sources, derivatives", lambda: one("mean"))


@program(*ONE_TYPE)
def gsddmm(lib, g):
    values = {target: features(g, target, seed, 2, 3) for seed, target in enumerate("uve")}
    for left, right in permutations("uve", 2):
        for op in (*BINARY, "dot", "copy_lhs", "copy_rhs"):
            lhs, rhs = values[left], off_zero(values[right])
            run = lambda op=op, one=left, other=right, x=lhs, y=rhs: lib.ops.gsddmm(g, op, x, y, one, other)
            yield Call("ops.gsddmm", f"{left} {op} {right}", run)
    yield Call("ops.gsddmm", "targets by default", lambda: lib.ops.gsddmm(g, "add", values["u"], values["v"]))


@program("multi", "bipartite")
def gsddmm_derivatives(lib, g):
    u, v = features(g, "u", 1, 3), off_zero(features(g, "v", 2, 3))
    for op in (*BINARY, "dot"):
        second = op in ("mul", "div", "dot")
        run = lambda op=op, second=second: derivatives(
            lambda u, v: lib.ops.gsddmm(g, op, u, v, "u", "v"), u, v, second=second
        )
        yield Call("ops.gsddmm", f"{op}, derivatives", run)


@program("multi", "bipartite", "edgeless")
def shortcuts(lib, g):
    values = {target: features(g, target, seed, 3) for seed, target in enumerate("uve")}
    divisors = {target: off_zero(value) for target, value in values.items()}
    for left, right in permutations("uve", 2):
        for op in (*BINARY, "dot"):
            name = f"{left}_{op}_{right}"
            call = lambda name=name, one=left, other=right: getattr(lib.ops, name)(g, values[one], divisors[other])
            yield Call(f"ops.{name}", "shortcut", call)
    for reducer in REDUCERS:
        for op in BINARY:
            name = f"u_{op}_e_{reducer}"
            call = lambda name=name: reached(getattr(lib.ops, name)(g, values["u"], divisors["e"]))
            yield Call(f"ops.{name}", "shortcut", call)
        for target in "ue":
            name = f"copy_{target}_{reducer}"
            call = lambda name=name, target=target: reached(getattr(lib.ops, name)(g, values[target]))
            yield Call(f"ops.{name}", "shortcut", call)
    for target in "uve":
        call = lambda target=target: getattr(lib.ops, f"copy_{target}")(g, values[target])
        yield Call(f"ops.copy_{target}", "shortcut", call)


@program(*ONE_TYPE)
def edge_softmax(lib, g):
    scores = features(g, "e", 1, 2)
    functional = lambda: importlib.import_module(f"{lib.__name__}.nn.functional")
    yield Call("ops.edge_softmax", "incoming", lambda: lib.ops.edge_softmax(g, scores))
    yield Call("ops.edge_softmax", "outgoing", lambda: lib.ops.edge_softmax(g, scores, norm_by="src"))
    some = torch.arange(0, g.num_edges(), 2)
    yield Call("ops.edge_softmax", "some edges", lambda: lib.ops.edge_softmax(g, scores[some], some.to(g.idtype)))
    yield Call("ops.edge_softmax", "an unknown side", lambda: lib.ops.edge_softmax(g, scores, norm_by="edge"))
    yield Call("nn.functional.edge_softmax", "incoming", lambda: functional().edge_softmax(g, scores))


@program("multi", "bipartite")
def edge_softmax_derivatives(lib, g):
    scores = features(g, "e", 1, 2)
    run = lambda: derivatives(lambda scores: lib.ops.edge_softmax(g, scores), scores, second=False)
    yield Call("ops.edge_softmax", "derivatives", run)


@program("none")
def segments(lib, _):
    lengths, value = torch.tensor([3, 0, 4, 1]), numbers(1, 8, 3)
    for reducer in REDUCERS:
        run = lambda reducer=reducer: reached(lib.ops.segment_reduce(lengths, value, reducer))
        yield Call("ops.segment_reduce", reducer, run)
    yield Call("ops.segment_reduce", "an unknown reducer", lambda: lib.ops.segment_reduce(lengths, value, "median"))
    full = torch.tensor([3, 4, 1])
    yield Call("ops.segment_softmax", "rows", lambda: lib.ops.segment_softmax(full, value))
    yield Call("ops.segment_softmax", "one number a row", lambda: lib.ops.segment_softmax(full, value[:, 0]))
    run = lambda: derivatives(lambda value: lib.ops.segment_softmax(full, value), value, second=False)
    yield Call("ops.segment_softmax", "derivatives", run)


@program("none")
def grouped_products(lib, _):
    a, b, idx = numbers(1, 8, 3), numbers(2, 4, 3, 2), torch.tensor([2, 0, 2, 3, 3, 0, 2, 2])
    lengths = torch.tensor([3, 0, 4, 1])
    yield Call("ops.segment_mm", "lengths", lambda: lib.ops.segment_mm(a, b, lengths))
    yield Call("ops.segment_mm", "int32 lengths", lambda: lib.ops.segment_mm(a, b, lengths.int()))
    yield Call("ops.segment_mm", "no rows", lambda: lib.ops.segment_mm(a[:0], b, lengths * 0))
    yield Call("ops.segment_mm", "columns that do not fit", lambda: lib.ops.segment_mm(a[:, :2], b, lengths))
    yield Call("ops.segment_mm", "bfloat16", lambda: lib.ops.segment_mm(a.bfloat16(), b.bfloat16(), lengths).float())
    yield Call("ops.segment_mm", "two dtypes", lambda: lib.ops.segment_mm(a, b.double(), lengths))
    run = lambda: derivatives(lambda a, b: lib.ops.segment_mm(a, b, lengths), a, b)
    yield Call("ops.segment_mm", "derivatives", run)
    yield Call("ops.gather_mm", "rows in any order", lambda: lib.ops.gather_mm(a, b, idx_b=idx))
    yield Call("ops.gather_mm", "int32 indices", lambda: lib.ops.gather_mm(a, b, idx_b=idx.int()))
    yield Call("ops.gather_mm", "no rows", lambda: lib.ops.gather_mm(a[:0], b, idx_b=idx[:0]))
    yield Call("ops.gather_mm", "an index past the end", lambda: lib.ops.gather_mm(a, b, idx_b=idx + 1))
    run = lambda: derivatives(lambda a, b: lib.ops.gather_mm(a, b, idx_b=idx), a, b)
    yield Call("ops.gather_mm", "derivatives", run)
    wide = numbers(3, 40, 12), numbers(4, 5, 12, 7), torch.arange(40) * 7 % 5
    yield Call("ops.gather_mm", "many columns", lambda: lib.ops.gather_mm(*wide[:2], idx_b=wide[2]))


@program("hetero", "hetero32")
def of_several_types(lib, g):
    nodes = [numbers(i, g.num_nodes(ntype), 3) for i, ntype in enumerate(g.ntypes)]
    edges = [off_zero(numbers(9 + i, g.num_edges(etype), 3)) for i, etype in enumerate(g.canonical_etypes)]
    ends = sorted({g.ntypes.index(triple[2]) for triple in g.canonical_etypes})
    # DGL has an empty tensor for a type at which nothing arrives.
    at_ends = lambda out: [reached(out[number]) for number in ends]
    for op in SPMM_OPS:
        for reduce_op in ("sum", "max", "min"):
            run = lambda op=op, reduce_op=reduce_op: at_ends(lib.ops.gspmm(g, op, reduce_op, nodes, edges))
            yield Call("ops.gspmm", f"types, {op}, {reduce_op}", run)
    for op in (*BINARY, "dot"):
        run = lambda op=op: list(lib.ops.gsddmm(g, op, nodes, [off_zero(one) for one in nodes], "u", "v"))
        yield Call("ops.gsddmm", f"types, {op}", run)
        run = lambda op=op: list(lib.ops.gsddmm(g, op, nodes, edges, "u", "e"))
        yield Call("ops.gsddmm", f"types, u {op} e", run)
    scores = dict(zip(g.canonical_etypes, edges, strict=True))
    yield Call("ops.edge_softmax", "types", lambda: list(lib.ops.edge_softmax(g, scores).values()))
    yield Call(
        "ops.edge_softmax", "types, outgoing", lambda: list(lib.ops.edge_softmax(g, scores, norm_by="src").values())
    )

    def gradients():
        leaves = [one.clone().requires_grad_() for one in (*nodes, *edges)]
        out = lib.ops.gspmm(g, "mul", "sum", leaves[: len(nodes)], leaves[len(nodes) :])
        return list(torch.autograd.grad(sum(out[number].square().sum() for number in ends), leaves, allow_unused=True))

    yield Call("ops.gspmm", "types, gradients", gradients)


@program("hetero", "hetero32")
def of_an_edge_type(lib, g):
    user, item = numbers(1, g.num_nodes("user"), 3), off_zero(numbers(2, g.num_nodes("item"), 3))
    triple = ("user", "likes", "item")
    yield Call("copy_u", "edge type", lambda: lib.copy_u(g, user, etype="buys"))
    yield Call("copy_u", "triple", lambda: lib.copy_u(g, user, etype=triple))
    yield Call("copy_v", "edge type", lambda: lib.copy_v(g, item, etype="buys"))
    for op in (*BINARY, "dot"):
        name = f"u_{op}_v"
        yield Call(name, "edge type", lambda name=name: getattr(lib, name)(g, user, item, etype="buys"))
    yield Call("u_add_v", "an unknown edge type", lambda: lib.u_add_v(g, user, item, etype="sees"))
    yield Call("u_add_v", "rows that do not fit", lambda: lib.u_add_v(g, user[:2], item, etype="buys"))


@program("multi", "bipartite", "edgeless")
def of_the_only_edge_type(lib, g):
    u, v = features(g, "u", 1, 3), features(g, "v", 2, 3)
    yield Call("copy_u", "the only edge type", lambda: lib.copy_u(g, u))
    yield Call("copy_v", "the only edge type", lambda: lib.copy_v(g, v))
    yield Call("u_dot_v", "the only edge type", lambda: lib.u_dot_v(g, u, v))

"""Messages, reducers, functions of edges and nodes, and propagation over part of a graph."""

from __future__ import annotations

import torch

from tests.differential.graphs import numbers
from tests.differential.program import Call, program

MIXED = ("multi", "multi32", "large", "edgeless", "bipartite", "block")


def ids(g, *values):
    """Return node or edge IDs of the graph's own type."""
    return torch.tensor(values, dtype=g.idtype)


def with_features(g, ends=True):
    """Give both sides ``a`` (rows of 2, without zeros) and edges ``b``."""
    g.srcdata["a"] = numbers(31, g.num_src_nodes(), 2) + 2
    if ends:
        g.dstdata["a"] = numbers(31, g.num_dst_nodes(), 2) + 2
    g.edata["b"] = numbers(33, g.num_edges(), 2) + 2
    return g


@program(*MIXED)
def built_in_reducers(lib, g):
    fn = lib.function
    with_features(g)

    def run(message, reduce):
        g.update_all(message, reduce)
        return g.dstdata["out"]

    for reducer in ("sum", "mean", "max", "min"):
        reduce = getattr(fn, reducer)
        yield Call(
            f"function.{reducer}", "of copied source features", lambda r=reduce: run(fn.copy_u("a", "m"), r("m", "out"))
        )
        yield Call(
            f"function.{reducer}", "of copied edge features", lambda r=reduce: run(fn.copy_e("b", "m"), r("m", "out"))
        )
        yield Call(f"function.{reducer}", "of products", lambda r=reduce: run(fn.u_mul_e("a", "b", "m"), r("m", "out")))
    yield Call("Graph.update_all", "built-in and built-in", lambda: run(fn.u_add_v("a", "a", "m"), fn.sum("m", "out")))
    after = lambda nodes: {"out": nodes.data["out"] * 2 + nodes.data["a"]}

    def applied():
        g.update_all(fn.copy_u("a", "m"), fn.sum("m", "out"), after)
        return g.dstdata["out"]

    yield Call("Graph.update_all", "with an apply function", applied)
    yield Call("Graph.update_all", "unequal message names", lambda: run(fn.copy_u("a", "m"), fn.sum("n", "out")))
    yield Call("Graph.update_all", "an unknown column", lambda: run(fn.copy_u("zz", "m"), fn.sum("m", "out")))


@program("multi", "multi32", "edgeless", "bipartite")
def built_in_messages(lib, g):
    fn = lib.function
    with_features(g)

    def run(message):
        g.apply_edges(message)
        return g.edata["m"]

    yield Call("function.copy_u", "on edges", lambda: run(fn.copy_u("a", "m")))
    yield Call("function.copy_e", "on edges", lambda: run(fn.copy_e("b", "m")))
    column = {"u": "a", "v": "a", "e": "b"}
    for left, right in ("uv", "vu", "ue", "eu", "ve", "ev"):
        for op in ("add", "sub", "mul", "div", "dot"):
            name = f"{left}_{op}_{right}"
            message = lambda name=name, pair=(left, right): getattr(fn, name)(column[pair[0]], column[pair[1]], "m")
            yield Call(f"function.{name}", "on edges", lambda message=message: run(message()))


@program("multi", "bipartite")
def broadcasting(lib, g):
    fn = lib.function
    g.srcdata["wide"] = numbers(1, g.num_src_nodes(), 3, 2)
    g.dstdata["wide"] = numbers(2, g.num_dst_nodes(), 3, 2)
    g.srcdata["thin"] = numbers(3, g.num_src_nodes(), 1, 2)
    g.edata["w"], g.edata["heads"] = numbers(4, g.num_edges(), 1), numbers(4, g.num_edges(), 3, 1)

    def edges(message):
        g.apply_edges(message)
        return g.edata["m"]

    def nodes(message, reduce):
        g.update_all(message, reduce)
        return g.dstdata["out"]

    yield Call("function.u_mul_e", "a weight a head", lambda: edges(fn.u_mul_e("wide", "heads", "m")))
    yield Call("function.u_add_v", "one row for three", lambda: edges(fn.u_add_v("thin", "wide", "m")))
    yield Call("function.u_dot_v", "one row for three", lambda: edges(fn.u_dot_v("thin", "wide", "m")))
    yield Call("function.u_mul_e", "reduced", lambda: nodes(fn.u_mul_e("wide", "heads", "m"), fn.sum("m", "out")))
    yield Call("function.u_mul_e", "shapes that do not fit", lambda: edges(fn.u_mul_e("h", "heads", "m")))


@program(*MIXED)
def user_functions(lib, g):
    fn = lib.function
    with_features(g)

    def message(edges):
        return {"m": edges.src["a"] * edges.data["b"] - edges.dst["a"], "n": edges.src["a"][:, :1]}

    def first_and_last(nodes):
        box = nodes.mailbox["m"]
        return {"out": box[:, 0] * 10 + box[:, -1], "count": torch.full((len(box), 1), float(box.shape[1]))}

    def run(send, receive, apply=None):
        g.update_all(send, receive, apply)
        return {name: g.dstdata[name] for name in ("out", "count") if name in g.dstdata}

    yield Call("Graph.update_all", "user's message, user's reducer", lambda: run(message, first_and_last))
    yield Call("Graph.update_all", "user's message, built-in reducer", lambda: run(message, fn.max("m", "out")))
    yield Call("Graph.update_all", "built-in message, user's reducer", lambda: run(fn.copy_u("a", "m"), first_and_last))
    after = lambda nodes: {"out": nodes.data["out"] + nodes.data["a"]}
    yield Call("Graph.update_all", "user's functions and apply", lambda: run(message, first_and_last, after))

    def edges():
        g.apply_edges(lambda edges: {"r": edges.src["a"] + edges.dst["a"] * edges.data["b"]})
        return g.edata["r"]

    def some_edges():
        g.apply_edges(lambda edges: {"s": edges.src["a"] * 3}, [3, 1])
        return g.edata["s"]

    def some_edges_built_in():
        g.apply_edges(fn.u_sub_v("a", "a", "t"), ids(g, 0, 2))
        return g.edata["t"]

    yield Call("Graph.apply_edges", "user's function", edges)
    yield Call("Graph.apply_edges", "user's function on some", some_edges)
    yield Call("Graph.apply_edges", "built-in on some", some_edges_built_in)
    yield Call(
        "Graph.apply_edges", "a function that returns no dict", lambda: g.apply_edges(lambda edges: edges.src["a"])
    )
    short = lambda edges: {"s": edges.src["a"][1:]}
    yield Call("Graph.apply_edges", "too few rows", lambda: (g.apply_edges(short), g.edata["s"]))


@program("multi", "multi32", "hetero")
def node_functions(lib, g):
    ntype = g.ntypes[0]

    def run(v=None):
        nodes = {} if v is None else {"v": v}
        g.apply_nodes(lambda nodes: {"r": nodes.data["h"] * 2 + nodes.batch_size()}, ntype=ntype, **nodes)
        return g.nodes[ntype].data["r"]

    yield Call("Graph.apply_nodes", "all nodes", run)
    yield Call("Graph.apply_nodes", "some nodes", lambda: run(ids(g, 2, 0)))
    yield Call("Graph.apply_nodes", "a list of nodes", lambda: run([1]))


@program("multi", "multi32", "bipartite")
def batches(lib, g):
    seen = {}

    def message(edges):
        seen["edges"], seen["batch_size"] = edges.edges(), edges.batch_size()
        seen["etype"], seen["len"] = edges.canonical_etype, len(edges)
        seen["src"], seen["dst"], seen["data"] = edges.src["h"], edges.dst["x"], edges.data["w"]
        return {"m": edges.src["h"]}

    def reduce(nodes):
        degree = nodes.mailbox["m"].shape[1]
        seen.setdefault("buckets", {})[degree] = [
            nodes.nodes(), nodes.batch_size(), nodes.ntype, len(nodes), nodes.data["x"], nodes.mailbox["m"]
        ]  # fmt: skip
        return {"out": nodes.mailbox["m"].sum(1)}

    def run():
        g.update_all(message, reduce)
        return seen

    def some():
        g.apply_edges(lambda edges: seen.update(edges=edges.edges()) or {"q": edges.data["w"]}, ids(g, 4, 2))
        return seen["edges"]

    yield Call("udf.EdgeBatch", "what a message function sees", run)
    yield Call("udf.NodeBatch", "what a reducer sees, a bucket a degree", lambda: seen["buckets"])
    yield Call("udf.EdgeBatch", "of some edges", some)


@program("multi", "multi32", "bipartite")
def partial(lib, g):
    fn = lib.function
    with_features(g)
    seven = lambda nodes: {"out": nodes.mailbox["m"].max(1).values + 7}
    send = lambda edges: {"m": edges.src["a"] * edges.data["b"]}

    def out(run):
        g.dstdata["out"] = torch.full((g.num_dst_nodes(), 2), -5.0)
        run()
        return g.dstdata["out"]

    built_in = fn.copy_u("a", "m"), fn.sum("m", "out")
    after = lambda nodes: {"out": nodes.data["out"] * 2}
    yield Call("Graph.pull", "built-in", lambda: out(lambda: g.pull(ids(g, 2, 1), *built_in)))
    yield Call("Graph.pull", "user's functions", lambda: out(lambda: g.pull(ids(g, 2, 1, 3), send, seven)))
    yield Call("Graph.pull", "with an apply function", lambda: out(lambda: g.pull(ids(g, 0, 2), *built_in, after)))
    yield Call("Graph.pull", "one node", lambda: out(lambda: g.pull(1, *built_in)))
    yield Call("Graph.push", "built-in", lambda: out(lambda: g.push(ids(g, 1, 3), *built_in)))
    yield Call("Graph.push", "user's functions", lambda: out(lambda: g.push(ids(g, 0, 3), send, seven)))
    yield Call("Graph.push", "with an apply function", lambda: out(lambda: g.push(ids(g, 0, 3), *built_in, after)))
    some = ids(g, 5, 0, 2, 6)
    yield Call("Graph.send_and_recv", "built-in", lambda: out(lambda: g.send_and_recv(some, *built_in)))
    yield Call("Graph.send_and_recv", "user's functions", lambda: out(lambda: g.send_and_recv(some, send, seven)))
    ends = tuple(end[:3] for end in g.edges())
    yield Call("Graph.send_and_recv", "edges by their ends", lambda: out(lambda: g.send_and_recv(ends, *built_in)))
    yield Call("Graph.send_and_recv", "apply", lambda: out(lambda: g.send_and_recv(some, *built_in, after)))
    yield Call("Graph.send_and_recv", "no edge", lambda: out(lambda: g.send_and_recv(ids(g), *built_in)))
    yield Call("Graph.pull", "no node", lambda: out(lambda: g.pull(ids(g), *built_in)))
    past = ids(g, 1000)
    yield Call("Graph.send_and_recv", "past the end", lambda: out(lambda: g.send_and_recv(past, *built_in)))


@program("dag", "dag32")
def frontiers(lib, g):
    fn = lib.function

    def reset(run):
        g.ndata["h"] = torch.arange(1.0, g.num_nodes() + 1)[:, None]
        run()
        return g.ndata["h"]

    functions = fn.copy_u("h", "m"), fn.sum("m", "h")
    nodes, edges = [ids(g, 2), ids(g, 3), ids(g, 4, 5)], [ids(g, 0, 1), ids(g, 3), ids(g, 4, 5)]
    after = lambda nodes: {"h": nodes.data["h"] + 100}
    user = lambda nodes: {"h": nodes.mailbox["m"].mean(1) + nodes.data["h"]}
    yield Call("Graph.prop_nodes", "built-in", lambda: reset(lambda: g.prop_nodes(nodes, *functions)))
    yield Call("Graph.prop_nodes", "apply", lambda: reset(lambda: g.prop_nodes(nodes, *functions, after)))
    yield Call("Graph.prop_nodes", "user's reducer", lambda: reset(lambda: g.prop_nodes(nodes, functions[0], user)))
    yield Call("Graph.prop_edges", "built-in", lambda: reset(lambda: g.prop_edges(edges, *functions)))
    yield Call("Graph.prop_edges", "apply", lambda: reset(lambda: g.prop_edges(edges, *functions, after)))


@program("hetero", "hetero32")
def several_types(lib, g):
    fn = lib.function
    send = lambda edges: {"m": edges.src["h"] + edges.data["e"]}
    top = lambda nodes: {"out": nodes.mailbox["m"].max(1).values}

    def relation(send, receive, etype):
        g.update_all(send, receive, etype=etype)
        return g.nodes[g.to_canonical_etype(etype)[2]].data["out"]

    pair = fn.copy_u("h", "m"), fn.sum("m", "out")
    yield Call("Graph.update_all", "of a relation", lambda: relation(*pair, "buys"))
    yield Call(
        "Graph.update_all", "user's functions of a relation", lambda: relation(send, top, ("user", "likes", "shop"))
    )
    yield Call("Graph.update_all", "user's functions, relation missing", lambda: g.update_all(send, top))

    def every(reduce):
        with g.local_scope():
            g.update_all(fn.copy_u("h", "m"), reduce("m", "all"))
            return g.ndata["all"]

    for name in ("sum", "max", "min", "mean"):
        yield Call("Graph.update_all", f"all relations, {name}", lambda name=name: every(getattr(fn, name)))
    users = {"buys": pair, ("user", "likes", "item"): pair, "follows": (send, top)}

    def crossed(functions, reducer, apply=None):
        with g.local_scope():
            g.multi_update_all(functions, reducer, apply)
            return g.ndata["out"]

    for name in ("sum", "max", "min", "mean", "stack"):
        yield Call("Graph.multi_update_all", name, lambda name=name: crossed(users, name))
    biggest = lambda flist: torch.stack(flist).abs().max(0).values
    yield Call("Graph.multi_update_all", "a function", lambda: crossed(users, biggest))
    after = lambda nodes: {"out": nodes.data["out"] + 1}
    yield Call("Graph.multi_update_all", "apply for all", lambda: crossed(users, "sum", after))
    apart = {"buys": (*pair, after), ("user", "likes", "item"): pair}
    yield Call("Graph.multi_update_all", "apply for one relation", lambda: crossed(apart, "sum"))
    yield Call("Graph.multi_update_all", "an unknown reducer", lambda: crossed(users, "median"))

    def weighted():
        g.apply_edges(fn.u_add_v("h", "h", "s"), etype="buys")
        return g.edges["buys"].data["s"]

    yield Call("Graph.apply_edges", "of a relation", weighted)
    items = ids(g, 1, 2)
    yield Call("Graph.pull", "of a relation", lambda: (g.pull(items, *pair, etype="buys"), g.nodes["item"].data["out"]))
    yield Call("Graph.push", "of a relation", lambda: (g.push(items, *pair, etype="buys"), g.nodes["item"].data["out"]))

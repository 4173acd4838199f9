"""Readouts of batched graphs: sums, softmax, top k, and the way back."""

from __future__ import annotations

import torch

from tests.differential.graphs import make, numbers
from tests.differential.program import Call, program


def batched(lib, kind):
    """Return a batch of some graphs; but for the kind "simple", there are some without edges and without nodes."""
    narrow = "32" if kind.endswith("32") else ""
    if kind.startswith("hetero"):
        return lib.batch([make(lib, name + narrow) for name in ("hetero", "hetero_edgeless", "hetero")])
    names = ("simple", "multi", "simple") if kind == "simple" else ("multi", "void", "edgeless", "simple")
    return lib.batch([make(lib, name + narrow) for name in names])


@program("multi", "multi32", "hetero")
def sums(lib, g):
    several = len(g.etypes) > 1
    kind = "hetero" if several else "multi32" if g.idtype == torch.int32 else "multi"
    node, edge = ({"ntype": "user"}, {"etype": "follows"}) if several else ({}, {})
    whole = lambda: batched(lib, kind)
    for op in ("sum", "mean", "max", "min"):
        yield Call("readout_nodes", f"op={op}", lambda op=op: lib.readout_nodes(whole(), "h", op=op, **node))
        yield Call("readout_edges", f"op={op}", lambda op=op: lib.readout_edges(whole(), "e", op=op, **edge))

    def weighted():
        b = whole()
        b.nodes[node.get("ntype", "_N")].data["s"] = numbers(3, b.num_nodes(**node), 1)
        return b

    for op in ("sum", "mean"):
        yield Call(
            "readout_nodes", f"op={op}, weight", lambda op=op: lib.readout_nodes(weighted(), "h", "s", op=op, **node)
        )
    for op in ("sum", "mean", "max"):
        nodes, edges = getattr(lib, f"{op}_nodes", None), getattr(lib, f"{op}_edges", None)
        yield Call(f"{op}_nodes", "plain", lambda nodes=nodes: nodes(whole(), "h", **node))
        yield Call(f"{op}_nodes", "weight", lambda nodes=nodes: nodes(weighted(), "h", "s", **node))
        yield Call(f"{op}_edges", "plain", lambda edges=edges: edges(whole(), "e", **edge))
        yield Call(f"{op}_edges", "one graph", lambda edges=edges: edges(make(lib, kind), "e", **edge))
    yield Call("softmax_nodes", "a graph at a time", lambda: lib.softmax_nodes(whole(), "h", **node))
    yield Call("softmax_edges", "a graph at a time", lambda: lib.softmax_edges(whole(), "e", **edge))
    size = 3 if several else 4
    feat = numbers(9, size, 2)
    yield Call("broadcast_nodes", "a row a graph", lambda: lib.broadcast_nodes(whole(), feat, **node))
    yield Call("broadcast_edges", "a row a graph", lambda: lib.broadcast_edges(whole(), feat, **edge))
    yield Call("broadcast_nodes", "one graph", lambda: lib.broadcast_nodes(make(lib, kind), feat[:1], **node))
    yield Call("broadcast_nodes", "too few rows", lambda: lib.broadcast_nodes(whole(), feat[:1], **node))
    yield Call("readout_nodes", "an unknown column", lambda: lib.readout_nodes(whole(), "zz", **node))
    yield Call("readout_nodes", "an unknown op", lambda: lib.readout_nodes(whole(), "h", op="median", **node))


@program("multi", "multi32", "hetero", "simple")
def top_k(lib, g):
    several = len(g.etypes) > 1
    kind = "hetero" if several else "multi32" if g.idtype == torch.int32 else "multi"
    if g.num_nodes() == 6:
        kind = "simple"
    node, edge = ({"ntype": "user"}, {"etype": "follows"}) if several else ({}, {})

    def whole():
        # Distinct values, so that no tie leaves a choice.
        b = batched(lib, kind)
        count, edges = b.num_nodes(**node), b.num_edges(**edge)
        b.nodes[node.get("ntype", "_N")].data["d"] = ((torch.arange(count * 2) * 37) % 101).float().view(-1, 2)
        b.edges[edge.get("etype", "_E")].data["d"] = ((torch.arange(edges * 2) * 41) % 103).float().view(-1, 2)
        return b

    yield Call("topk_nodes", "each column", lambda: lib.topk_nodes(whole(), "d", 3, **node))
    yield Call("topk_nodes", "ascending", lambda: lib.topk_nodes(whole(), "d", 3, descending=False, **node))
    yield Call("topk_nodes", "sortby", lambda: lib.topk_nodes(whole(), "d", 2, sortby=1, **node))
    yield Call("topk_nodes", "sortby=-1", lambda: lib.topk_nodes(whole(), "d", 2, sortby=-1, **node))
    yield Call("topk_nodes", "more than there are", lambda: lib.topk_nodes(whole(), "d", 12, sortby=0, **node)[0])
    yield Call("topk_edges", "each column", lambda: lib.topk_edges(whole(), "d", 2, **edge)[0])
    yield Call(
        "topk_edges",
        "ascending, sortby",
        lambda: lib.topk_edges(whole(), "d", 2, descending=False, sortby=0, **edge)[0],
    )
    yield Call("topk_nodes", "one graph", lambda: lib.topk_nodes(make(lib, "simple"), "h", 1)[0])
    yield Call("topk_nodes", "sortby past the end", lambda: lib.topk_nodes(whole(), "d", 2, sortby=5, **node))

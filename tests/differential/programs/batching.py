"""Batches of graphs and their parts."""

from __future__ import annotations

import torch

from tests.differential.graphs import make, numbers
from tests.differential.program import Call, program


def family(lib, kind):
    """Return several graphs of the same types and columns."""
    if kind.startswith("hetero"):
        return [make(lib, kind), make(lib, kind), make(lib, kind)]
    if kind == "bipartite":
        return [make(lib, kind), make(lib, kind)]
    narrow = kind.removeprefix("multi")
    return [make(lib, name + narrow) for name in ("multi", "edgeless", "simple")]


def batch_info(g):
    """Return the sizes that a batch keeps."""
    nodes = {ntype: g.batch_num_nodes(ntype) for ntype in g.ntypes}
    return [g.batch_size, nodes, {str(etype): g.batch_num_edges(etype) for etype in g.canonical_etypes}]


@program("multi", "multi32", "hetero", "hetero32", "bipartite")
def together(lib, g):
    kind = ("hetero" if len(g.etypes) > 1 else "bipartite" if len(g.ntypes) > 1 else "multi") + (
        "32" if g.idtype == torch.int32 else ""
    )
    graphs = family(lib, kind)
    yield Call("batch", "all columns", lambda: lib.batch(graphs))
    yield Call("Graph.batch_size", "read", lambda: lib.batch(graphs).batch_size)
    yield Call("Graph.batch_num_nodes", "of each type", lambda: batch_info(lib.batch(graphs))[1])
    yield Call("Graph.batch_num_edges", "of each type", lambda: batch_info(lib.batch(graphs))[2])
    yield Call("Graph.batch_num_nodes", "of a graph alone", lambda: batch_info(graphs[0])[1])
    yield Call("Graph.batch_num_edges", "of a graph alone", lambda: batch_info(graphs[0])[2])
    yield Call("batch", "some columns", lambda: lib.batch(graphs, ndata=["h"], edata=["w"]))
    yield Call("batch", "no column", lambda: lib.batch(graphs, ndata=None, edata=None))
    yield Call("batch", "one graph", lambda: lib.batch(graphs[:1]))

    def batches_of_batches():
        both = lib.batch([lib.batch(graphs[:2]), lib.batch(graphs)])
        return both, batch_info(both)

    yield Call("batch", "batches of batches", batches_of_batches)
    yield Call("unbatch", "as it was", lambda: lib.unbatch(lib.batch(graphs)))
    yield Call("slice_batch", "one graph", lambda: lib.slice_batch(lib.batch(graphs), 1))
    yield Call("slice_batch", "store_ids", lambda: lib.slice_batch(lib.batch(graphs), 1, store_ids=True))
    yield Call("slice_batch", "past the end", lambda: lib.slice_batch(lib.batch(graphs), 9))


@program("multi", "multi32")
def splits(lib, g):
    whole = lambda: lib.batch(family(lib, "multi"))
    nodes, edges = torch.tensor([8, 10]), torch.tensor([16, 8])
    yield Call("unbatch", "own split", lambda: lib.unbatch(whole(), nodes, edges))
    yield Call("unbatch", "split that does not add up", lambda: lib.unbatch(whole(), torch.tensor([1, 2]), edges))

    def restored():
        flat = lib.reverse(whole())
        flat.set_batch_num_nodes(torch.tensor([8, 10]))
        flat.set_batch_num_edges(torch.tensor([16, 8]))
        return batch_info(flat), lib.unbatch(flat)

    yield Call("Graph.set_batch_num_nodes", "after a transform", restored)
    yield Call("Graph.set_batch_num_edges", "after a transform", restored)


@program("hetero")
def splits_of_types(lib, g):
    whole = lambda: lib.batch(family(lib, "hetero"))

    def own():
        both = whole()
        nodes = {ntype: torch.tensor([both.num_nodes(ntype), 0]) for ntype in both.ntypes}
        edges = {etype: torch.tensor([both.num_edges(etype), 0]) for etype in both.canonical_etypes}
        return lib.unbatch(both, nodes, edges)

    yield Call("unbatch", "own split of each type", own)


@program("none")
def misfits(lib, _):
    def pair(**columns):
        first, second = lib.graph(([0], [1])), lib.graph(([0, 1], [1, 2]))
        for name, (one, other) in columns.items():
            if one is not None:
                first.ndata[name] = one
            if other is not None:
                second.ndata[name] = other
        return [first, second]

    yield Call("batch", "a column that one graph has", lambda: lib.batch(pair(h=(numbers(1, 2, 1), None))))
    yield Call("batch", "columns of unequal width", lambda: lib.batch(pair(h=(numbers(1, 2, 1), numbers(1, 3, 2)))))
    yield Call("batch", "no graph", lambda: lib.batch([]))
    yield Call("batch", "unequal types", lambda: lib.batch([make(lib, "hetero"), make(lib, "multi")]))
    yield Call("batch", "unequal ID types", lambda: lib.batch([make(lib, "multi"), make(lib, "multi32")]))


@program("multi", "hetero")
def after_changes(lib, g):
    """What is left of a batch after functions that keep or lose its graphs."""
    kind = "hetero" if len(g.etypes) > 1 else "multi"
    whole = lambda: lib.batch(family(lib, kind))
    yield Call("Graph.batch_size", "of a clone", lambda: batch_info(whole().clone()))
    yield Call("Graph.batch_size", "with int32 IDs", lambda: batch_info(whole().int()))
    yield Call("Graph.batch_size", "in a local_var", lambda: batch_info(whole().local_var()))
    yield Call("Graph.batch_size", "after reverse", lambda: batch_info(lib.reverse(whole())))
    ntype, etype = g.ntypes[0], g.canonical_etypes[0]
    yield Call("Graph.batch_size", "after remove_edges", lambda: batch_info(lib.remove_edges(whole(), [0], etype)))
    yield Call("Graph.batch_size", "after remove_nodes", lambda: batch_info(lib.remove_nodes(whole(), [1, 5], ntype)))
    yield Call("Graph.batch_size", "after add_nodes", lambda: batch_info(lib.add_nodes(whole(), 2, ntype=ntype)))
    yield Call("Graph.batch_size", "after to_simple", lambda: batch_info(lib.to_simple(whole())))
    yield Call("Graph.batch_size", "with other formats", lambda: batch_info(whole().formats("csc")))
    yield Call("Graph.batch_size", "of a relation", lambda: batch_info(whole()[etype]))

"""Blocks cut from graphs."""

from __future__ import annotations

import torch

from tests.differential.program import Call, program


def ids(g, *values):
    """Return node IDs of the graph's own type."""
    return torch.tensor(values, dtype=g.idtype)


@program("multi", "multi32", "large", "edgeless", "simple")
def of_one_type(lib, g):
    reached = lambda: g.in_edges(ids(g, 2, 1), form="eid")
    part = lambda: lib.edge_subgraph(g, reached(), relabel_nodes=False)
    yield Call("to_block", "all destinations", lambda: lib.to_block(g))
    yield Call("to_block", "of a frontier", lambda: lib.to_block(part(), ids(g, 2, 1)))
    yield Call("to_block", "a destination without edges", lambda: lib.to_block(part(), ids(g, 1, 3, 2)))
    apart = {"include_dst_in_src": False}
    yield Call("to_block", "destinations not among sources", lambda: lib.to_block(part(), ids(g, 1, 2), **apart))
    sources = lambda: torch.unique(torch.cat([ids(g, 1, 2), part().edges()[0]]))
    yield Call("to_block", "own sources", lambda: lib.to_block(part(), ids(g, 2, 1), src_nodes=sources()))
    first = lambda: torch.cat([ids(g, 2, 1), sources()[~torch.isin(sources(), ids(g, 2, 1))]])
    begun = lambda: lib.to_block(part(), ids(g, 2, 1), src_nodes=first())
    yield Call("to_block", "own sources, destinations first", begun)
    yield Call("to_block", "own sources, destinations first: edges", lambda: begun().edges())
    yield Call("to_block", "a destination missing", lambda: lib.to_block(lib.in_subgraph(g, ids(g, 1, 2)), ids(g, 1)))
    yield Call(
        "to_block",
        "no destination, no edge",
        lambda: lib.to_block(lib.edge_subgraph(g, [], relabel_nodes=False), ids(g)),
    )

    def columns():
        block = lib.to_block(part(), ids(g, 2, 1))
        return [{name: data[name] for name in data} for data in (block.srcdata, block.dstdata, block.edata)]

    yield Call("to_block", "its columns", columns)


@program("hetero", "hetero32", "hetero_edgeless", "bipartite")
def of_types(lib, g):
    yield Call("to_block", "all destinations", lambda: lib.to_block(g))
    nodes = {"user": ids(g, 2, 0, 1, 3), "item": ids(g, 3, 1, 0, 2)}
    part = lambda: lib.in_subgraph(g, nodes)
    yield Call("to_block", "dict", lambda: lib.to_block(part(), nodes))
    apart = {"include_dst_in_src": False}
    yield Call("to_block", "dict, destinations not among sources", lambda: lib.to_block(part(), nodes, **apart))
    yield Call("to_block", "types missing", lambda: lib.to_block(part(), ids(g, 1)))

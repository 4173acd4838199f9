"""Graphs from edge lists, matrices and dicts; blocks; merged and random graphs."""

from __future__ import annotations

import numpy as np
import torch

from tests.differential.program import Call, program

SRC, DST = [3, 0, 1, 1, 4], [1, 1, 2, 2, 0]
INDPTR, INDICES, EIDS = [0, 2, 2, 3, 5], [1, 3, 0, 2, 2], [4, 0, 3, 1, 2]


def tensors(*values, dtype=torch.int64):
    """Return each list as a tensor."""
    return tuple(torch.tensor(value, dtype=dtype) for value in values)


@program("none")
def graph_forms(lib, _):
    csr = tensors(INDPTR, INDICES, EIDS)
    yield Call("graph", "pair of lists", lambda: lib.graph((SRC, DST)))
    yield Call("graph", "pair of tensors", lambda: lib.graph(tensors(SRC, DST)))
    yield Call("graph", "pair of int32 tensors", lambda: lib.graph(tensors(SRC, DST, dtype=torch.int32)))
    yield Call("graph", "pair of arrays", lambda: lib.graph((np.array(SRC), np.array(DST))))
    yield Call("graph", "list of pairs", lambda: lib.graph(list(zip(SRC, DST, strict=True))))
    yield Call("graph", "coo", lambda: lib.graph(("coo", tensors(SRC, DST))))
    yield Call("graph", "csr", lambda: lib.graph(("csr", csr)))
    yield Call("graph", "csc", lambda: lib.graph(("csc", csr)))
    yield Call("graph", "csr without edge IDs", lambda: lib.graph(("csr", (csr[0], csr[1], []))))
    yield Call("graph", "csc as lists", lambda: lib.graph(("csc", (INDPTR, INDICES, EIDS))))
    yield Call("graph", "num_nodes", lambda: lib.graph((SRC, DST), num_nodes=9))
    yield Call("graph", "csr, num_nodes", lambda: lib.graph(("csr", csr), num_nodes=4))
    yield Call("graph", "idtype=int32", lambda: lib.graph((SRC, DST), idtype=torch.int32))
    yield Call("graph", "int64 tensors, idtype=int32", lambda: lib.graph(tensors(SRC, DST), idtype=torch.int32))
    yield Call("graph", "device", lambda: lib.graph((SRC, DST), device="cpu"))
    yield Call("graph", "no edge", lambda: lib.graph(([], []), num_nodes=3))
    yield Call("graph", "nothing", lambda: lib.graph(([], [])))
    order = tensors([0, 0, 1, 2], [1, 2, 0, 2])
    yield Call("graph", "row_sorted and col_sorted", lambda: lib.graph(order, row_sorted=True, col_sorted=True))


@program("none")
def graph_errors(lib, _):
    yield Call("graph", "num_nodes too small", lambda: lib.graph((SRC, DST), num_nodes=3))
    yield Call("graph", "ends of unequal lengths", lambda: lib.graph(([0, 1], [1])))
    yield Call("graph", "negative IDs", lambda: lib.graph(([0, -1], [1, 0])))
    yield Call("graph", "floating-point IDs", lambda: lib.graph((torch.rand(2), torch.rand(2))))
    yield Call("graph", "one end only", lambda: lib.graph((SRC,)))
    yield Call("graph", "an unknown format", lambda: lib.graph(("dia", tensors(SRC, DST))))
    yield Call("graph", "a text", lambda: lib.graph("0 1"))
    yield Call("graph", "mixed ID types", lambda: lib.graph((tensors(SRC)[0], tensors(DST, dtype=torch.int32)[0])))


@program("none")
def heterograph_forms(lib, _):
    follows, plays = ("user", "follows", "user"), ("user", "plays", "game")
    edges = {plays: tensors([0, 1, 1], [2, 0, 2]), follows: tensors([0, 2], [1, 1])}
    yield Call("heterograph", "dict of tensors", lambda: lib.heterograph(edges))
    yield Call("heterograph", "num_nodes_dict", lambda: lib.heterograph(edges, {"user": 4, "game": 5}))
    more = {"user": 4, "game": 5, "shop": 2}
    yield Call("heterograph", "a type without relations", lambda: lib.heterograph(edges, more))
    yield Call("heterograph", "idtype", lambda: lib.heterograph(edges, idtype=torch.int32))
    mixed = {follows: ("csr", tensors([0, 1, 2, 2], [1, 2], [1, 0])), plays: [(0, 1), (2, 0)]}
    yield Call("heterograph", "a form each", lambda: lib.heterograph(mixed))
    lone = {("n", "e", "n"): ([0, 1], [1, 2])}
    yield Call("heterograph", "one type", lambda: lib.heterograph(lone))
    empty = {follows: ([], []), plays: ([], [])}
    yield Call("heterograph", "no edge", lambda: lib.heterograph(empty))
    yield Call("heterograph", "no edge, num_nodes_dict", lambda: lib.heterograph(empty, {"user": 2, "game": 0}))
    yield Call("heterograph", "too few nodes", lambda: lib.heterograph(edges, {"user": 1, "game": 5}))
    yield Call("heterograph", "a type without a count", lambda: lib.heterograph(edges, {"user": 4}))
    yield Call("heterograph", "no relation", lambda: lib.heterograph({}))
    yield Call("heterograph", "a name instead of a triple", lambda: lib.heterograph({"follows": ([0], [1])}))


@program("none")
def blocks(lib, _):
    edges = tensors([0, 3, 1, 2], [1, 0, 1, 1])
    yield Call("create_block", "pair", lambda: lib.create_block(edges))
    yield Call("create_block", "counts", lambda: lib.create_block(edges, num_src_nodes=6, num_dst_nodes=3))
    typed = {("a", "r", "b"): edges, ("b", "s", "b"): tensors([2, 1], [0, 1])}
    counts = {"a": 5, "b": 4}, {"a": 0, "b": 3}
    yield Call("create_block", "dict", lambda: lib.create_block(typed))
    yield Call("create_block", "dict, counts", lambda: lib.create_block(typed, *counts))
    yield Call("create_block", "idtype", lambda: lib.create_block(edges, idtype=torch.int32))
    yield Call("create_block", "csc", lambda: lib.create_block(("csc", tensors([0, 2, 3], [1, 0, 2], [0, 2, 1]))))
    yield Call("create_block", "too few sources", lambda: lib.create_block(edges, num_src_nodes=2, num_dst_nodes=3))
    yield Call("create_block", "no edge", lambda: lib.create_block(([], []), num_src_nodes=2, num_dst_nodes=1))


@program("block", "block32", "hetero_block")
def block_to_graph(lib, g):
    yield Call("block_to_graph", "types with a side", lambda: lib.block_to_graph(g))


@program("hetero", "multi")
def block_to_graph_of_no_block(lib, g):
    yield Call("block_to_graph", "not a block", lambda: lib.block_to_graph(g))


@program("none")
def merged(lib, _):
    def homogeneous(idtype=torch.int64):
        first = lib.graph(([0, 1], [1, 2]), idtype=idtype)
        second = lib.graph(([2, 0, 1], [3, 0, 2]), num_nodes=5, idtype=idtype)
        first.ndata["h"], second.ndata["h"] = torch.ones(3, 1), torch.zeros(5, 1) + 2
        first.edata["w"], second.edata["w"] = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0, 5.0])
        return [first, second]

    def typed():
        triple = ("u", "r", "v")
        first = lib.heterograph({triple: ([0], [1]), ("u", "s", "u"): ([0], [0])})
        return [first, lib.heterograph({triple: ([2, 0], [0, 1]), ("v", "t", "u"): ([1], [1])})]

    yield Call("merge", "homogeneous", lambda: lib.merge(homogeneous()))
    yield Call("merge", "int32", lambda: lib.merge(homogeneous(torch.int32)))
    yield Call("merge", "smaller last", lambda: lib.merge(homogeneous()[::-1]))
    yield Call("merge", "one graph", lambda: lib.merge(homogeneous()[:1]))
    yield Call("merge", "several types", lambda: lib.merge(typed()))
    yield Call("merge", "no graph", lambda: lib.merge([]))


def _determined(g):
    """Return what does not depend on the random numbers."""
    counts = {ntype: g.num_nodes(ntype) for ntype in g.ntypes}
    inside = all(bool((end < g.num_nodes(end_type)).all()) for etype in g.canonical_etypes
                 for end, end_type in zip(g.edges(etype=etype), (etype[0], etype[2]), strict=True))  # fmt: skip
    return {"counts": counts, "edges": g.num_edges(), "types": g.canonical_etypes, "ids": g.idtype, "inside": inside}


@program("none")
def random_graphs(lib, _):
    yield Call("rand_graph", "counts and ID type", lambda: _determined(lib.rand_graph(10, 30)))
    yield Call("rand_graph", "idtype", lambda: _determined(lib.rand_graph(4, 5, idtype=torch.int32)))
    yield Call("rand_graph", "no edge", lambda: _determined(lib.rand_graph(4, 0)))
    types = ("user", "buys", "item")
    yield Call("rand_bipartite", "counts and types", lambda: _determined(lib.rand_bipartite(*types, 5, 8, 20)))
    narrow = torch.int32
    yield Call("rand_bipartite", "idtype", lambda: _determined(lib.rand_bipartite(*types, 5, 8, 2, idtype=narrow)))


@program("none")
def names(lib, _):
    for name in ("NID", "EID", "NTYPE", "ETYPE"):
        yield Call(name, "value", lambda name=name: getattr(lib, name))

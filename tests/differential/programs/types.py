"""Types of nodes and edges, slices of relations, and one type for all."""

from __future__ import annotations

import copy

import torch

from tests.differential.graphs import HETERO, HOMO
from tests.differential.program import Call, program

ANY = slice(None)


@program("multi", "bipartite", "hetero", "block", "hetero_block")
def names(lib, g):
    for name in ("ntypes", "etypes", "canonical_etypes", "srctypes", "dsttypes"):
        yield Call(f"Graph.{name}", "read", lambda name=name: getattr(g, name))
    for name in ("is_homogeneous", "is_unibipartite", "is_block"):
        yield Call(f"Graph.{name}", "read", lambda name=name: getattr(g, name))
    types = lambda: g.metagraph()
    yield Call("Graph.metagraph", "nodes and edges", lambda: [sorted(types().nodes), sorted(types().edges(keys=True))])


@program("hetero")
def resolution(lib, g):
    yield Call("Graph.to_canonical_etype", "name", lambda: g.to_canonical_etype("buys"))
    triple = ("user", "likes", "shop")
    yield Call("Graph.to_canonical_etype", "triple", lambda: g.to_canonical_etype(triple))
    yield Call("Graph.to_canonical_etype", "ambiguous name", lambda: g.to_canonical_etype("likes"))
    yield Call("Graph.to_canonical_etype", "unknown name", lambda: g.to_canonical_etype("sees"))
    yield Call("Graph.get_ntype_id", "name", lambda: [g.get_ntype_id(ntype) for ntype in g.ntypes])
    yield Call("Graph.get_etype_id", "name", lambda: [g.get_etype_id(etype) for etype in ("buys", "follows")])
    yield Call("Graph.get_etype_id", "triple", lambda: [g.get_etype_id(etype) for etype in g.canonical_etypes])
    yield Call("Graph.get_ntype_id", "unknown name", lambda: g.get_ntype_id("film"))
    yield Call("Graph.get_etype_id", "unknown name", lambda: g.get_etype_id("sees"))


@program("hetero_block", "hetero")
def sides(lib, g):
    yield Call("Graph.get_ntype_id_from_src", "name", lambda: g.get_ntype_id_from_src("user"))
    yield Call("Graph.get_ntype_id_from_dst", "name", lambda: g.get_ntype_id_from_dst("user"))
    yield Call("Graph.get_ntype_id_from_src", "unknown name", lambda: g.get_ntype_id_from_src("film"))


@program("hetero", "hetero32", "hetero_edgeless")
def slices(lib, g):
    yield Call("Graph.__getitem__", "name", lambda: g["buys"])
    yield Call("Graph.__getitem__", "triple", lambda: g["user", "likes", "shop"])
    yield Call("Graph.__getitem__", "a relation of a type with itself", lambda: g["follows"])
    yield Call("Graph.__getitem__", "wildcard for one relation", lambda: g["user", ANY, "user"])
    yield Call("Graph.__getitem__", "wildcard for several relations", lambda: g["user", ANY, "item"])
    yield Call("Graph.__getitem__", "wildcard for the destination", lambda: g["item", "sold_by", ANY])
    yield Call("Graph.__getitem__", "wildcards for all", lambda: g[ANY, ANY, ANY])
    yield Call("Graph.__getitem__", "wildcard for destinations", lambda: g["user", "likes", ANY])
    yield Call("Graph.__getitem__", "ambiguous name", lambda: g["likes"])
    yield Call("Graph.__getitem__", "unknown name", lambda: g["sees"])
    yield Call("Graph.__getitem__", "wildcard for nothing", lambda: g["shop", ANY, "user"])


@program("hetero_block")
def block_slices(lib, g):
    yield Call("Graph.__getitem__", "a relation of a block", lambda: g["follows"])


@program("multi")
def slices_of_one_type(lib, g):
    yield Call("Graph.__getitem__", "the only relation", lambda: g["_E"])


@program(*HETERO, "bipartite")
def to_homogeneous(lib, g):
    yield Call("to_homogeneous", "plain", lambda: lib.to_homogeneous(g))
    yield Call("to_homogeneous", "ndata and edata", lambda: lib.to_homogeneous(g, ndata=["h", "x"], edata=["w"]))
    yield Call("to_homogeneous", "no store_type", lambda: lib.to_homogeneous(g, store_type=False))
    yield Call("to_homogeneous", "return_count", lambda: lib.to_homogeneous(g, return_count=True))
    yield Call("to_homogeneous", "an unknown column", lambda: lib.to_homogeneous(g, ndata=["z"]))


@program("multi")
def homogeneous_already(lib, g):
    yield Call("to_homogeneous", "of one type", lambda: lib.to_homogeneous(g))


@program("hetero")
def columns_of_some_types(lib, g):
    g.nodes["user"].data["only"] = torch.ones(6, 1)
    yield Call("to_homogeneous", "a column that one type has", lambda: lib.to_homogeneous(g, ndata=["only"]))


@program("hetero", "hetero32")
def to_heterogeneous(lib, g):
    def back(**more):
        flat = lib.to_homogeneous(g, ndata=["h"], edata=["w"])
        return lib.to_heterogeneous(flat, g.ntypes, g.etypes, **more)

    yield Call("to_heterogeneous", "with a metagraph", lambda: back(metagraph=g.metagraph()))
    yield Call("to_heterogeneous", "without a metagraph", back)


@program("none")
def to_heterogeneous_by_hand(lib, _):
    def flat(ntype=(0, 0, 1, 2), etype=(0, 1, 1, 0, 2)):
        g = lib.graph(([0, 1, 1, 0, 2], [1, 2, 2, 1, 3]))
        g.ndata["kind"], g.edata["rel"] = torch.tensor(ntype), torch.tensor(etype)
        g.ndata["h"] = torch.arange(4.0)
        return g

    def convert(g, **more):
        return lib.to_heterogeneous(g, ["a", "b", "c"], ["r", "s", "t"], ntype_field="kind", etype_field="rel", **more)

    yield Call("to_heterogeneous", "own fields", lambda: convert(flat()))
    yield Call("to_heterogeneous", "a type without nodes", lambda: convert(flat(ntype=(0, 0, 1, 1))))
    yield Call("to_heterogeneous", "a type number past the end", lambda: convert(flat(ntype=(0, 0, 1, 7))))
    yield Call("to_heterogeneous", "a field that is missing", lambda: lib.to_heterogeneous(flat(), ["a"], ["r"]))


@program(*HOMO, "hetero", "block")
def formats(lib, g):
    etype = g.canonical_etypes[-1]
    yield Call("Graph.formats", "restrict to one", lambda: g.formats("csc").in_edges([], "all", etype))
    yield Call("Graph.formats", "restrict to two", lambda: g.formats(["coo", "csr"]))
    yield Call("Graph.formats", "query after restricting", lambda: g.formats("csc").formats())
    yield Call("Graph.formats", "an unknown format", lambda: g.formats("dia"))

    def created():
        both = g.formats(["csr", "csc"])
        both.create_formats_()
        return both.formats()

    yield Call("Graph.create_formats_", "then query", created)


@program(*HOMO, "hetero", "hetero32", "block")
def id_types(lib, g):
    yield Call("Graph.int", "graph", lambda: g.int())
    yield Call("Graph.long", "graph", lambda: g.long())
    yield Call("Graph.astype", "int32", lambda: g.astype(torch.int32))
    yield Call("Graph.clone", "graph", lambda: g.clone())
    yield Call("Graph.to", "the same device", lambda: g.to("cpu"))
    yield Call("Graph.cpu", "graph", lambda: g.cpu())
    yield Call("Graph.is_pinned", "on the CPU", lambda: g.is_pinned())
    yield Call("Graph.materialize_data", "graph", lambda: g.materialize_data())
    yield Call("Graph.astype", "float32", lambda: g.astype(torch.float32))


@program("multi", "hetero")
def clones(lib, g):
    yield Call("Graph.__copy__", "graph", lambda: copy.copy(g))

    def changed():
        other = g.clone()
        other.nodes[other.ntypes[0]].data["new"] = torch.zeros(other.num_nodes(other.ntypes[0]))
        return ["new" in g.nodes[g.ntypes[0]].data, "new" in other.nodes[g.ntypes[0]].data]

    yield Call("Graph.clone", "a new column stays in the clone", changed)

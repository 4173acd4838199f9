"""Columns of features: read, written, in part, by type, in a scope; schemes and initializers."""

from __future__ import annotations

import torch

from tests.differential.graphs import numbers
from tests.differential.program import Call, program


def columns(data):
    """Return a window on features as a plain dict."""
    return {name: data[name] for name in data}


@program("multi", "multi32", "edgeless", "void")
def one_type(lib, g):
    count = g.num_nodes()
    yield Call("Graph.ndata", "read", lambda: columns(g.ndata))
    yield Call("Graph.edata", "read", lambda: columns(g.edata))
    yield Call("Graph.srcdata", "read", lambda: columns(g.srcdata))
    yield Call("Graph.dstdata", "read", lambda: columns(g.dstdata))
    yield Call("Graph.nodes", "call", lambda: g.nodes())
    yield Call("Graph.srcnodes", "call", lambda: g.srcnodes())
    yield Call("Graph.dstnodes", "call", lambda: g.dstnodes())
    yield Call("Graph.nodes", "data of all", lambda: columns(g.nodes[:].data))
    yield Call("Graph.edges", "data of all", lambda: columns(g.edges[:].data))
    yield Call("Graph.node_attr_schemes", "schemes", lambda: g.node_attr_schemes())
    yield Call("Graph.edge_attr_schemes", "schemes", lambda: g.edge_attr_schemes())

    def written():
        g.ndata["new"] = numbers(1, count, 3)
        g.edata["new"] = torch.arange(g.num_edges())
        return g

    def deleted():
        del g.ndata["new"]
        return [sorted(g.ndata.keys()), g.ndata.pop("x"), sorted(g.ndata.keys()), len(g.ndata), "h" in g.ndata]

    yield Call("Graph.ndata", "write", written)
    yield Call("Graph.ndata", "delete, pop, len, in", deleted)
    yield Call("Graph.edata", "update", lambda: (g.edata.update({"u": numbers(2, g.num_edges())}), columns(g.edata)))
    yield Call("Graph.ndata", "too many rows", lambda: g.ndata.update({"bad": torch.zeros(count + 1, 2)}))
    yield Call("Graph.ndata", "an unknown column", lambda: g.ndata["nothing"])


@program("multi", "multi32", "bipartite")
def some_rows(lib, g):
    ntype = g.ntypes[0]
    rows = torch.tensor([3, 0], dtype=g.idtype)

    def written():
        g.nodes[rows, ntype].data["h"] = torch.full((2, 2), 9.0)
        g.nodes[rows, ntype].data["fresh"] = torch.ones(2, 1)
        g.edges[rows].data["w"] = torch.tensor([8.0, 7.0])
        return g

    yield Call("Graph.nodes", "data of some", lambda: columns(g.nodes[rows, ntype].data))
    yield Call("Graph.edges", "data of some", lambda: columns(g.edges[rows].data))
    yield Call("Graph.nodes", "write some", written)
    past = torch.tensor([100], dtype=g.idtype)
    yield Call("Graph.nodes", "rows past the end", lambda: g.nodes[past, ntype].data["h"])


@program("multi")
def some_rows_of_the_only_type(lib, g):
    source, target = g.edges()
    yield Call("Graph.edges", "data between two nodes", lambda: columns(g.edges[int(source[0]), int(target[0])].data))
    yield Call("Graph.edges", "data between nodes", lambda: columns(g.edges[source[:3], target[:3]].data))
    yield Call("Graph.nodes", "data of a list", lambda: columns(g.nodes[[2, 5]].data))
    yield Call("Graph.nodes", "data of one", lambda: columns(g.nodes[2].data))


@program("hetero", "hetero32", "hetero_edgeless")
def several_types(lib, g):
    yield Call("Graph.ndata", "dict by type", lambda: g.ndata["h"])
    yield Call("Graph.edata", "dict by triple", lambda: g.edata["w"])
    yield Call("Graph.srcdata", "dict by type", lambda: g.srcdata["h"])
    yield Call("Graph.nodes", "data of a type", lambda: columns(g.nodes["user"].data))
    yield Call("Graph.edges", "data of a type by name", lambda: columns(g.edges["follows"].data))
    yield Call("Graph.edges", "data of a type by triple", lambda: columns(g.edges["user", "likes", "item"].data))
    yield Call("Graph.nodes", "call with a type", lambda: g.nodes("user"))
    yield Call("Graph.node_attr_schemes", "of a type", lambda: g.node_attr_schemes("user"))
    yield Call("Graph.edge_attr_schemes", "of a type", lambda: g.edge_attr_schemes("buys"))

    def written():
        g.ndata["new"] = {"user": numbers(1, 6), "shop": numbers(2, 3)}
        return g.ndata["new"]

    yield Call("Graph.ndata", "write by type", written)
    yield Call("Graph.ndata", "write a tensor where a dict is needed", lambda: g.ndata.update({"z": torch.zeros(3)}))
    yield Call("Graph.nodes", "an unknown type", lambda: g.nodes["film"].data)
    yield Call("Graph.edges", "an ambiguous type", lambda: g.edges["likes"].data)


@program("bipartite", "block", "hetero_block")
def two_sides(lib, g):
    yield Call("Graph.srcdata", "read", lambda: {name: g.srcdata[name] for name in g.srcdata})
    yield Call("Graph.dstdata", "read", lambda: {name: g.dstdata[name] for name in g.dstdata})
    yield Call("Graph.srcnodes", "call", lambda: g.srcnodes(g.srctypes[-1]))
    yield Call("Graph.dstnodes", "call", lambda: g.dstnodes(g.dsttypes[-1]))
    yield Call("Graph.srcnodes", "data of a type", lambda: columns(g.srcnodes[g.srctypes[-1]].data))
    yield Call("Graph.dstnodes", "data of a type", lambda: columns(g.dstnodes[g.dsttypes[-1]].data))


@program("multi", "hetero")
def scopes(lib, g):
    ntype = g.ntypes[0]

    def scoped():
        with g.local_scope():
            g.nodes[ntype].data["inside"] = torch.zeros(g.num_nodes(ntype))
            g.nodes[ntype].data["h"] = torch.zeros(g.num_nodes(ntype), 2)
            seen = sorted(g.nodes[ntype].data.keys())
        return [seen, columns(g.nodes[ntype].data)]

    def variable():
        local = g.local_var()
        local.nodes[ntype].data["inside"] = torch.zeros(g.num_nodes(ntype))
        return [sorted(local.nodes[ntype].data.keys()), sorted(g.nodes[ntype].data.keys())]

    yield Call("Graph.local_scope", "what is set inside is gone", scoped)
    yield Call("Graph.local_var", "what is set on it stays there", variable)


@program("multi", "multi32")
def initializers(lib, g):
    def sevens(shape, dtype, ctx, id_range):
        return torch.full(shape, 7, dtype=dtype, device=ctx)

    def node_rows():
        g.set_n_initializer(sevens)
        g.nodes[[1]].data["fresh"] = torch.ones(1, 2)
        return g.ndata["fresh"]

    def one_field():
        g.set_n_initializer(lambda shape, dtype, ctx, id_range: torch.ones(shape, dtype=dtype), field="named")
        g.nodes[[0]].data["named"] = torch.zeros(1)
        g.nodes[[0]].data["other"] = torch.zeros(1)
        return g.ndata["named"], g.ndata["other"]

    def edge_rows():
        g.set_e_initializer(sevens)
        g.edges[[2]].data["fresh"] = torch.ones(1, 2)
        return g.edata["fresh"]

    yield Call("Graph.set_n_initializer", "rows without a value", node_rows)
    yield Call("Graph.set_n_initializer", "of one field", one_field)
    yield Call("Graph.set_e_initializer", "rows without a value", edge_rows)
    shape = (2, 3), torch.float32, torch.device("cpu"), slice(0, 2)
    yield Call("init.zero_initializer", "call", lambda: lib.init.zero_initializer(*shape))


@program("multi", "hetero", "block")
def casts(lib, g):
    yield Call("to_half", "features", lambda: lib.to_half(g))
    yield Call("to_double", "features", lambda: lib.to_double(g))
    yield Call("to_float", "features", lambda: lib.to_float(lib.to_half(g)))
    yield Call("to_bfloat16", "features", lambda: lib.to_bfloat16(g))

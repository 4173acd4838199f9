"""From and to NetworkX and SciPy."""

from __future__ import annotations

import os

import networkx as nx
import numpy as np
import scipy.sparse as sp
import torch

from tests.differential.program import Call, program


def matrix(kind):
    """Return a matrix of 4 by 4 (rows are sources) in a SciPy format."""
    values, rows, cols = [1.5, 2.0, -1.0, 4.0], [0, 2, 1, 2], [1, 0, 3, 2]
    return sp.coo_matrix((np.array(values, dtype=np.float32), (rows, cols)), shape=(4, 4)).asformat(kind)


def named():
    """Return a directed NetworkX graph with attributes of nodes and edges, edges in no order."""
    g = nx.DiGraph()
    g.add_nodes_from([(i, {"size": float(i), "place": [i, i + 1]}) for i in range(4)])
    g.add_edges_from([(2, 0, {"w": 1.0, "id": 2}), (0, 1, {"w": 2.0, "id": 0}), (3, 1, {"w": 3.0, "id": 1})])
    return g


@program("none")
def from_networkx(lib, _):
    yield Call("from_networkx", "undirected", lambda: lib.from_networkx(nx.path_graph(4)))
    yield Call("from_networkx", "directed", lambda: lib.from_networkx(named()))
    yield Call("from_networkx", "attributes", lambda: lib.from_networkx(named(), ["size", "place"], ["w"]))
    yield Call("from_networkx", "edge_id_attr_name", lambda: lib.from_networkx(named(), edge_id_attr_name="id"))
    both = {"edge_attrs": ["w"], "edge_id_attr_name": "id"}
    yield Call("from_networkx", "edge_attrs in the order of IDs", lambda: lib.from_networkx(named(), **both))
    yield Call("from_networkx", "idtype", lambda: lib.from_networkx(named(), idtype=torch.int32))
    labelled = lambda: nx.relabel_nodes(nx.path_graph(3), {0: "c", 1: "a", 2: "b"})
    yield Call("from_networkx", "nodes with names", lambda: lib.from_networkx(labelled()))
    parallel = lambda: nx.MultiDiGraph([(0, 1), (0, 1), (1, 1)])
    yield Call("from_networkx", "parallel edges", lambda: lib.from_networkx(parallel()))
    yield Call("from_networkx", "no edge", lambda: lib.from_networkx(nx.empty_graph(3)))
    yield Call("from_networkx", "nothing", lambda: lib.from_networkx(nx.empty_graph(0)))
    yield Call("from_networkx", "an attribute that is missing", lambda: lib.from_networkx(named(), ["zz"]))

    def bipartite():
        g = nx.DiGraph()
        g.add_nodes_from([0, 1, 2], bipartite=0)
        g.add_nodes_from([3, 4], bipartite=1)
        g.add_edges_from([(0, 3, {"w": 1.0}), (2, 4, {"w": 2.0}), (1, 3, {"w": 3.0})])
        nx.set_node_attributes(g, {i: float(i) for i in g}, "size")
        return g

    types = "user", "buys", "item"
    yield Call("bipartite_from_networkx", "plain", lambda: lib.bipartite_from_networkx(bipartite(), *types))
    attributes = {"u_attrs": ["size"], "e_attrs": ["w"], "v_attrs": ["size"]}
    with_attributes = lambda: lib.bipartite_from_networkx(bipartite(), *types, **attributes)
    yield Call("bipartite_from_networkx", "attributes", with_attributes)
    backward = lambda: nx.DiGraph(bipartite()).reverse()
    yield Call(
        "bipartite_from_networkx", "edges the wrong way", lambda: lib.bipartite_from_networkx(backward(), *types)
    )


@program("multi", "multi32", "edgeless", "hetero", "bipartite")
def to_networkx(lib, g):
    yield Call("to_networkx", "plain", lambda: lib.to_networkx(g))
    attributes = {"node_attrs": ["x", "h"], "edge_attrs": ["w"]}
    yield Call("to_networkx", "attributes", lambda: lib.to_networkx(g, **attributes))
    yield Call("Graph.to_networkx", "method", lambda: g.to_networkx())
    yield Call("to_networkx", "other names", lambda: lib.to_networkx(g, ntype_attr="nt", etype_attr="et", eid_attr="i"))


@program("none")
def from_scipy(lib, _):
    for kind in ("coo", "csr", "csc"):
        yield Call("from_scipy", kind, lambda kind=kind: lib.from_scipy(matrix(kind)))
        yield Call("from_scipy", f"{kind}, weights", lambda kind=kind: lib.from_scipy(matrix(kind), eweight_name="w"))
    yield Call("from_scipy", "idtype", lambda: lib.from_scipy(matrix("coo"), idtype=torch.int32))
    yield Call("from_scipy", "not square", lambda: lib.from_scipy(matrix("csr")[:3]))
    types = "user", "buys", "item"
    for kind in ("coo", "csr", "csc"):
        wide = lambda kind=kind: matrix("csr")[:3].asformat(kind)
        yield Call("bipartite_from_scipy", kind, lambda wide=wide: lib.bipartite_from_scipy(wide(), *types))
    weighted = lambda: lib.bipartite_from_scipy(matrix("csr")[:3], *types, eweight_name="w", idtype=torch.int32)
    yield Call("bipartite_from_scipy", "weights, idtype", weighted)
    yield Call("bipartite_from_scipy", "one type twice", lambda: lib.bipartite_from_scipy(matrix("coo"), "u", "e", "u"))


@program("none")
def odds(lib, _):
    yield Call("seed", "the same numbers again",
               lambda: [bool(torch.equal(*(drawn(lib, seed) for seed in (5, 5)))), drawn(lib, 5).numel()])  # fmt: skip
    double = lambda value: value * 2
    yield Call("apply_each", "dict", lambda: lib.apply_each({"a": torch.ones(2), "b": torch.zeros(1)}, double))
    yield Call("apply_each", "list", lambda: lib.apply_each([torch.ones(2), torch.zeros(1)], double))
    yield Call("apply_each", "tensor", lambda: lib.apply_each(torch.ones(2), double))
    choice = lambda *args, **kwargs: lib.random.choice(*args, **kwargs)
    yield Call("random.choice", "shape", lambda: [choice(5, 3).shape, choice(5, 3).dtype])
    yield Call("random.choice", "without replacement", lambda: sorted(choice(5, 5, replace=False).tolist()))
    chosen = torch.tensor([0.0, 1.0, 0.0])
    yield Call("random.choice", "probabilities", lambda: choice(3, 4, prob=chosen))
    yield Call("random.choice", "of given numbers", lambda: choice(torch.tensor([7, 7]), 2))


def drawn(lib, seed):
    """Return the sources of a random graph after seeding."""
    lib.seed(seed)
    return lib.rand_graph(30, 40).edges()[0]


@program("multi", "multi32", "hetero")
def shared(lib, g):
    def through(*formats):
        name = f"weft-differential-{os.getpid()}-{g.num_edges()}-{g.idtype}"
        owner = g.shared_memory(name, *formats)
        return [lib.hetero_from_shared_memory(name), owner]

    yield Call("Graph.shared_memory", "structure", lambda: through()[1])
    yield Call("hetero_from_shared_memory", "structure", lambda: through()[0])

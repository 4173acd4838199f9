"""Counts, degrees, membership, edges and their ends."""

from __future__ import annotations

import torch

from tests.differential.graphs import HETERO, HOMO
from tests.differential.program import Call, program

EVERY = (*HOMO, "bipartite", "bipartite32", "block")


def ids(g, *values):
    """Return node or edge IDs of the graph's own type."""
    return torch.tensor(values, dtype=g.idtype)


@program(*EVERY)
def counts(lib, g):
    yield Call("Graph.num_nodes", "of all types", lambda: g.num_nodes())
    yield Call("Graph.num_edges", "of all types", lambda: g.num_edges())
    yield Call("Graph.num_src_nodes", "of all types", lambda: g.num_src_nodes())
    yield Call("Graph.num_dst_nodes", "of all types", lambda: g.num_dst_nodes())
    yield Call("Graph.number_of_nodes", "of all types", lambda: g.number_of_nodes())
    yield Call("Graph.number_of_edges", "of all types", lambda: g.number_of_edges())
    yield Call("Graph.number_of_src_nodes", "of all types", lambda: g.number_of_src_nodes())
    yield Call("Graph.number_of_dst_nodes", "of all types", lambda: g.number_of_dst_nodes())
    yield Call("Graph.is_multigraph", "read", lambda: g.is_multigraph)
    yield Call("Graph.idtype", "read", lambda: g.idtype)
    yield Call("Graph.device", "read", lambda: str(g.device))


@program(*HETERO, "hetero_block")
def typed_counts(lib, g):
    yield Call("Graph.num_nodes", "of all types", lambda: g.num_nodes())
    yield Call("Graph.num_nodes", "of a type", lambda: g.num_nodes("item"))
    yield Call("Graph.num_edges", "of all types", lambda: g.num_edges())
    yield Call("Graph.num_edges", "of a type by name", lambda: g.num_edges("follows"))
    yield Call("Graph.num_edges", "of a type by triple", lambda: g.num_edges(("user", "follows", "user")))
    yield Call("Graph.num_src_nodes", "of a type", lambda: g.num_src_nodes("user"))
    yield Call("Graph.num_dst_nodes", "of a type", lambda: g.num_dst_nodes("user"))
    yield Call("Graph.num_src_nodes", "of all types", lambda: g.num_src_nodes())
    yield Call("Graph.num_dst_nodes", "of all types", lambda: g.num_dst_nodes())
    yield Call("Graph.num_nodes", "of an unknown type", lambda: g.num_nodes("film"))
    yield Call("Graph.num_edges", "of an unknown type", lambda: g.num_edges("sees"))
    yield Call("Graph.num_edges", "of an ambiguous name", lambda: g.num_edges("likes"))
    yield Call("Graph.is_multigraph", "read", lambda: g.is_multigraph)


@program(*EVERY)
def all_degrees(lib, g):
    yield Call("Graph.in_degrees", "of all nodes", lambda: g.in_degrees())
    yield Call("Graph.out_degrees", "of all nodes", lambda: g.out_degrees())


@program("multi", "multi32", "edgeless", "bipartite", "block")
def degrees(lib, g):
    yield Call("Graph.in_degrees", "of given nodes", lambda: g.in_degrees(ids(g, 2, 0, 2)))
    yield Call("Graph.out_degrees", "of given nodes", lambda: g.out_degrees(ids(g, 3, 1)))
    yield Call("Graph.in_degrees", "of a list", lambda: g.in_degrees([1, 2]))
    yield Call("Graph.in_degrees", "of one node", lambda: g.in_degrees(2))
    yield Call("Graph.out_degrees", "of one node", lambda: g.out_degrees(1))
    yield Call("Graph.in_degrees", "of no node", lambda: g.in_degrees(ids(g)))


@program(*HETERO)
def typed_degrees(lib, g):
    yield Call("Graph.in_degrees", "of a relation", lambda: g.in_degrees(etype="buys"))
    yield Call("Graph.out_degrees", "of a relation", lambda: g.out_degrees(etype=("user", "likes", "shop")))
    yield Call("Graph.in_degrees", "without the relation needed", lambda: g.in_degrees())
    yield Call("Graph.out_degrees", "of an ambiguous name", lambda: g.out_degrees(etype="likes"))


@program(*EVERY)
def membership(lib, g):
    yield Call("Graph.has_nodes", "tensor", lambda: g.has_nodes(ids(g, 0, 3, 100)))
    yield Call("Graph.has_nodes", "int", lambda: g.has_nodes(1))
    yield Call("Graph.has_nodes", "list", lambda: g.has_nodes([1, 50]))
    yield Call("Graph.has_edges_between", "tensors", lambda: g.has_edges_between(ids(g, 1, 3, 0), ids(g, 2, 3, 0)))
    yield Call("Graph.has_edges_between", "two ints", lambda: g.has_edges_between(1, 2))
    yield Call("Graph.has_edges_between", "lists", lambda: g.has_edges_between([1, 0], [2, 1]))
    yield Call("Graph.has_edges_between", "one source for several", lambda: g.has_edges_between(1, ids(g, 0, 1, 2)))
    yield Call("Graph.has_edges_between", "several for one", lambda: g.has_edges_between(ids(g, 0, 1, 3), 2))
    yield Call("Graph.has_edges_between", "no pair", lambda: g.has_edges_between(ids(g), ids(g)))
    yield Call("Graph.has_edges_between", "past the end", lambda: g.has_edges_between(1, 100))


@program("hetero", "hetero32")
def typed_membership(lib, g):
    yield Call("Graph.has_nodes", "of a type", lambda: g.has_nodes(ids(g, 0, 4, 5), "item"))
    yield Call("Graph.has_nodes", "without the type needed", lambda: g.has_nodes(ids(g, 0, 4)))
    ends = ids(g, 0, 1, 2, 3), ids(g, 1, 2, 2, 0)
    yield Call("Graph.has_edges_between", "of a relation", lambda: g.has_edges_between(*ends, etype="buys"))


@program(*EVERY)
def neighbours(lib, g):
    yield Call("Graph.predecessors", "of one node", lambda: g.predecessors(2))
    yield Call("Graph.successors", "of one node", lambda: g.successors(1))
    yield Call("Graph.predecessors", "past the end", lambda: g.predecessors(100))


@program("hetero")
def typed_neighbours(lib, g):
    yield Call("Graph.predecessors", "of a relation", lambda: g.predecessors(2, "buys"))
    yield Call("Graph.successors", "of a relation", lambda: g.successors(1, ("user", "likes", "item")))


@program("multi", "multi32", "bipartite", "block")
def edge_ids(lib, g):
    src, dst = g.edges()
    yield Call("Graph.edge_ids", "two ints", lambda: g.edge_ids(int(src[0]), int(dst[0])))
    yield Call("Graph.edge_ids", "tensors", lambda: g.edge_ids(src[:4], dst[:4]))
    yield Call("Graph.edge_ids", "lists", lambda: g.edge_ids(src[:2].tolist(), dst[:2].tolist()))
    yield Call("Graph.edge_ids", "return_uv", lambda: g.edge_ids(src[2:5], dst[2:5], return_uv=True))
    yield Call("Graph.edge_ids", "no pair", lambda: g.edge_ids(ids(g), ids(g)))
    yield Call("Graph.edge_ids", "no such edge", lambda: g.edge_ids(ids(g, 3), ids(g, 3)))
    yield Call("Graph.edge_ids", "past the end", lambda: g.edge_ids(ids(g, 100), ids(g, 0)))


@program("multi", "multi32")
def parallel_edge_ids(lib, g):
    yield Call("Graph.edge_ids", "return_uv of parallel edges", lambda: g.edge_ids([1, 3], [2, 3], return_uv=True))
    yield Call("Graph.edge_ids", "return_uv of two ints", lambda: g.edge_ids(3, 3, return_uv=True))
    yield Call("Graph.edge_ids", "return_uv and no edge", lambda: g.edge_ids([6, 1], [7, 2], return_uv=True))


@program("multi", "multi32", "bipartite", "block", "edgeless")
def find_edges(lib, g):
    yield Call("Graph.find_edges", "tensor", lambda: g.find_edges(ids(g, 3, 0, 3)))
    yield Call("Graph.find_edges", "list", lambda: g.find_edges([1, 2]))
    yield Call("Graph.find_edges", "int", lambda: g.find_edges(2))
    yield Call("Graph.find_edges", "no edge", lambda: g.find_edges(ids(g)))
    yield Call("Graph.find_edges", "past the end", lambda: g.find_edges(ids(g, 1000)))


@program(*EVERY)
def all_edges(lib, g):
    for form in ("uv", "eid", "all"):
        yield Call("Graph.all_edges", f"form={form}", lambda form=form: g.all_edges(form=form))
        yield Call("Graph.all_edges", f"form={form}, order=srcdst", lambda form=form: g.all_edges(form, "srcdst"))
        yield Call("Graph.edges", f"form={form}", lambda form=form: g.edges(form=form))
    yield Call("Graph.all_edges", "an unknown form", lambda: g.all_edges(form="triple"))
    yield Call("Graph.all_edges", "an unknown order", lambda: g.all_edges(order="dst"))


@program(*EVERY)
def incident_edges(lib, g):
    for form in ("uv", "eid", "all"):
        yield Call("Graph.in_edges", f"form={form}", lambda form=form: g.in_edges(ids(g, 2, 0, 2), form=form))
        yield Call("Graph.out_edges", f"form={form}", lambda form=form: g.out_edges(ids(g, 3, 1), form=form))
    yield Call("Graph.in_edges", "one node", lambda: g.in_edges(1))
    yield Call("Graph.out_edges", "one node", lambda: g.out_edges(1))
    yield Call("Graph.in_edges", "a list", lambda: g.in_edges([0, 1], form="all"))
    yield Call("Graph.in_edges", "no node", lambda: g.in_edges(ids(g), form="all"))
    yield Call("Graph.in_edges", "past the end", lambda: g.in_edges(ids(g, 500)))


@program("hetero", "hetero32", "hetero_block")
def typed_edges(lib, g):
    user = ids(g, 1, 2)
    yield Call("Graph.in_edges", "of a relation", lambda: g.in_edges(user, form="all", etype="follows"))
    yield Call("Graph.out_edges", "of a relation", lambda: g.out_edges(user, form="all", etype="follows"))
    yield Call("Graph.all_edges", "of a relation", lambda: g.all_edges("all", etype="follows"))
    yield Call("Graph.edges", "of a relation", lambda: g.edges(etype=("user", "follows", "user"), order="srcdst"))
    yield Call("Graph.find_edges", "of a relation", lambda: g.find_edges(ids(g, 2, 0), etype="follows"))
    yield Call("Graph.edges", "without the relation needed", lambda: g.edges())


@program("multi", "multi32", "bipartite")
def filters(lib, g):
    def positive(batch):
        return batch.data["h"].sum(1) > 0

    def heavier(batch):
        return batch.data["w"] > batch.src["h"][:, 0]

    node_type = g.ntypes[0]
    yield Call("Graph.filter_nodes", "all nodes", lambda: g.filter_nodes(positive, ntype=node_type))
    yield Call("Graph.filter_nodes", "given nodes", lambda: g.filter_nodes(positive, ids(g, 3, 1, 0), ntype=node_type))
    yield Call("Graph.filter_edges", "all edges", lambda: g.filter_edges(heavier))
    yield Call("Graph.filter_edges", "given edges", lambda: g.filter_edges(heavier, ids(g, 5, 2, 7, 0)))


@program("multi", "multi32", "bipartite", "edgeless", "block")
def adjacency(lib, g):
    for transpose in (False, True):
        kind = "transposed" if transpose else "as it is"

        def external(fmt=None, transpose=transpose):
            return g.adj_external(transpose=transpose, scipy_fmt=fmt)

        yield Call("Graph.adj_external", f"{kind}", external)
        yield Call("Graph.adj_external", f"{kind}, scipy coo", lambda external=external: external("coo"))
        yield Call("Graph.adj_external", f"{kind}, scipy csr", lambda external=external: external("csr"))
    for fmt in ("coo", "csr", "csc"):
        yield Call("Graph.adj_tensors", fmt, lambda fmt=fmt: list(g.adj_tensors(fmt)))
    yield Call("Graph.adj_tensors", "an unknown format", lambda: g.adj_tensors("dia"))
    yield Call("Graph.inc", "in", lambda: g.inc("in"))
    yield Call("Graph.inc", "out", lambda: g.inc("out"))


@program("multi", "simple", "simple32", "edgeless")
def incidence(lib, g):
    yield Call("Graph.inc", "both", lambda: g.inc("both"))
    yield Call("Graph.incidence_matrix", "in", lambda: g.incidence_matrix("in"))
    yield Call("Graph.inc", "an unknown kind", lambda: g.inc("all"))


@program("hetero")
def typed_adjacency(lib, g):
    yield Call("Graph.adj_external", "of a relation", lambda: g.adj_external(etype="buys"))
    yield Call("Graph.adj_tensors", "of a relation", lambda: list(g.adj_tensors("coo", etype="follows")))
    yield Call("Graph.inc", "of a relation", lambda: g.inc("in", etype="buys"))

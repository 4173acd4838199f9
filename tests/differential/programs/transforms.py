"""Functions that return another graph: nodes and edges added, removed, reversed, composed, ordered."""

from __future__ import annotations

import itertools

import torch

from tests.differential.graphs import make, numbers
from tests.differential.program import Call, program

ONE_TYPE = ("multi", "multi32", "large", "edgeless", "void")
SEVERAL = ("hetero", "hetero32", "hetero_edgeless")


def ids(g, *values):
    """Return node or edge IDs of the graph's own type."""
    return torch.tensor(values, dtype=g.idtype)


@program(*ONE_TYPE)
def added(lib, g):
    yield Call("add_nodes", "without data", lambda: lib.add_nodes(g, 3))
    yield Call("add_nodes", "with data", lambda: lib.add_nodes(g, 2, {"h": torch.ones(2, 2), "new": torch.ones(2)}))
    yield Call("add_nodes", "none", lambda: lib.add_nodes(g, 0))
    yield Call("add_nodes", "a negative number", lambda: lib.add_nodes(g, -1))
    pair = ids(g, 0, 3), ids(g, 2, 0)
    yield Call("add_edges", "tensors", lambda: lib.add_edges(g, *pair))
    yield Call("add_edges", "two ints", lambda: lib.add_edges(g, 0, 1))
    yield Call("add_edges", "one source for several", lambda: lib.add_edges(g, 0, [1, 2]))
    data = {"w": torch.ones(2), "new": numbers(1, 2, 2)}
    yield Call("add_edges", "with data", lambda: lib.add_edges(g, *pair, data))
    yield Call("add_edges", "with new nodes", lambda: lib.add_edges(g, [0, 11], [9, 10]))
    yield Call("add_edges", "a negative ID", lambda: lib.add_edges(g, [-1], [0]))
    yield Call("add_edges", "ends of unequal lengths", lambda: lib.add_edges(g, [0, 1, 2], [0, 1]))
    yield Call("add_nodes", "data with too many rows", lambda: lib.add_nodes(g, 2, {"h": torch.ones(3, 2)}))


@program("multi", "multi32")
def removed(lib, g):
    yield Call("remove_nodes", "tensor", lambda: lib.remove_nodes(g, ids(g, 1, 6)))
    yield Call("remove_nodes", "one", lambda: lib.remove_nodes(g, 2))
    yield Call("remove_nodes", "store_ids", lambda: lib.remove_nodes(g, [0, 3], store_ids=True))
    yield Call("remove_nodes", "none", lambda: lib.remove_nodes(g, ids(g)))
    yield Call("remove_nodes", "all", lambda: lib.remove_nodes(g, list(range(8))))
    yield Call("remove_edges", "tensor", lambda: lib.remove_edges(g, ids(g, 5, 0, 15)))
    yield Call("remove_edges", "one", lambda: lib.remove_edges(g, 3))
    yield Call("remove_edges", "store_ids", lambda: lib.remove_edges(g, [1, 2], store_ids=True))
    yield Call("remove_edges", "none", lambda: lib.remove_edges(g, ids(g)))
    yield Call("remove_edges", "repeated", lambda: lib.remove_edges(g, [1, 1]))
    yield Call("remove_nodes", "past the end", lambda: lib.remove_nodes(g, [100]))
    yield Call("remove_edges", "past the end", lambda: lib.remove_edges(g, [100]))


@program("hetero", "hetero32")
def changed_by_type(lib, g):
    yield Call("add_nodes", "of a type", lambda: lib.add_nodes(g, 2, {"h": torch.ones(2, 2)}, ntype="item"))
    yield Call("add_edges", "of a relation", lambda: lib.add_edges(g, [0, 1], [2, 2], etype="buys"))
    yield Call("remove_nodes", "of a type", lambda: lib.remove_nodes(g, [0, 2], ntype="user", store_ids=True))
    yield Call("remove_edges", "of a relation", lambda: lib.remove_edges(g, [0, 2], etype="follows"))
    yield Call("add_nodes", "type missing", lambda: lib.add_nodes(g, 1))
    yield Call("add_edges", "relation missing", lambda: lib.add_edges(g, [0], [0]))


@program(*ONE_TYPE)
def loops(lib, g):
    yield Call("add_self_loop", "plain", lambda: lib.add_self_loop(g))
    yield Call("add_self_loop", "a number", lambda: lib.add_self_loop(g, fill_data=0.5))
    for name in ("sum", "mean", "max", "min"):
        yield Call("add_self_loop", f"fill_data={name}", lambda name=name: lib.add_self_loop(g, fill_data=name))
    yield Call("add_self_loop", "some columns", lambda: lib.add_self_loop(g, edge_feat_names=["w"], fill_data="sum"))
    yield Call("remove_self_loop", "plain", lambda: lib.remove_self_loop(g))
    yield Call("add_self_loop", "an unknown fill", lambda: lib.add_self_loop(g, fill_data="median"))


@program(*SEVERAL)
def loops_of_a_relation(lib, g):
    yield Call("add_self_loop", "of a relation", lambda: lib.add_self_loop(g, etype="follows"))
    yield Call("remove_self_loop", "of a relation", lambda: lib.remove_self_loop(g, etype="follows"))
    yield Call("add_self_loop", "between two types", lambda: lib.add_self_loop(g, etype="buys"))


@program(*ONE_TYPE, "hetero", "hetero32", "bipartite")
def reversed_edges(lib, g):
    yield Call("reverse", "plain", lambda: lib.reverse(g))
    yield Call("reverse", "copy_edata", lambda: lib.reverse(g, copy_edata=True))
    yield Call("reverse", "no copy_ndata", lambda: lib.reverse(g, copy_ndata=False))


@program(*ONE_TYPE)
def both_ways(lib, g):
    yield Call("add_reverse_edges", "plain", lambda: lib.add_reverse_edges(g))
    yield Call("add_reverse_edges", "copy_edata", lambda: lib.add_reverse_edges(g, copy_edata=True))
    yield Call("add_reverse_edges", "loops too", lambda: lib.add_reverse_edges(g, exclude_self=False))
    yield Call("add_reverse_edges", "no copy_ndata", lambda: lib.add_reverse_edges(g, copy_ndata=False))
    yield Call("to_bidirected", "plain", lambda: lib.to_bidirected(g))
    yield Call("to_bidirected", "copy_ndata", lambda: lib.to_bidirected(g, copy_ndata=True))


@program(*SEVERAL, "bipartite")
def both_ways_of_types(lib, g):
    yield Call("add_reverse_edges", "ignore_bipartite", lambda: lib.add_reverse_edges(g, ignore_bipartite=True))
    everything = {"copy_edata": True, "ignore_bipartite": True}
    yield Call("add_reverse_edges", "ignore_bipartite, copy_edata", lambda: lib.add_reverse_edges(g, **everything))
    yield Call("add_reverse_edges", "between two types", lambda: lib.add_reverse_edges(g))
    yield Call("to_bidirected", "between two types", lambda: lib.to_bidirected(g))


@program(*ONE_TYPE, "hetero", "hetero32", "bipartite")
def simple(lib, g):
    yield Call("to_simple", "plain", lambda: lib.to_simple(g))
    yield Call("to_simple", "another column", lambda: lib.to_simple(g, return_counts="times"))
    yield Call("to_simple", "no counts", lambda: lib.to_simple(g, return_counts=None))
    yield Call("to_simple", "writeback_mapping", lambda: lib.to_simple(g, writeback_mapping=True))
    for name in ("sum", "mean", "arbitrary"):
        kind = {"copy_edata": True, "aggregator": name}
        yield Call("to_simple", f"aggregator={name}", lambda kind=kind: lib.to_simple(g, **kind))
    yield Call("to_simple", "no copy_ndata", lambda: lib.to_simple(g, copy_ndata=False))
    yield Call("to_simple", "an unknown aggregator", lambda: lib.to_simple(g, copy_edata=True, aggregator="median"))


@program(*ONE_TYPE, "simple", "simple32", "undirected")
def composed(lib, g):
    yield Call("line_graph", "plain", lambda: lib.line_graph(g))
    yield Call("line_graph", "no backtracking", lambda: lib.line_graph(g, backtracking=False))
    yield Call("line_graph", "shared", lambda: lib.line_graph(g, shared=True))


@program("multi", "multi32", "simple", "edgeless")
def hops(lib, g):
    for k in (1, 2, 3):
        yield Call("khop_graph", f"k={k}", lambda k=k: lib.khop_graph(g, k))
        yield Call("khop_adj", f"k={k}", lambda k=k: lib.khop_adj(g, k))
    yield Call("khop_graph", "no copy_ndata", lambda: lib.khop_graph(g, 2, copy_ndata=False))
    yield Call("khop_graph", "k=0", lambda: lib.khop_graph(g, 0))


@program(*SEVERAL)
def metapaths(lib, g):
    def path(*etypes):
        return lambda: lib.metapath_reachable_graph(g, list(etypes))

    yield Call("metapath_reachable_graph", "two relations", path("follows", "buys"))
    yield Call("metapath_reachable_graph", "back to the same type", path("follows", "follows"))
    yield Call("metapath_reachable_graph", "triples", path(("user", "likes", "item"), ("item", "sold_by", "shop")))
    yield Call("metapath_reachable_graph", "one relation", path("buys"))
    yield Call("metapath_reachable_graph", "relations that do not meet", path("buys", "follows"))


@program("none")
def products(lib, _):
    def weighted(src, dst, count, seed, etype=("A", "ab", "B")):
        g = lib.heterograph({etype: (src, dst)}, {etype[0]: count[0], etype[2]: count[1]})
        g.edata["w"] = numbers(seed, len(src)) + 2
        return g

    first = lambda: weighted([0, 1, 1, 2], [1, 0, 2, 2], (3, 3), 1)
    second = lambda: weighted([0, 1, 2, 2], [3, 1, 0, 3], (3, 4), 2, ("B", "bc", "C"))
    third = lambda: weighted([0, 1, 2], [1, 2, 2], (3, 3), 3)
    yield Call("adj_product_graph", "of two relations", lambda: lib.adj_product_graph(first(), second(), "w"))
    named = lambda: lib.adj_product_graph(first(), second(), "w", "reach")
    yield Call("adj_product_graph", "etype", named)
    yield Call("adj_sum_graph", "of two", lambda: lib.adj_sum_graph([first(), third()], "w"))
    yield Call("adj_sum_graph", "of one", lambda: lib.adj_sum_graph([first()], "w"))
    yield Call("adj_product_graph", "types that do not meet", lambda: lib.adj_product_graph(second(), first(), "w"))

    def gradients():
        one, two = first(), second()
        one.edata["w"].requires_grad_()
        two.edata["w"].requires_grad_()
        lib.adj_product_graph(one, two, "w").edata["w"].square().sum().backward()
        return one.edata["w"].grad, two.edata["w"].grad

    yield Call("adj_product_graph", "gradients", gradients)

    def gradients_of_sum():
        one, two = first(), third()
        one.edata["w"].requires_grad_()
        two.edata["w"].requires_grad_()
        lib.adj_sum_graph([one, two], "w").edata["w"].square().sum().backward()
        return one.edata["w"].grad, two.edata["w"].grad

    yield Call("adj_sum_graph", "gradients", gradients_of_sum)


@program("multi", "multi32", "simple", "edgeless")
def reordered(lib, g):
    yield Call("reorder_graph", "edges by source", lambda: lib.reorder_graph(g))
    yield Call("reorder_graph", "edges by destination", lambda: lib.reorder_graph(g, edge_permute_algo="dst"))
    nodes = lambda: {"nodes_perm": torch.arange(g.num_nodes(), dtype=g.idtype).flip(0)}
    custom = lambda **more: lib.reorder_graph(g, node_permute_algo="custom", permute_config={**nodes(), **more})
    yield Call("reorder_graph", "own order of nodes", custom)
    edges = lambda: {"edges_perm": torch.arange(g.num_edges(), dtype=g.idtype).flip(0)}
    yield Call("reorder_graph", "own order of edges",
               lambda: lib.reorder_graph(g, edge_permute_algo="custom", permute_config=edges()))  # fmt: skip
    yield Call("reorder_graph", "no IDs", lambda: lib.reorder_graph(g, store_ids=False))
    yield Call("reorder_graph", "own order missing", lambda: lib.reorder_graph(g, node_permute_algo="custom"))
    yield Call("reorder_graph", "an unknown order", lambda: lib.reorder_graph(g, node_permute_algo="size"))
    yield Call("Graph.reorder_graph", "method", lambda: g.reorder_graph(edge_permute_algo="dst"))


@program("simple", "undirected")
def reordered_by_bandwidth(lib, g):
    def permutation():
        out = lib.reorder_graph(g, node_permute_algo="rcmk")
        return [sorted(ids.tolist()) for ids in (out.ndata[lib.NID], out.edata[lib.EID])]

    yield Call("reorder_graph", "rcmk", permutation)


@program("multi", "multi32")
def sorted_by_tag(lib, g):
    tags, kinds = torch.tensor([2, 0, 1, 0, 2, 1, 0, 1]), torch.arange(16) % 3

    def tags_in_order(out, fmt):
        indptr, indices, _ = out.adj_tensors(fmt)
        return [tags[indices[start:end].long()] for start, end in itertools.pairwise(indptr.tolist())]

    def csr(name="_TAG_OFFSET", **more):
        out = lib.sort_csr_by_tag(g, tags, **more)
        return out.ndata[name], tags_in_order(out, "csr")

    def csc():
        out = lib.sort_csc_by_tag(g, tags)
        return out.ndata["_TAG_OFFSET"], tags_in_order(out, "csc")

    yield Call("sort_csr_by_tag", "of nodes", csr)
    yield Call("sort_csr_by_tag", "another column", lambda: csr("offsets", tag_offset_name="offsets"))
    yield Call("sort_csc_by_tag", "of nodes", csc)
    offsets = lambda sort: sort(g, kinds, tag_type="edge").ndata["_TAG_OFFSET"]
    yield Call("sort_csr_by_tag", "of edges", lambda: offsets(lib.sort_csr_by_tag))
    yield Call("sort_csc_by_tag", "of edges", lambda: offsets(lib.sort_csc_by_tag))


@program("multi", "multi32", "edgeless", "bipartite")
def normalised(lib, g):
    yield Call("norm_by_dst", "plain", lambda: lib.norm_by_dst(g))


@program("hetero")
def normalised_by_relation(lib, g):
    yield Call("norm_by_dst", "of a relation", lambda: lib.norm_by_dst(g, etype="buys"))


@program("undirected", "undirected32")
def eigenvalues(lib, g):
    pair = lambda: lib.batch([g, make(lib, "undirected32" if g.idtype == torch.int32 else "undirected")])
    yield Call("laplacian_lambda_max", "of a graph", lambda: lib.laplacian_lambda_max(g))
    yield Call("laplacian_lambda_max", "of a batch", lambda: lib.laplacian_lambda_max(pair()))


@program("multi", "multi32", "undirected")
def parts(lib, g):
    halves = torch.arange(g.num_nodes()) % 2
    for hops in (1, 2):
        cut = lambda hops=hops, **more: lib.partition_graph_with_halo(g, halves, hops, **more)
        yield Call("partition_graph_with_halo", f"{hops} hops", cut)
        yield Call("partition_graph_with_halo", f"{hops} hops, reshuffle", lambda cut=cut: cut(reshuffle=True))
    yield Call("partition_graph_with_halo", "no halo", lambda: lib.partition_graph_with_halo(g, halves, 0))


@program("undirected", "undirected32")
def metis(lib, g):
    """Only what does not depend on the random numbers of METIS."""

    def assigned(k, **more):
        parts = lib.metis_partition_assignment(g, k, **more)
        return [parts.dtype, len(parts), int(parts.min()) >= 0, int(parts.max()) < k]

    yield Call("metis_partition_assignment", "two parts", lambda: assigned(2))
    yield Call("metis_partition_assignment", "recursive", lambda: assigned(3, mode="recursive"))
    yield Call("metis_partition", "nodes of the parts", lambda: inner(lib.metis_partition(g, 2), "inner_node"))


def inner(parts, column):
    """Return how many nodes or edges the parts own together, and the names of their columns."""
    owned = sum(int(part.ndata[column].sum()) for part in parts.values())
    return [sorted(parts), owned, sorted(parts[0].ndata.keys()), sorted(parts[0].edata.keys())]

"""Subgraphs induced by nodes, edges, types and hops; compaction."""

from __future__ import annotations

import torch

from tests.differential.graphs import make
from tests.differential.program import Call, program

ONE_TYPE = ("multi", "multi32", "large", "edgeless")


def ids(g, *values):
    """Return node or edge IDs of the graph's own type."""
    return torch.tensor(values, dtype=g.idtype)


@program(*ONE_TYPE)
def by_nodes(lib, g):
    nodes = ids(g, 3, 1, 2)
    yield Call("node_subgraph", "tensor", lambda: lib.node_subgraph(g, nodes))
    yield Call("node_subgraph", "list", lambda: lib.node_subgraph(g, [2, 0]))
    mask = torch.arange(g.num_nodes()) % 3 > 0
    yield Call("node_subgraph", "mask", lambda: lib.node_subgraph(g, mask))
    yield Call("node_subgraph", "one node", lambda: lib.node_subgraph(g, 3))
    yield Call("node_subgraph", "keep the node space", lambda: lib.node_subgraph(g, nodes, relabel_nodes=False))
    yield Call("node_subgraph", "no IDs", lambda: lib.node_subgraph(g, nodes, store_ids=False))
    yield Call("node_subgraph", "no node", lambda: lib.node_subgraph(g, ids(g)))
    yield Call("node_subgraph", "past the end", lambda: lib.node_subgraph(g, ids(g, 99)))
    yield Call("Graph.subgraph", "tensor", lambda: g.subgraph(nodes))
    yield Call("node_subgraph", "of a subgraph", lambda: lib.node_subgraph(lib.node_subgraph(g, nodes), [0, 2]))


@program("multi", "multi32", "large", "bipartite")
def by_edges(lib, g):
    edges = ids(g, 5, 2, 7)
    yield Call("edge_subgraph", "tensor", lambda: lib.edge_subgraph(g, edges))
    yield Call("edge_subgraph", "list", lambda: lib.edge_subgraph(g, [0, 3]))
    mask = torch.arange(g.num_edges()) % 4 == 1
    yield Call("edge_subgraph", "mask", lambda: lib.edge_subgraph(g, mask))
    yield Call("edge_subgraph", "keep the node space", lambda: lib.edge_subgraph(g, edges, relabel_nodes=False))
    yield Call("edge_subgraph", "no IDs", lambda: lib.edge_subgraph(g, edges, store_ids=False))
    yield Call("edge_subgraph", "no edge", lambda: lib.edge_subgraph(g, ids(g)))
    yield Call("edge_subgraph", "past the end", lambda: lib.edge_subgraph(g, ids(g, 999)))
    yield Call("Graph.edge_subgraph", "tensor", lambda: g.edge_subgraph(edges))


@program("hetero", "hetero32", "hetero_edgeless")
def of_types(lib, g):
    nodes = {"user": ids(g, 3, 0, 1, 2), "item": ids(g, 1, 2)}
    yield Call("node_subgraph", "dict", lambda: lib.node_subgraph(g, nodes))
    yield Call("node_subgraph", "dict of masks", lambda: lib.node_subgraph(g, {"user": torch.arange(6) < 4}))
    yield Call("node_subgraph", "dict, keep the node space", lambda: lib.node_subgraph(g, nodes, relabel_nodes=False))
    yield Call("node_subgraph", "types missing", lambda: lib.node_subgraph(g, ids(g, 1)))
    yield Call("node_subgraph", "an unknown type", lambda: lib.node_subgraph(g, {"film": ids(g, 1)}))
    yield Call("node_type_subgraph", "two types", lambda: lib.node_type_subgraph(g, ["user", "item"]))
    yield Call("node_type_subgraph", "one type", lambda: lib.node_type_subgraph(g, ["user"]))
    yield Call("edge_type_subgraph", "by name", lambda: lib.edge_type_subgraph(g, ["follows", "buys"]))
    yield Call("edge_type_subgraph", "by triple", lambda: lib.edge_type_subgraph(g, [("user", "likes", "shop")]))
    yield Call("Graph.node_type_subgraph", "two types", lambda: g.node_type_subgraph(["user", "shop"]))
    yield Call("Graph.edge_type_subgraph", "by name", lambda: g.edge_type_subgraph(["sold_by"]))
    yield Call("node_type_subgraph", "an unknown type", lambda: lib.node_type_subgraph(g, ["film"]))
    yield Call("edge_type_subgraph", "an ambiguous name", lambda: lib.edge_type_subgraph(g, ["likes"]))


@program("hetero", "hetero32")
def by_edges_of_types(lib, g):
    edges = {"buys": ids(g, 3, 0), ("user", "likes", "shop"): ids(g, 1)}
    yield Call("edge_subgraph", "dict", lambda: lib.edge_subgraph(g, edges))
    yield Call("edge_subgraph", "dict, keep the node space", lambda: lib.edge_subgraph(g, edges, relabel_nodes=False))


@program(*ONE_TYPE)
def by_direction(lib, g):
    nodes = ids(g, 2, 3)
    for name in ("in_subgraph", "out_subgraph"):
        function = getattr(lib, name, None)
        yield Call(name, "tensor", lambda function=function: function(g, nodes))
        yield Call(name, "relabel_nodes", lambda function=function: function(g, nodes, relabel_nodes=True))
        yield Call(name, "no IDs", lambda function=function: function(g, nodes, store_ids=False))
        yield Call(name, "no node", lambda function=function: function(g, ids(g)))
        yield Call(name, "repeated node", lambda function=function: function(g, ids(g, 2, 2)))
        yield Call(f"Graph.{name}", "tensor", lambda name=name: getattr(g, name)(nodes))
    for name in ("khop_in_subgraph", "khop_out_subgraph"):
        function = getattr(lib, name, None)
        for k in (0, 1, 2):
            yield Call(name, f"k={k}", lambda function=function, k=k: function(g, ids(g, 1), k))
        yield Call(name, "one node", lambda function=function: function(g, 2, 2))
        yield Call(name, "several nodes", lambda function=function: function(g, ids(g, 3, 0), 1))
        yield Call(
            name, "keep the node space", lambda function=function: function(g, ids(g, 1), 1, relabel_nodes=False)
        )
        yield Call(name, "no IDs", lambda function=function: function(g, ids(g, 1), 1, store_ids=False))
        yield Call(f"Graph.{name}", "k=2", lambda name=name: getattr(g, name)(ids(g, 1), 2))


@program("hetero", "hetero32", "hetero_edgeless")
def by_direction_of_types(lib, g):
    nodes = {"user": ids(g, 1, 0), "item": ids(g, 2)}
    for name in ("in_subgraph", "out_subgraph"):
        function = getattr(lib, name, None)
        yield Call(name, "dict", lambda function=function: function(g, nodes))
        yield Call(name, "dict, relabel_nodes", lambda function=function: function(g, nodes, relabel_nodes=True))
    for name in ("khop_in_subgraph", "khop_out_subgraph"):
        function = getattr(lib, name, None)
        yield Call(name, "dict, k=1", lambda function=function: function(g, nodes, 1))
        yield Call(name, "dict, k=2", lambda function=function: function(g, {"user": 2}, 2))


@program("multi", "multi32", "large", "hetero", "hetero32", "bipartite")
def compaction(lib, g):
    yield Call("compact_graphs", "one graph", lambda: lib.compact_graphs(g))
    keep = {g.ntypes[0]: ids(g, g.num_nodes(g.ntypes[0]) - 1)}
    yield Call("compact_graphs", "always_preserve", lambda: lib.compact_graphs(g, always_preserve=keep))
    yield Call("compact_graphs", "no columns", lambda: lib.compact_graphs(g, copy_ndata=False, copy_edata=False))
    narrow = "32" if g.idtype == torch.int32 else ""
    if len(g.ntypes) == 1:
        other = lambda: lib.remove_edges(make(lib, f"multi{narrow}"), list(range(8)))
        yield Call("compact_graphs", "two graphs", lambda: lib.compact_graphs([g, other()]))
        alone = ids(g, 7)
        yield Call("compact_graphs", "always_preserve a tensor", lambda: lib.compact_graphs(g, always_preserve=alone))

"""Walks through a graph, and messages along them."""

from __future__ import annotations

import torch

from tests.differential.program import Call, program


@program("multi", "multi32", "large", "undirected", "dag", "dag32", "edgeless")
def breadth_first(lib, g):
    source = torch.tensor([0], dtype=g.idtype)
    for name in ("bfs_nodes_generator", "bfs_edges_generator"):
        walk = lambda *args, name=name: list(getattr(lib, name)(g, *args))
        yield Call(name, "tensor", lambda walk=walk: walk(source))
        yield Call(name, "int", lambda walk=walk: walk(1))
        yield Call(name, "list of sources", lambda walk=walk: walk([0, 3]))
        yield Call(name, "reverse", lambda walk=walk: walk([2], True))


@program("multi", "multi32", "large", "undirected", "dag", "dag32", "edgeless")
def depth_first(lib, g):
    yield Call("dfs_edges_generator", "list", lambda: list(lib.dfs_edges_generator(g, [0])))
    yield Call("dfs_edges_generator", "two sources", lambda: list(lib.dfs_edges_generator(g, [0, 1])))
    yield Call("dfs_edges_generator", "reverse", lambda: list(lib.dfs_edges_generator(g, [2], True)))

    def labeled(sources, **more):
        return lambda: list(map(list, lib.dfs_labeled_edges_generator(g, sources, **more)))

    yield Call("dfs_labeled_edges_generator", "plain", labeled([0]))
    yield Call("dfs_labeled_edges_generator", "reverse edges", labeled([0], has_reverse_edge=True))
    yield Call("dfs_labeled_edges_generator", "nontree edges", labeled([0], has_nontree_edge=True))
    every = {"has_reverse_edge": True, "has_nontree_edge": True}
    yield Call("dfs_labeled_edges_generator", "all edges", labeled([0], **every))
    yield Call("dfs_labeled_edges_generator", "all edges, two sources", labeled([0, 1], **every))
    yield Call("dfs_labeled_edges_generator", "all edges, no labels", labeled([0], return_labels=False, **every))
    yield Call("dfs_labeled_edges_generator", "reverse", labeled([2], reverse=True, **every))


@program("dag", "dag32", "edgeless")
def topological(lib, g):
    yield Call("topological_nodes_generator", "plain", lambda: list(lib.topological_nodes_generator(g)))
    yield Call("topological_nodes_generator", "reverse", lambda: list(lib.topological_nodes_generator(g, True)))


@program("multi")
def topological_with_cycle(lib, g):
    yield Call("topological_nodes_generator", "a graph with a cycle", lambda: list(lib.topological_nodes_generator(g)))


@program("dag", "dag32")
def propagation(lib, g):
    functions = lib.function.copy_u("p", "m"), lib.function.sum("m", "p")
    after = lambda nodes: {"p": nodes.data["p"] + 100}

    def reset(run):
        g.ndata["p"] = torch.arange(1.0, g.num_nodes() + 1)[:, None]
        run()
        return g.ndata["p"]

    yield Call("prop_nodes_topo", "plain", lambda: reset(lambda: lib.prop_nodes_topo(g, *functions)))
    yield Call("prop_nodes_topo", "reverse", lambda: reset(lambda: lib.prop_nodes_topo(g, *functions, reverse=True)))
    applied = {"apply_node_func": after}
    yield Call("prop_nodes_topo", "apply", lambda: reset(lambda: lib.prop_nodes_topo(g, *functions, **applied)))
    yield Call("prop_nodes_bfs", "plain", lambda: reset(lambda: lib.prop_nodes_bfs(g, [0], *functions)))
    yield Call("prop_nodes_bfs", "apply", lambda: reset(lambda: lib.prop_nodes_bfs(g, [1], *functions, **applied)))
    yield Call("prop_edges_dfs", "plain", lambda: reset(lambda: lib.prop_edges_dfs(g, [0], *functions)))
    nodes = lambda: [torch.tensor([2], dtype=g.idtype), torch.tensor([3, 4], dtype=g.idtype)]
    yield Call("prop_nodes", "plain", lambda: reset(lambda: lib.prop_nodes(g, nodes(), *functions, None)))
    yield Call("prop_edges", "plain", lambda: reset(lambda: lib.prop_edges(g, nodes(), *functions, None)))

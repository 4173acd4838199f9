"""Frontiers of nodes and edges: breadth first, topological, depth first."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft import kernels
from weft.errors import GraphError
from weft.graph.homogeneous import homogeneous_relation
from weft.graph.parts import GraphParts
from weft.graph.structure import node_rows
from weft.kernels import Compressed


def bfs_nodes_generator(graph: GraphParts, source: Any, reverse: bool = False) -> tuple[Tensor, ...]:
    """Return the nodes that can be reached from some sources, frontier by frontier.

    Args:
        graph: with one node type and one edge type.
        source: node IDs: the first frontier, as it is given.
        reverse: follow edges against their direction.

    Returns:
        IDs of the graph's ID type, each node once, in the order in which a breadth-first search comes to it that takes
        edges by their IDs. Nothing when there are no sources.

    Raises:
        GraphError: several types.
        IdError: no such node.

    Source: DGL's ``dgl.bfs_nodes_generator``.

    >>> import weft
    >>> g = weft.graph(([0, 1, 1, 2, 2, 3], [1, 2, 3, 3, 4, 5]))
    >>> bfs_nodes_generator(g, 0)
    (tensor([0]), tensor([1]), tensor([2, 3]), tensor([4, 5]))
    """
    rows, sources = _walked("bfs_nodes_generator", graph, reverse, source)
    nodes, _, sizes = kernels.breadth_first(rows, sources)
    return _frontiers(graph, nodes, sizes)


def bfs_edges_generator(graph: GraphParts, source: Any, reverse: bool = False) -> tuple[Tensor, ...]:
    """Return the edges by which a breadth-first search reaches nodes, frontier by frontier.

    Args:
        graph: with one node type and one edge type.
        source: node IDs, where it starts.
        reverse: follow edges against their direction.

    Returns:
        Edge IDs of the graph's ID type; the edges of ``i`` steps lead to frontier ``i + 1`` of
        ``bfs_nodes_generator``.

    Raises:
        GraphError: several types.
        IdError: no such node.

    Source: DGL's ``dgl.bfs_edges_generator``.

    >>> import weft
    >>> g = weft.graph(([0, 1, 1, 2, 2, 3], [1, 2, 3, 3, 4, 5]))
    >>> bfs_edges_generator(g, 0)
    (tensor([0]), tensor([1, 2]), tensor([4, 5]))
    """
    rows, sources = _walked("bfs_edges_generator", graph, reverse, source)
    _, edges, sizes = kernels.breadth_first(rows, sources)
    return _frontiers(graph, edges, sizes[1:])


def topological_nodes_generator(graph: GraphParts, reverse: bool = False) -> tuple[Tensor, ...]:
    """Return all nodes of a graph without cycles, level by level, each after all nodes that point to it.

    Args:
        graph: with one node type and one edge type.
        reverse: each after all nodes that it points to.

    Returns:
        IDs of the graph's ID type: the first level ascending, then each node in the order in which the last edge to it
        is followed.

    Raises:
        GraphError: several types, or a cycle, of which the message names a node.

    Source: DGL's ``dgl.topological_nodes_generator``; Kahn 1962, "Topological sorting of large networks".

    >>> import weft
    >>> g = weft.graph(([0, 1, 1, 2, 2, 3], [1, 2, 3, 3, 4, 5]))
    >>> topological_nodes_generator(g)
    (tensor([0]), tensor([1]), tensor([2]), tensor([3, 4]), tensor([5]))
    """
    where = "topological_nodes_generator"
    rows, _ = _walked(where, graph, reverse)
    nodes, sizes = kernels.topological_levels(rows)
    if len(nodes) < graph.num_nodes():
        turned, _ = _walked(where, graph, not reverse)
        left = torch.ones(graph.num_nodes(), dtype=torch.bool, device=graph.device)
        left[nodes] = False
        raise GraphError(
            f"{where}: the graph has a cycle, through node {_on_cycle(turned, left)}, so that its nodes have no "
            "topological order; remove an edge of each cycle, self-loops included, or use bfs_nodes_generator."
        )
    return _frontiers(graph, nodes, sizes)


def dfs_edges_generator(graph: GraphParts, source: Any, reverse: bool = False) -> tuple[Tensor, ...]:
    """Return the edges by which a depth-first search reaches nodes, one after the other.

    Args:
        graph: with one node type and one edge type.
        source: node IDs; there is a search from each, as if it were alone.
        reverse: follow edges against their direction.

    Returns:
        Edge IDs of the graph's ID type; frontier ``i`` holds edge ``i`` of each search that has as many.

    Raises:
        GraphError: several types.
        IdError: no such node.

    Source: DGL's ``dgl.dfs_edges_generator``.

    >>> import weft
    >>> g = weft.graph(([0, 1, 1, 2, 2, 3], [1, 2, 3, 3, 4, 5]))
    >>> dfs_edges_generator(g, 0)
    (tensor([0]), tensor([1]), tensor([3]), tensor([5]), tensor([4]))
    """
    return _depth_first("dfs_edges_generator", graph, source, reverse, False, False)[0]


def dfs_labeled_edges_generator(
    graph: GraphParts,
    source: Any,
    reverse: bool = False,
    has_reverse_edge: bool = False,
    has_nontree_edge: bool = False,
    return_labels: bool = True,
) -> Any:
    """Return the edges that a depth-first search walks, one after the other, with what they are to it.

    Args:
        graph: with one node type and one edge type.
        source: node IDs; there is a search from each, as if it were alone.
        reverse: follow edges against their direction.
        has_reverse_edge: also give an edge when the search returns by it.
        has_nontree_edge: also give edges to nodes that were reached before.
        return_labels: also return labels.

    Returns:
        ``(edges, labels)``, two tuples of one length, or the edges alone. Frontier ``i`` holds edge ``i`` of each
        search that has as many: edge IDs of the graph's ID type, and int64 labels: 0 for an edge by which a node is
        reached, 1 for the return by it, 2 for an edge to a node that was reached before.

    Raises:
        GraphError: several types.
        IdError: no such node.

    Source: DGL's ``dgl.dfs_labeled_edges_generator``.

    >>> import weft
    >>> g = weft.graph(([0, 0, 1], [1, 2, 2]))
    >>> edges, labels = dfs_labeled_edges_generator(g, 0, has_reverse_edge=True, has_nontree_edge=True)
    >>> torch.cat(edges).tolist(), torch.cat(labels).tolist()
    ([0, 2, 2, 0, 1], [0, 0, 1, 1, 2])
    """
    where = "dfs_labeled_edges_generator"
    edges, labels = _depth_first(where, graph, source, reverse, has_reverse_edge, has_nontree_edge)
    return (edges, labels) if return_labels else edges


def _depth_first(
    where: str, graph: GraphParts, source: Any, reverse: bool, with_reverse: bool, with_nontree: bool
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    rows, sources = _walked(where, graph, reverse, source)
    edges, labels, counts = kernels.depth_first(rows, sources, with_reverse, with_nontree)
    # Edge i of each search, side by side: a stable sort by the place in the search.
    first = torch.repeat_interleave(counts.cumsum(0) - counts, counts)
    place = torch.arange(len(edges), device=edges.device) - first
    order = torch.argsort(place, stable=True)
    sizes = torch.bincount(place)
    return _frontiers(graph, edges[order], sizes), _cut(labels[order], sizes)


def _walked(where: str, graph: GraphParts, reverse: bool, source: Any = ()) -> tuple[Compressed, Tensor]:
    """Return the rows whose edges a walk follows, and its sources."""
    relation = homogeneous_relation(where, graph)
    return relation.csc() if reverse else relation.csr(), node_rows(where, graph, source, 0).long()


def _frontiers(graph: GraphParts, items: Tensor, sizes: Tensor) -> tuple[Tensor, ...]:
    return _cut(items.to(graph.idtype), sizes)


def _cut(items: Tensor, sizes: Tensor) -> tuple[Tensor, ...]:
    # PyTorch splits nothing into one part.
    return items.split(sizes.tolist()) if len(sizes) > 0 else ()


def _on_cycle(turned: Compressed, left: Tensor) -> int:
    """Return a node on a cycle, by walking against the edges among the nodes that no topological order reached."""
    node = int(left.nonzero()[0])
    seen: set[int] = set()
    while node not in seen:
        seen.add(node)
        ends = turned.indices[int(turned.indptr[node]) : int(turned.indptr[node + 1])].long()
        node = int(ends[left[ends]][0])
    return node

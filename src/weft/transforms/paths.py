"""Shortest paths, and the node labels that are made of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.errors import InputError, ShapeError
from weft.graph.homogeneous import homogeneous_relation
from weft.graph.parts import GraphParts
from weft.relation import Relation
from weft.transforms.laplacian import adjacency


def shortest_dist(
    g: GraphParts, root: int | Tensor | None = None, return_paths: bool = False
) -> Tensor | tuple[Tensor, Tensor]:
    """Return how many edges the shortest path from one node, or from each, takes to every node.

    Paths follow the direction of edges.

    Args:
        g: graph with one node type and one edge type.
        root: node that paths start from; all nodes by default, whose result has ``N * N`` numbers.
        return_paths: return the paths too.

    Returns:
        ``(N,)`` int64 for one root, ``(N, N)`` with a row for each root otherwise: 0 for the root itself, -1 where no
        path leads. With ``return_paths`` also the edge IDs along one of the shortest paths, ``(N, L)`` or
        ``(N, N, L)`` int64, -1 past the path's end, where ``L`` is the longest distance. Among several, the path that
        comes to its end from the node of lowest ID, and to that one likewise; of parallel edges, that of lowest ID.

    Raises:
        GraphError: several types.
        IdError: the root is negative or past the last node.

    Source: DGL's ``dgl.shortest_dist``.

    >>> import weft
    >>> shortest_dist(weft.graph(([0, 1, 1], [1, 2, 2]), num_nodes=4), root=0, return_paths=True)
    (tensor([ 0,  1,  2, -1]), tensor([[-1, -1],
            [ 0, -1],
            [ 0,  1],
            [-1, -1]]))
    """
    relation = homogeneous_relation("shortest_dist", g)
    num_nodes = relation.num_src
    roots = np.arange(num_nodes) if root is None else np.array([_node("shortest_dist", "root", g, root)])
    distances = _distances(adjacency(relation), roots)
    results = [torch.from_numpy(distances)]
    if return_paths:
        results.append(torch.from_numpy(_paths(relation, distances)))
    if root is not None:
        results = [result[0] for result in results]
    results = [result.to(g.device) for result in results]
    return (results[0], results[1]) if return_paths else results[0]


def double_radius_node_labeling(g: GraphParts, src: int | Tensor, dst: int | Tensor) -> Tensor:
    """Return a label for each node by its distances to the two ends of a link.

    ``1 + min(a, b) + (d // 2) * (d // 2 + d % 2 - 1)`` with ``d = a + b``, where ``a`` is the distance to ``src`` when
    ``dst`` is taken out of the graph and ``b`` the other way round. Direction of edges does not count.

    Args:
        g: graph with one node type and one edge type, such as the surroundings of a link; the link itself may be in.
        src: one end.
        dst: the other end, another node.

    Returns:
        ``(N,)`` int64: 1 for both ends, 0 for a node that cannot reach both.

    Raises:
        GraphError: several types.
        IdError: an end is negative or past the last node.
        InputError: both ends are the same node.

    Source: Zhang and Chen 2018 (arXiv:1802.09691), DGL's ``dgl.double_radius_node_labeling``.

    >>> import weft
    >>> path = weft.graph(([0, 1, 2, 0], [1, 2, 3, 3]))
    >>> double_radius_node_labeling(path, 0, 1)
    tensor([1, 1, 3, 3])
    """
    where = "double_radius_node_labeling"
    relation = homogeneous_relation(where, g)
    ends = (_node(where, "src", g, src), _node(where, "dst", g, dst))
    if ends[0] == ends[1]:
        raise InputError(f"{where}: src and dst are both node {ends[0]}; expected the two ends of a link.")
    matrix = adjacency(relation)
    matrix = (matrix + matrix.T).tocsr()
    near, far = (_without(matrix, end, taken) for end, taken in (ends, ends[::-1]))
    total = near + far
    half, odd = total // 2, total % 2
    labels = 1 + np.minimum(near, far) + half * (half + odd - 1)
    labels[(near < 0) | (far < 0)] = 0
    labels[list(ends)] = 1
    return torch.from_numpy(labels).to(g.device)


def _without(matrix: Any, root: int, taken: int) -> np.ndarray:
    """Return the distance of each node to a root when another node is taken out; -1 where no path leads."""
    kept = np.delete(np.arange(matrix.shape[0]), taken)
    distances = np.full(matrix.shape[0], -1, dtype=np.int64)
    distances[kept] = _distances(matrix[kept][:, kept], np.searchsorted(kept, [root]))[0]
    return distances


def _distances(matrix: Any, roots: np.ndarray) -> np.ndarray:
    """Return distances ``(roots, N)`` int64, -1 where no path leads."""
    from scipy.sparse import csgraph

    if matrix.shape[0] == 0:
        return np.zeros((0, 0), dtype=np.int64)
    found = csgraph.dijkstra(matrix, indices=roots, unweighted=True)
    return np.where(np.isinf(found), -1, found).astype(np.int64)


def _paths(relation: Relation, distances: np.ndarray) -> np.ndarray:
    """Return edge IDs ``(roots, N, L)`` along the paths, filled from their ends."""
    src, dst = (ids.cpu().numpy() for ids in relation.coo())
    last_edges = _last_edges(src, dst, distances)
    paths = np.full((*distances.shape, int(distances.max(initial=0))), -1, dtype=np.int64)
    which, ends = np.nonzero(distances > 0)
    left, at = distances[which, ends], ends
    while len(which):
        edges = last_edges[which, at]
        paths[which, ends, left - 1] = edges
        at, left = src[edges], left - 1
        going = left > 0
        which, ends, at, left = which[going], ends[going], at[going], left[going]
    return paths


def _last_edges(src: np.ndarray, dst: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Return ``(roots, N)``: the edge by which a path comes to a node, from the lowest node that is one step nearer."""
    eids = np.lexsort((src, dst))[
        ::-1
    ]  # stable: reversed, the lowest source and then the lowest ID comes last and stays
    last_edges = np.full(distances.shape, -1, dtype=np.int64)
    for row, edges in zip(distances, last_edges, strict=True):
        nearer = row[src[eids]]
        leads = eids[(nearer >= 0) & (nearer + 1 == row[dst[eids]])]
        edges[dst[leads]] = leads
    return last_edges


def _node(where: str, name: str, graph: GraphParts, value: Any) -> int:
    """Return a node ID that was given as an int or a tensor of one."""
    ids = checks.ids(where, name, value)
    if len(ids) != 1:
        raise ShapeError(f"{where}: {name} holds {len(ids)} IDs; expected one node.")
    checks.id_range(where, name, ids, graph.num_nodes(), f"the {graph.num_nodes()} nodes of the graph")
    return int(ids)

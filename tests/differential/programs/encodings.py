"""Positional encodings, labels of pairs, distances, neighbours in space."""

from __future__ import annotations

import numpy as np
import torch

from tests.differential.graphs import numbers
from tests.differential.program import Call, program


def points(seed, *shape):
    """Return points whose distances are all distinct."""
    return torch.from_numpy(np.random.RandomState(seed).rand(*shape).astype(np.float32))


@program("multi", "undirected", "undirected32", "edgeless", "simple")
def walks(lib, g):
    yield Call("random_walk_pe", "k=1", lambda: lib.random_walk_pe(g, 1))
    yield Call("random_walk_pe", "k=4", lambda: lib.random_walk_pe(g, 4))

    def weighted():
        g.edata["w"] = g.edata["w"].abs() + 1
        return lib.random_walk_pe(g, 3, eweight_name="w")

    yield Call("random_walk_pe", "weights", weighted)


@program("undirected", "undirected32")
def spectra(lib, g):
    absolute = lambda out: [part.abs() for part in out] if isinstance(out, tuple) else out.abs()
    yield Call("lap_pe", "k=3", lambda: absolute(lib.lap_pe(g, 3)))
    yield Call("lap_pe", "return_eigval", lambda: absolute(lib.lap_pe(g, 3, return_eigval=True)))
    yield Call("lap_pe", "padding", lambda: absolute(lib.lap_pe(g, 9, padding=True)))
    more = {"padding": True, "return_eigval": True}
    yield Call("lap_pe", "padding, return_eigval", lambda: absolute(lib.lap_pe(g, 9, **more)))
    yield Call("lap_pe", "k too large", lambda: lib.lap_pe(g, 9))

    def projector(**more):
        # Both halves may turn together: their products are determined where singular values are apart.
        out = lib.svd_pe(g, 2, random_flip=False, **more)
        return [list(out.shape), out.dtype, (out[:, :2] @ out[:, 2:4].T).abs().sum()]

    yield Call("svd_pe", "k=2", lambda: [list(lib.svd_pe(g, 2).shape), lib.svd_pe(g, 2).dtype])
    yield Call("svd_pe", "no random_flip", projector)
    yield Call("svd_pe", "padding", lambda: list(lib.svd_pe(g, 9, padding=True).shape))
    yield Call("svd_pe", "k too large", lambda: lib.svd_pe(g, 9))


@program("undirected", "undirected32", "multi", "dag")
def labels(lib, g):
    yield Call("double_radius_node_labeling", "a pair", lambda: lib.double_radius_node_labeling(g, 0, 1))
    yield Call("double_radius_node_labeling", "a far pair", lambda: lib.double_radius_node_labeling(g, 0, 5))


@program("multi", "multi32", "large", "undirected", "dag", "edgeless")
def distances(lib, g):
    yield Call("shortest_dist", "from a root", lambda: lib.shortest_dist(g, root=0))
    yield Call("shortest_dist", "of all pairs", lambda: lib.shortest_dist(g))
    yield Call("shortest_dist", "from another root", lambda: lib.shortest_dist(g, root=3))
    yield Call("shortest_dist", "root past the end", lambda: lib.shortest_dist(g, root=50))


@program("dag")
def paths(lib, g):
    """Node 4 is reached in two ways of equal length; the rest in one."""

    def single():
        distances, paths = lib.shortest_dist(g, root=1, return_paths=True)
        return distances, paths

    yield Call("shortest_dist", "return_paths from a root", single)
    yield Call("shortest_dist", "return_paths of all pairs", lambda: lib.shortest_dist(g, return_paths=True)[1].shape)


@program("none")
def neighbours(lib, _):
    flat, batched = points(1, 7, 2), points(2, 3, 5, 3)
    for algorithm in ("bruteforce-blas", "bruteforce", "kd-tree"):
        run = lambda algorithm=algorithm, **more: lib.knn_graph(flat, 2, algorithm=algorithm, **more)
        yield Call("knn_graph", algorithm, run)
        yield Call("knn_graph", f"{algorithm}, exclude_self", lambda run=run: run(exclude_self=True))
        yield Call("knn_graph", f"{algorithm}, cosine", lambda run=run: run(dist="cosine"))
    pairs = lambda g: sorted(zip(*(end.tolist() for end in g.edges()), strict=True))
    heap = {"algorithm": "bruteforce"}
    yield Call("knn_graph", "bruteforce, in any order", lambda: pairs(lib.knn_graph(flat, 3, **heap)))
    away = {**heap, "exclude_self": True}
    yield Call("knn_graph", "bruteforce, exclude_self, in any order", lambda: pairs(lib.knn_graph(flat, 3, **away)))
    yield Call("knn_graph", "several sets", lambda: lib.knn_graph(batched, 2))
    yield Call("knn_graph", "several sets, exclude_self", lambda: lib.knn_graph(batched, 2, exclude_self=True))
    sizes = lambda out: [out.num_nodes(), out.num_edges(), out.idtype]
    yield Call("knn_graph", "nn-descent", lambda: sizes(lib.knn_graph(points(3, 20, 2), 3, algorithm="nn-descent")))
    yield Call("knn_graph", "k past the number of points", lambda: lib.knn_graph(flat, 9))
    yield Call("knn_graph", "no point", lambda: lib.knn_graph(flat[:0], 2))
    yield Call("knn_graph", "an unknown algorithm", lambda: lib.knn_graph(flat, 2, algorithm="guess"))
    yield Call("knn_graph", "an unknown distance", lambda: lib.knn_graph(flat, 2, dist="far"))
    segments = [3, 4]
    yield Call("segmented_knn_graph", "plain", lambda: lib.segmented_knn_graph(flat, 2, segments))
    alone = {"exclude_self": True}
    yield Call("segmented_knn_graph", "exclude_self", lambda: lib.segmented_knn_graph(flat, 2, segments, **alone))
    tree = {"algorithm": "kd-tree"}
    yield Call("segmented_knn_graph", "kd-tree", lambda: lib.segmented_knn_graph(flat, 2, segments, **tree))
    yield Call("segmented_knn_graph", "an empty segment", lambda: lib.segmented_knn_graph(flat, 2, [3, 0, 4]))
    yield Call("segmented_knn_graph", "sizes that do not add up", lambda: lib.segmented_knn_graph(flat, 2, [3, 3]))


@program("none")
def within_reach(lib, _):
    grid = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [2.5, 2.0], [1.0, 1.0]])
    yield Call("radius_graph", "plain", lambda: lib.radius_graph(grid, 1.5))
    yield Call("radius_graph", "p=1", lambda: lib.radius_graph(grid, 2.0, p=1))
    yield Call("radius_graph", "self_loop", lambda: lib.radius_graph(grid, 1.5, self_loop=True))
    yield Call("radius_graph", "get_distances", lambda: lib.radius_graph(grid, 1.5, get_distances=True))
    yield Call("radius_graph", "nothing near", lambda: lib.radius_graph(grid, 0.1))
    product = {"compute_mode": "use_mm_for_euclid_dist"}
    yield Call("radius_graph", "compute_mode", lambda: lib.radius_graph(grid, 1.5, **product))
    yield Call("radius_graph", "a negative radius", lambda: lib.radius_graph(grid, -1.0))
    yield Call("radius_graph", "random points", lambda: lib.radius_graph(numbers(4, 9, 3) + points(5, 9, 3), 0.8))

"""Small shapes, and how they are planted in a graph; edges are pairs of nodes, each once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weft import checks
from weft.errors import InputError

Edges = NDArray[np.int64]
"""``(edges, 2)``, without directions."""


@dataclass(frozen=True)
class Motif:
    """A shape whose node 0 is joined to the graph that it is planted in."""

    edges: Edges
    """Edges among its nodes."""
    roles: tuple[int, ...]
    """Class of each node."""


@dataclass
class Planted:
    """A graph with motifs in it."""

    edges: Edges
    """All edges."""
    labels: NDArray[np.int64]
    """``(nodes,)`` class of each node: 0 outside motifs, the role in one."""
    node_motif: NDArray[np.int64]
    """``(nodes,)`` number of the motif that a node belongs to, -1 for none."""
    edge_motif: NDArray[np.int64]
    """``(edges,)`` number of the motif that an edge belongs to, -1 for none."""


HOUSE = Motif(np.array([[0, 1], [0, 2], [1, 3], [2, 3], [0, 4], [1, 4]]), (1, 1, 2, 2, 3))
"""Two nodes in the middle, two at the bottom and one on top."""


def cycle_motif(size: int) -> Motif:
    """Return a ring of nodes, all of class 1."""
    nodes = np.arange(size)
    return Motif(np.stack([nodes, (nodes + 1) % size], axis=1), (1,) * size)


def grid_motif(size: int) -> Motif:
    """Return ``size * size`` nodes in a square, joined with their neighbours to the side and below, all of class 1."""
    nodes = np.arange(size * size).reshape(size, size)
    across = np.stack([nodes[:, :-1].ravel(), nodes[:, 1:].ravel()], axis=1)
    down = np.stack([nodes[:-1].ravel(), nodes[1:].ravel()], axis=1)
    return Motif(np.concatenate([across, down]), (1,) * size**2)


def binary_tree(height: int) -> Edges:
    """Return a tree of ``2**(height + 1) - 1`` nodes, two children a node, ``height`` steps from root to leaves."""
    children = np.arange(1, 2 ** (height + 1) - 1)
    return np.stack([(children - 1) // 2, children], axis=1)


def barabasi_albert(where: str, num_nodes: int, num_edges_per_node: int, generator: np.random.Generator) -> Edges:
    """Return a graph that grows by a node at a time, joined to ``num_edges_per_node`` others, by degree.

    Raises:
        InputError: fewer nodes than a new one is joined to, or joined to none.

    Source: Barabasi and Albert 1999, as NetworkX has it: ``(nodes - m) * m`` edges.
    """
    import networkx

    if not 1 <= num_edges_per_node < num_nodes:
        raise InputError(
            f"{where}: got {num_nodes} base nodes and {num_edges_per_node} edges a node; expected one edge or "
            "more, and more nodes than edges a node."
        )
    grown = networkx.barabasi_albert_graph(num_nodes, num_edges_per_node, seed=int(generator.integers(2**31)))
    return np.array(grown.edges(), dtype=np.int64).reshape(-1, 2)


def plant(base: Edges, num_base: int, motif: Motif, num_motifs: int, generator: np.random.Generator) -> Planted:
    """Return a graph with motifs, each joined by one edge to a node of the base drawn at random.

    The nodes of the base come first, then motif after motif. No node of the base gets two motifs while there are
    others.
    """
    size = len(motif.roles)
    rounds = -(-num_motifs // num_base)
    hosts = np.concatenate([np.zeros(0, np.int64), *(generator.permutation(num_base) for _ in range(rounds))])[
        :num_motifs
    ]
    starts = num_base + size * np.arange(num_motifs)
    motifs = (motif.edges + starts[:, None, None]).reshape(-1, 2)
    edges = np.concatenate([base, motifs, np.stack([hosts, starts], axis=1)])
    edge_motif = np.concatenate(
        [np.full(len(base), -1), np.repeat(np.arange(num_motifs), len(motif.edges)), np.full(num_motifs, -1)]
    )
    return Planted(
        edges,
        np.concatenate([np.zeros(num_base, np.int64), np.tile(motif.roles, num_motifs)]).astype(np.int64),
        np.concatenate([np.full(num_base, -1), np.repeat(np.arange(num_motifs), size)]),
        edge_motif,
    )


def perturb(where: str, planted: Planted, ratio: float, generator: np.random.Generator) -> Planted:
    """Return the graph with ``ratio`` times as many edges added, between nodes that are not joined, drawn at random.

    Raises:
        InputError: a negative ratio, or not as many pairs that are not joined.
    """
    if not ratio >= 0:
        raise InputError(f"{where}: got perturb_ratio={ratio}; expected 0 or more.")
    count, num_nodes = int(len(planted.edges) * ratio), len(planted.labels)
    taken = _codes(planted.edges, num_nodes)
    free = num_nodes * (num_nodes - 1) // 2 - len(taken)
    if count > free:
        raise InputError(f"{where}: perturb_ratio={ratio} adds {count} edges; {free} pairs of nodes are not joined.")
    added = np.zeros(0, dtype=np.int64)
    while len(added) < count:
        ends = generator.integers(num_nodes, size=(2 * (count - len(added)) + 16, 2))
        codes = _codes(ends[ends[:, 0] != ends[:, 1]], num_nodes)
        codes = codes[~np.isin(codes, taken)]
        _, first = np.unique(together := np.concatenate([added, codes]), return_index=True)
        added = together[np.sort(first)]
    added = added[:count]
    edges = np.concatenate([planted.edges, np.stack([added // num_nodes, added % num_nodes], axis=1)])
    edge_motif = np.concatenate([planted.edge_motif, np.full(count, -1)])
    return Planted(edges, planted.labels, planted.node_motif, edge_motif)


def join(where: str, one: Planted, other: Planted, count: int, generator: np.random.Generator) -> Planted:
    """Return two graphs as one, with ``count`` different edges between them; the roles of the other follow on.

    Raises:
        InputError: more edges than there are pairs.
    """
    num_one, num_other = len(one.labels), len(other.labels)
    checks.whole_number(where, "num_inter_edges", count, most=num_one * num_other)
    pairs = generator.choice(num_one * num_other, size=count, replace=False)
    between = np.stack([pairs // num_other, num_one + pairs % num_other], axis=1)
    num_motifs = one.node_motif.max(initial=-1) + 1
    shifted = [np.where(number < 0, -1, number + num_motifs) for number in (other.node_motif, other.edge_motif)]
    return Planted(
        np.concatenate([one.edges, other.edges + num_one, between]),
        np.concatenate([one.labels, other.labels + one.labels.max(initial=-1) + 1]),
        np.concatenate([one.node_motif, shifted[0]]),
        np.concatenate([one.edge_motif, shifted[1], np.full(count, -1)]),
    )


def _codes(edges: Edges, num_nodes: int) -> NDArray[np.int64]:
    """Return a number for each edge, whichever way it is written."""
    return edges.min(axis=1) * num_nodes + edges.max(axis=1)

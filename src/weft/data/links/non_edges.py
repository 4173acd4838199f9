"""Pairs of nodes that are not joined, drawn at random."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from weft.errors import InputError


def draw_non_edges(
    src: NDArray[np.int64], dst: NDArray[np.int64], num_nodes: int, count: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return ``(2, count)`` different pairs ``u < v`` that no edge joins in either direction, each equally likely.

    Raises:
        InputError: there are fewer such pairs.
    """
    edges = np.unique(np.minimum(src, dst)[src != dst] * num_nodes + np.maximum(src, dst)[src != dst])
    free = num_nodes * (num_nodes - 1) // 2 - len(edges)
    if count > free:
        raise InputError(f"draw_non_edges: asked for {count} pairs that are not joined; the graph has {free}.")
    if count * 4 > free:
        return _from_all(edges, num_nodes, count, rng)
    found = np.zeros(0, dtype=np.int64)
    while len(found) < count:
        ends = rng.integers(num_nodes, size=(2, 2 * (count - len(found)) + 16))
        ends = ends[:, ends[0] != ends[1]]
        codes = ends.min(axis=0) * num_nodes + ends.max(axis=0)
        codes = codes[~np.isin(codes, edges)]
        together = np.concatenate([found, codes])
        _, first = np.unique(together, return_index=True)
        found = together[np.sort(first)]
    return np.stack(np.divmod(found[:count], num_nodes))


def _from_all(edges: NDArray[np.int64], num_nodes: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return pairs drawn from the list of all that are free, for graphs with few of them."""
    low, high = np.triu_indices(num_nodes, k=1)
    codes = np.setdiff1d(low * num_nodes + high, edges, assume_unique=True)
    return np.stack(np.divmod(rng.choice(codes, size=count, replace=False), num_nodes))

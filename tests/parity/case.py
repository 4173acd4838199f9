"""What a parity case is: one module of DGL and weft, the graph and the arguments that it is run with.

Read by DGL's environment too: standard library, numpy and torch only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from torch import nn

SEED = 7


@dataclass(frozen=True)
class Case:
    """One module with one set of options, on one graph."""

    name: str
    make: Callable[[Any], nn.Module]
    """Takes the namespace that holds the module: ``dgl.nn`` or ``weft.nn``."""
    args: tuple[Any, ...] = ()
    """Arguments of ``forward`` after the graph, nested in tuples, lists and dicts as the module wants them. Arrays
    become tensors, those of floats float64 leaves."""
    keywords: dict[str, Any] = field(default_factory=dict)
    """Keyword arguments of ``forward``, likewise."""
    graph: str | None = "homogeneous"
    """Which of `GRAPHS`; None where ``forward`` takes no graph."""
    training: bool = True
    same_start: bool = True
    """Whether the module draws the same parameters as DGL's from the same seed."""


@dataclass(frozen=True)
class Edges:
    """A graph as lists: sources, destinations, their counts, and how it is made."""

    src: tuple[int, ...]
    dst: tuple[int, ...]
    num_src: int
    num_dst: int
    kind: str = "graph"


GRAPHS = {
    # Each node has incoming edges; a self-loop, two parallel edges.
    "homogeneous": Edges((0, 1, 2, 2, 3, 4, 4, 5, 0, 6, 6, 1, 3), (1, 0, 0, 3, 4, 2, 4, 5, 6, 2, 2, 5, 1), 7, 7),
    # 0 and 4 have no incoming edge.
    "isolated": Edges((0, 1, 2, 2, 3), (1, 2, 1, 3, 1), 5, 5),
    # Each edge beside its reverse.
    "symmetric": Edges((0, 1, 1, 2, 2, 3, 3, 0, 0, 2), (1, 0, 2, 1, 3, 2, 0, 3, 2, 0), 4, 4),
    "bipartite": Edges((0, 1, 2, 3, 4, 4, 0, 2, 2), (0, 0, 1, 1, 2, 3, 3, 3, 0), 5, 4, "bipartite"),
    "block": Edges((0, 1, 2, 3, 4, 4, 0, 2, 2), (0, 0, 1, 1, 2, 3, 3, 3, 0), 5, 4, "block"),
    # The homogeneous one and the symmetric one in a batch.
    "batch": Edges(
        (0, 1, 2, 2, 3, 4, 4, 5, 0, 6, 6, 1, 3, 7, 8, 8, 9, 9, 10, 10, 7, 7, 9),
        (1, 0, 0, 3, 4, 2, 4, 5, 6, 2, 2, 5, 1, 8, 7, 9, 8, 10, 9, 7, 10, 9, 7),
        11,
        11,
        "batch",
    ),
    "empty": Edges((), (), 0, 0),
}
# The batch with a graph without nodes in it.
GRAPHS["batch_with_empty"] = GRAPHS["batch"]
_PARTS = {"batch": ("homogeneous", "symmetric"), "batch_with_empty": ("homogeneous", "empty", "symmetric")}


def make_graph(library: Any, name: str) -> Any:
    """Return the graph of that name, made by DGL or weft."""
    edges = GRAPHS[name]
    ends = (list(edges.src), list(edges.dst))
    if edges.kind == "block":
        return library.create_block(ends, num_src_nodes=edges.num_src, num_dst_nodes=edges.num_dst)
    if edges.kind == "bipartite":
        counts = {"s": edges.num_src, "d": edges.num_dst}
        return library.heterograph({("s", "to", "d"): ends}, num_nodes_dict=counts)
    if edges.kind == "batch":
        return library.batch([make_graph(library, part) for part in _PARTS[name]])
    return library.graph(ends, num_nodes=edges.num_src)


def normal(name: str, *shape: int) -> np.ndarray:
    """Return normally distributed float64 numbers that depend on the name alone."""
    return np.random.default_rng([SEED, *name.encode()]).standard_normal(shape)


def positive(name: str, *shape: int) -> np.ndarray:
    """Return numbers from 0.2 to 1.2, for edge weights and distances."""
    return 0.2 + np.random.default_rng([SEED, *name.encode()]).random(shape)


def whole(name: str, below: int, *shape: int) -> np.ndarray:
    """Return int64 numbers from 0 to ``below - 1``."""
    return np.random.default_rng([SEED, *name.encode()]).integers(below, size=shape)


def sources(graph: str, *shape: int) -> np.ndarray:
    """Return features of the source nodes of a graph."""
    return normal(f"{graph} sources {shape}", GRAPHS[graph].num_src, *shape)


def destinations(graph: str, *shape: int) -> np.ndarray:
    """Return features of the destination nodes of a graph."""
    return normal(f"{graph} destinations {shape}", GRAPHS[graph].num_dst, *shape)


def edge_features(graph: str, *shape: int) -> np.ndarray:
    """Return features of the edges of a graph."""
    return normal(f"{graph} edges {shape}", len(GRAPHS[graph].src), *shape)


def edge_weights(graph: str, *shape: int) -> np.ndarray:
    """Return positive weights of the edges of a graph."""
    return positive(f"{graph} weights {shape}", len(GRAPHS[graph].src), *shape)

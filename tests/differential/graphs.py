"""The graphs that programs run on, made from seeds with either library. Read by DGL's environment too."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

# RandomState, because NumPy promises that its stream never changes; the golden files depend on it.
HOMO = ("multi", "multi32", "large", "edgeless", "void")
"""Parallel edges, self-loops and isolated nodes (both ID types, and larger); nodes without edges; nothing at all."""
HETERO = ("hetero", "hetero32", "hetero_edgeless")
"""Three node types and four relations, two of one name; likewise without edges."""

_HETERO_COUNTS = {"item": 5, "shop": 3, "user": 6}
_HETERO_EDGES = {
    ("item", "sold_by", "shop"): 6,
    ("user", "buys", "item"): 11,
    ("user", "follows", "user"): 9,
    ("user", "likes", "item"): 7,
    ("user", "likes", "shop"): 4,
}


def numbers(seed: int, *shape: int) -> torch.Tensor:
    """Return float32 values between -1 and 1, in eighths, so that both libraries add them without rounding."""
    return torch.from_numpy((np.random.RandomState(seed).randint(-8, 9, shape) / 8).astype(np.float32))


def pairs(seed: int, num_src: int, num_dst: int, count: int) -> tuple[list[int], list[int]]:
    """Return random edges; the last source and the last destination have none."""
    random = np.random.RandomState(seed)
    return random.randint(0, num_src - 1, count).tolist(), random.randint(0, num_dst - 1, count).tolist()


def make(lib: Any, name: str) -> Any:
    """Return a graph by name, with features ``h`` (rows of 2), ``x`` (int64) on nodes and ``w``, ``e`` on edges."""
    if name == "none":
        return None
    idtype = torch.int32 if name.endswith("32") else torch.int64
    return _MAKERS[name.removesuffix("32")](lib, idtype)


def _featured(g: Any, seed: int = 0) -> Any:
    for i, ntype in enumerate(g.ntypes):
        count = g.num_nodes(ntype)
        g.nodes[ntype].data["h"] = numbers(seed + i, count, 2)
        g.nodes[ntype].data["x"] = torch.arange(count) * 3 + i
    for i, etype in enumerate(g.canonical_etypes):
        count = g.num_edges(etype)
        g.edges[etype].data["w"] = numbers(seed + 50 + i, count)
        g.edges[etype].data["e"] = numbers(seed + 70 + i, count, 2)
    return g


def _edges(pairs: tuple[list[int], list[int]], idtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor(pairs[0], dtype=idtype), torch.tensor(pairs[1], dtype=idtype)


def _multi(lib: Any, idtype: torch.dtype) -> Any:
    """Eight nodes; 1 to 2 twice and 3 to 3 twice among random edges; 6 and 7 are isolated."""
    src, dst = pairs(1, 7, 7, 12)
    src, dst = [*src, 1, 3, 1, 3], [*dst, 2, 3, 2, 3]
    return _featured(lib.graph(_edges((src, dst), idtype), num_nodes=8))


def _large(lib: Any, idtype: torch.dtype) -> Any:
    """Forty nodes and 150 edges, many of them parallel: long enough for sorts that are not stable to show."""
    (src, dst), (more, ends) = pairs(41, 40, 40, 90), pairs(42, 8, 8, 60)
    return _featured(lib.graph(_edges((src + more, dst + ends), idtype), num_nodes=40), 20)


def _simple(lib: Any, idtype: torch.dtype) -> Any:
    """Six nodes, one edge a pair, no loop, edges in no order."""
    return _featured(lib.graph(_edges(([4, 0, 2, 1, 3, 0, 5, 2], [1, 1, 3, 2, 0, 2, 4, 5]), idtype)), 5)


def _undirected(lib: Any, idtype: torch.dtype) -> Any:
    """Seven nodes, connected, each edge both ways, no loop."""
    one, other = [0, 0, 1, 2, 3, 3, 4, 5], [1, 2, 2, 3, 4, 5, 6, 6]
    return _featured(lib.graph(_edges((one + other, other + one), idtype)), 7)


def _dag(lib: Any, idtype: torch.dtype) -> Any:
    """Seven nodes, no cycle; node 6 is isolated."""
    return _featured(lib.graph(_edges(([0, 1, 0, 2, 3, 1], [2, 2, 3, 4, 4, 5]), idtype), num_nodes=7), 9)


def _bipartite(lib: Any, idtype: torch.dtype) -> Any:
    edges = {("user", "buys", "item"): _edges(pairs(3, 5, 4, 10), idtype)}
    return _featured(lib.heterograph(edges, num_nodes_dict={"user": 5, "item": 4}), 11)


def _hetero(lib: Any, idtype: torch.dtype, *, empty: bool = False) -> Any:
    edges = {
        etype: _edges(pairs(20 + i, _HETERO_COUNTS[etype[0]], _HETERO_COUNTS[etype[2]], 0 if empty else count), idtype)
        for i, (etype, count) in enumerate(_HETERO_EDGES.items())
    }
    return _featured(lib.heterograph(edges, num_nodes_dict=_HETERO_COUNTS), 13)


def _block(lib: Any, idtype: torch.dtype) -> Any:
    g = lib.create_block(_edges(pairs(5, 6, 4, 9), idtype), num_src_nodes=6, num_dst_nodes=4)
    g.srcdata["h"], g.dstdata["h"] = numbers(1, 6, 2), numbers(2, 4, 2)
    g.edata["w"] = numbers(3, 9)
    return g


def _hetero_block(lib: Any, idtype: torch.dtype) -> Any:
    edges = {
        ("item", "bought_by", "user"): _edges(pairs(6, 5, 3, 6), idtype),
        ("user", "follows", "user"): _edges(pairs(7, 6, 3, 7), idtype),
    }
    g = lib.create_block(edges, num_src_nodes={"item": 5, "user": 6}, num_dst_nodes={"item": 0, "user": 3})
    g.srcnodes["user"].data["h"], g.dstnodes["user"].data["h"] = numbers(1, 6, 2), numbers(2, 3, 2)
    g.srcnodes["item"].data["h"] = numbers(4, 5, 2)
    return g


_MAKERS = {
    "multi": _multi,
    "large": _large,
    "simple": _simple,
    "undirected": _undirected,
    "dag": _dag,
    "edgeless": lambda lib, idtype: _featured(lib.graph(_edges(([], []), idtype), num_nodes=4)),
    "void": lambda lib, idtype: _featured(lib.graph(_edges(([], []), idtype))),
    "bipartite": _bipartite,
    "hetero": _hetero,
    "hetero_edgeless": lambda lib, idtype: _hetero(lib, idtype, empty=True),
    "block": _block,
    "hetero_block": _hetero_block,
}

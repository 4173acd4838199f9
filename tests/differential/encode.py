"""Results as trees of plain values and arrays, the same for both libraries. Read by DGL's environment too."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch

Tree = list[Any]
"""``[kind, content]``, where content holds plain values, arrays and further trees."""


def encode(value: Any) -> Tree:
    """Return a result as a tree; TypeError for what has no encoding."""
    if isinstance(value, (np.bool_, np.integer, np.floating)):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return [type(value).__name__, value]
    if isinstance(value, torch.Tensor):
        return _encode_tensor(value)
    if isinstance(value, np.ndarray):
        return ["array", value.dtype.name, value]
    if isinstance(value, torch.dtype):
        return ["dtype", str(value)]
    if hasattr(value, "canonical_etypes"):
        return ["graph", _encode_graph(value)]
    if isinstance(value, dict) or hasattr(value, "items"):
        entries = [[encode(key), encode(item)] for key, item in value.items()]
        return ["dict", sorted(entries, key=lambda entry: str(entry[0]))]
    if isinstance(value, (list, tuple)):
        return ["tuple" if isinstance(value, tuple) else "list", [encode(item) for item in value]]
    return _encode_foreign(value)


def encode_error(error: Exception) -> Tree:
    """Return an error as a tree: the names of its classes, and its text's first line for whoever reads a failure."""
    text = (str(error).strip() or "(no text)").splitlines()[0]
    # DGL's native errors begin with a time and a path of its build.
    text = text.rpartition("] ")[2] if text.startswith("[") else text
    # Addresses and temporary names are others on each run.
    text = re.sub(r"0x[0-9a-f]+|/tmp/\S+", "...", text)
    return ["error", [cls.__name__ for cls in type(error).__mro__[:-2]], text[:80]]


def _encode_tensor(value: torch.Tensor) -> Tree:
    if value.layout != torch.strided:
        value = value.to_sparse_coo().coalesce()
        parts = [list(value.shape), _encode_tensor(value.indices()), _encode_tensor(value.values())]
        return ["sparse", parts]
    dtype = str(value.dtype).removeprefix("torch.")
    value = value.detach()
    return ["tensor", dtype, (value.float() if dtype in ("float16", "bfloat16") else value).numpy()]


def _encode_columns(data: Any) -> Tree:
    return encode({name: data[name] for name in data})


def _encode_graph(g: Any) -> dict[str, Any]:
    sides = (
        {"src": (g.srctypes, g.srcnodes), "dst": (g.dsttypes, g.dstnodes)} if g.is_block else {"": (g.ntypes, g.nodes)}
    )
    counts = {"src": g.num_src_nodes, "dst": g.num_dst_nodes, "": g.num_nodes}
    nodes = [
        [side, ntype, counts[side](ntype), _encode_columns(view[ntype].data)]
        for side, (ntypes, view) in sides.items()
        for ntype in ntypes
    ]
    edges = [
        [list(etype), *map(encode, g.edges(etype=etype)), _encode_columns(g.edges[etype].data)]
        for etype in g.canonical_etypes
    ]
    return {"block": g.is_block, "idtype": str(g.idtype), "nodes": nodes, "edges": edges}


def _encode_foreign(value: Any) -> Tree:
    """Return a graph of NetworkX or a matrix of SciPy as a tree."""
    if hasattr(value, "is_multigraph"):
        nodes = [[encode(node), encode(data)] for node, data in value.nodes(data=True)]
        ends = value.edges(keys=True, data=True) if value.is_multigraph() else value.edges(data=True)
        return ["networkx", type(value).__name__, nodes, [[encode(part) for part in edge] for edge in ends]]
    if hasattr(value, "tocoo"):
        coo = value.tocoo()
        coo.sum_duplicates()
        order = np.lexsort((coo.col, coo.row))
        return [
            "scipy",
            value.format,
            list(value.shape),
            *(encode(part[order]) for part in (coo.row, coo.col, coo.data)),
        ]
    raise TypeError(f"encode: no encoding for {type(value)}; return tensors, plain values, graphs, lists or dicts")

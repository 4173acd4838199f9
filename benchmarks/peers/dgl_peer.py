"""DGL's program: ``python -m benchmarks.peers.dgl_peer`` in the environment that ``setup_peers.py`` makes."""

from __future__ import annotations

from typing import Any

import dgl
import dgl.nn
import dgl.sparse
import torch
from torch import Tensor

from benchmarks.peers import torch_parts
from benchmarks.peers.dgl_words import DglWords
from benchmarks.peers.matrix_words import MatrixWords
from benchmarks.peers.protocol import serve
from benchmarks.peers.sparse_words import SparseWords
from benchmarks.peers.structure_words import StructureWords


def compressed(graph: Any) -> dict[str, Tensor]:
    """Return both compressed formats, by name."""
    parts = {}
    for form in ("csc", "csr"):
        for name, part in zip(("indptr", "indices", "eids"), graph.adj_tensors(form), strict=True):
            parts[f"{form}_{name}"] = part
    return parts


if __name__ == "__main__":
    torch_parts.limit_threads()
    serve(
        {"dgl": dgl.__version__, "torch": torch.__version__},
        {
            **DglWords(dgl, dgl.nn, compressed).cases(),
            **StructureWords(dgl).cases(),
            **MatrixWords(dgl).cases(),
            **SparseWords(dgl.sparse).cases(),
        },
    )

"""Weft's own program: ``python -m benchmarks.peers.weft_peer``."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

import weft
import weft.nn
import weft.ops
import weft.sparse
from benchmarks.peers import torch_parts
from benchmarks.peers.dgl_words import DglWords
from benchmarks.peers.matrix_words import MatrixWords
from benchmarks.peers.protocol import Case, serve
from benchmarks.peers.sparse_words import SparseWords
from benchmarks.peers.structure_words import StructureWords
from benchmarks.workloads import Inputs
from weft.kernels import native
from weft.relation import Relation


def compressed(graph: Any) -> dict[str, Tensor]:
    """Return both compressed formats, by name."""
    relation = graph.single_relation()
    parts = {}
    for form, layout in (("csc", relation.csc()), ("csr", relation.csr())):
        eids = torch.arange(layout.num_edges()) if layout.eids is None else layout.eids
        parts.update({f"{form}_indptr": layout.indptr, f"{form}_indices": layout.indices, f"{form}_eids": eids})
    return parts


def lightgcn_step(inputs: Inputs) -> Case:
    """LightGCN by both directions of the user-item relation."""
    sizes = inputs.sizes
    users, items = (torch.from_numpy(side) for side in inputs.interactions())
    relation = Relation.from_coo(users, items, sizes.users, sizes.items)
    model = weft.nn.LightGCN(sizes.users, sizes.items, sizes.dim, sizes.layers)
    model.set_embeddings(*torch_parts.lightgcn_tables(inputs))
    positives = torch.arange(sizes.batch)

    def loss(users: Tensor, items: Tensor) -> Tensor:
        return weft.nn.sampled_softmax_loss(users, items, positives, temperature=torch_parts.TEMPERATURE)

    return torch_parts.training_case(inputs, list(model.parameters()), lambda: model(relation), loss)


if __name__ == "__main__":
    torch_parts.limit_threads()
    cases = DglWords(weft, weft.nn, compressed).cases()
    serve(
        {"weft": weft.__version__, "torch": torch.__version__, "isa": str(native.status().isa)},
        {
            **cases,
            **StructureWords(weft).cases(),
            **MatrixWords(weft).cases(),
            **SparseWords(weft.sparse).cases(),
            "lightgcn_step": lightgcn_step,
        },
    )

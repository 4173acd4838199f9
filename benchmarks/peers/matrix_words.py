"""Products over many relations, in DGL's words. Weft speaks them too: one text runs in both."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.peers import torch_parts
from benchmarks.peers.protocol import Case
from benchmarks.workloads import Inputs

NUM_TYPES = 90
TYPED_NODES, TYPED_EDGES, TYPED_DIM = 8_000, 60_000, 16
"""About the size of the knowledge graph AIFB with its 90 relations, as relational convolutions are shown on."""


def skewed_types(count: int) -> Tensor:
    """Return ``(count,)`` types below NUM_TYPES, the first many times as frequent as the last, in random order."""
    mass = 1.0 / (np.arange(NUM_TYPES) + 2.0)
    cumulative = np.cumsum(mass / mass.sum())
    drawn = np.searchsorted(cumulative, np.random.default_rng(5).random(count))
    return torch.from_numpy(np.minimum(drawn, NUM_TYPES - 1))


def product_case(inputs: Inputs, multiply: Callable[[Tensor, Tensor], Tensor], note: str = "") -> Case:
    """Return forward and backward pass of rows times the matrices of their types."""
    num_rows, dim = inputs.sizes.num_nodes, inputs.sizes.dim
    rows = torch_parts.tensor(inputs, "x", num_rows, dim).requires_grad_()
    matrices = torch_parts.tensor(inputs, "matrices", NUM_TYPES, dim, dim, std=0.1).requires_grad_()
    upstream = torch_parts.tensor(inputs, "upstream", num_rows, dim)

    def step() -> Tensor:
        rows.grad = matrices.grad = None
        out = multiply(rows, matrices)
        out.backward(upstream)
        return out

    def results(out: Tensor) -> dict[str, np.ndarray]:
        tensors = {"out": out, "grad_rows": rows.grad, "grad_matrices": matrices.grad}
        return {name: value.detach().numpy() for name, value in tensors.items()}

    return Case(step, results, note)


class MatrixWords:
    """Cases over a module that has ``heterograph`` and ``ops``."""

    def __init__(self, library: ModuleType) -> None:
        """Keep the library."""
        self.library = library

    def cases(self) -> dict[str, Callable[[Inputs], Case]]:
        """Return workload name -> builder of its case."""
        return {"segment_mm": self.segment_mm, "gather_mm": self.gather_mm, "typed_gspmm": self.typed_gspmm}

    def segment_mm(self, inputs: Inputs) -> Case:
        """Rows in the order of their types."""
        lengths = torch.bincount(skewed_types(inputs.sizes.num_nodes), minlength=NUM_TYPES)
        return product_case(inputs, lambda rows, matrices: self.library.ops.segment_mm(rows, matrices, lengths))

    def gather_mm(self, inputs: Inputs) -> Case:
        """Rows in random order."""
        types = skewed_types(inputs.sizes.num_nodes)
        return product_case(inputs, lambda rows, matrices: self.library.ops.gather_mm(rows, matrices, idx_b=types))

    def typed_gspmm(self, inputs: Inputs) -> Case:
        """Neighbours of one type of nodes by 90 types of edges, summed together; forward and backward."""
        src, dst = (ends[:TYPED_EDGES] % TYPED_NODES for ends in torch_parts.edges(inputs))
        types = skewed_types(len(src))
        edges = {("node", f"r{t}", "node"): (src[types == t], dst[types == t]) for t in range(NUM_TYPES)}
        graph: Any = self.library.heterograph(edges, num_nodes_dict={"node": TYPED_NODES})
        graph.create_formats_()
        feat = torch_parts.tensor(inputs, "x", TYPED_NODES, TYPED_DIM).requires_grad_()
        upstream = torch_parts.tensor(inputs, "upstream", TYPED_NODES, TYPED_DIM)

        def step() -> Tensor:
            feat.grad = None
            (out,) = self.library.ops.gspmm(graph, "copy_lhs", "sum", [feat], [None] * NUM_TYPES)
            out.backward(upstream)
            return out

        return Case(step, lambda out: {"out": out.detach().numpy(), "grad_x": feat.grad.numpy()})

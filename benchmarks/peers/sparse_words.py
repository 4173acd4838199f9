"""Workloads of sparse matrices, in DGL's words. Weft speaks them too: one text runs in both."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from benchmarks.peers import torch_parts
from benchmarks.peers.protocol import Case
from benchmarks.workloads import Inputs

PRODUCT_SHARE = 20
"""One edge in so many: the square of the whole adjacency would have billions of entries."""


class SparseWords:
    """Cases over a package of sparse matrices."""

    def __init__(self, sparse: ModuleType) -> None:
        """Keep the package."""
        self.sparse = sparse

    def cases(self) -> dict[str, Callable[[Inputs], Case]]:
        """Return workload name -> builder of its case."""
        return {
            "sparse_matmul": self.matmul,
            "sparse_softmax": self.softmax,
            "sparse_coalesce": self.coalesce,
            "sparse_sum": self.sum,
            "sparse_sddmm": self.sddmm,
            "spspmm": self.spspmm,
        }

    def _matrix(self, inputs: Inputs, every: int = 1) -> Any:
        src, dst = (side[::every].contiguous() for side in torch_parts.edges(inputs))
        val = torch_parts.tensor(inputs, "val", inputs.sizes.num_edges)[::every].contiguous()
        nodes = inputs.sizes.num_nodes
        return self.sparse.from_coo(dst, src, val, (nodes, nodes))

    def softmax(self, inputs: Inputs) -> Case:
        """Of each row."""
        matrix = self._matrix(inputs)
        return Case(matrix.softmax, _row_and_column_sums)

    def coalesce(self, inputs: Inputs) -> Case:
        """Of a matrix made anew each time, since one may keep what it found."""
        matrix = self._matrix(inputs)
        row, col, val, shape = matrix.row, matrix.col, matrix.val, matrix.shape
        return Case(lambda: self.sparse.from_coo(row, col, val, shape).coalesce(), _row_and_column_sums)

    def matmul(self, inputs: Inputs) -> Case:
        """Times a dense matrix, with the gradients of both."""
        matrix, sizes = self._matrix(inputs), inputs.sizes
        val = matrix.val.clone().requires_grad_()
        matrix = self.sparse.val_like(matrix, val)
        dense = torch_parts.tensor(inputs, "x", sizes.num_nodes, sizes.dim).requires_grad_()
        upstream = torch_parts.tensor(inputs, "upstream", sizes.num_nodes, sizes.dim)

        def step() -> dict[str, Tensor]:
            out = matrix @ dense
            grad_val, grad_dense = torch.autograd.grad(out, (val, dense), upstream)
            return {"out": out, "grad_val": grad_val, "grad_dense": grad_dense}

        return Case(step, lambda found: {name: value.detach().numpy() for name, value in found.items()})

    def sum(self, inputs: Inputs) -> Case:
        """Of each row."""
        matrix = self._matrix(inputs)
        return torch_parts.single(lambda: matrix.sum(1))

    def sddmm(self, inputs: Inputs) -> Case:
        """A product of two dense matrices at the entries of a sparse one."""
        matrix, sizes = self._matrix(inputs), inputs.sizes
        lhs = torch_parts.tensor(inputs, "x", sizes.num_nodes, sizes.dim)
        rhs = torch_parts.tensor(inputs, "y", sizes.num_nodes, sizes.dim).t().contiguous()
        return Case(lambda: self.sparse.sddmm(matrix, lhs, rhs), lambda out: {"out": out.val.numpy()})

    def spspmm(self, inputs: Inputs) -> Case:
        """A sparse matrix times itself."""
        matrix = self._matrix(inputs, PRODUCT_SHARE).coalesce()
        return Case(lambda: matrix @ matrix, _row_and_column_sums)


def _row_and_column_sums(matrix: Any) -> dict[str, Any]:
    """Return what does not depend on the order of entries."""
    val = matrix.val.double()
    sums = {"entries": torch.tensor([float(matrix.nnz)])}
    for name, side, size in (("rows", matrix.row, matrix.shape[0]), ("cols", matrix.col, matrix.shape[1])):
        sums[name] = torch.zeros(size, dtype=torch.double).index_add(0, side.long(), val)
    return {name: value.numpy() for name, value in sums.items()}

"""The simplest thing a user could write: ``torch.sparse`` matrices in CSR, in weft's own environment."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.peers import torch_parts
from benchmarks.peers.matrix_words import NUM_TYPES, product_case, skewed_types
from benchmarks.peers.protocol import Case, serve
from benchmarks.workloads import Inputs


def csr_matrix(rows: Tensor, cols: Tensor, values: Tensor, shape: tuple[int, int]) -> Tensor:
    """Return the CSR matrix of entries given in any order; parallel entries stay apart."""
    order = torch.argsort(rows, stable=True)
    counts = torch.bincount(rows, minlength=shape[0])
    indptr = torch.cat([torch.zeros(1, dtype=torch.long), counts.cumsum(0)])
    return torch.sparse_csr_tensor(indptr, cols[order], values[order], shape)


def adjacency(inputs: Inputs, values: Tensor | None = None) -> Tensor:
    """Return destination-by-source matrix of the RMAT graph; ones where no values are given."""
    src, dst = torch_parts.edges(inputs)
    values = torch.ones(len(src)) if values is None else values
    return csr_matrix(dst, src, values, (inputs.sizes.num_nodes,) * 2)


def features(inputs: Inputs) -> Tensor:
    """Return the standard features."""
    return torch_parts.tensor(inputs, "x", inputs.sizes.num_nodes, inputs.sizes.dim)


def copy_u_sum(inputs: Inputs) -> Case:
    """Matrix of ones times features."""
    matrix, feat = adjacency(inputs), features(inputs)
    return torch_parts.single(lambda: matrix @ feat)


def copy_u_mean(inputs: Inputs) -> Case:
    """Matrix whose rows were divided by their length beforehand, times features."""
    _, dst = torch_parts.edges(inputs)
    degrees = torch.bincount(dst, minlength=inputs.sizes.num_nodes)
    matrix, feat = adjacency(inputs, 1.0 / degrees[dst].float()), features(inputs)
    return torch_parts.single(lambda: matrix @ feat, "rows divided beforehand")


def u_mul_e_sum(inputs: Inputs) -> Case:
    """Weights sorted into the matrix beforehand."""
    weight = torch_parts.tensor(inputs, "weight", inputs.sizes.num_edges, 1).reshape(-1)
    matrix, feat = adjacency(inputs, weight), features(inputs)
    return torch_parts.single(lambda: matrix @ feat, "weights sorted beforehand")


class SymmetricProduct(torch.autograd.Function):
    """Symmetric sparse matrix times dense, whose gradient is the same product."""

    @staticmethod
    def forward(ctx, matrix, dense):
        """Multiply."""
        ctx.matrix = matrix
        return matrix @ dense

    @staticmethod
    def backward(ctx, upstream):
        """Multiply by the transpose, which is the matrix."""
        return None, ctx.matrix @ upstream.contiguous()


def lightgcn_step(inputs: Inputs) -> list[Case]:
    """One symmetric normalised matrix of users and items together."""
    sizes = inputs.sizes
    users, items = (torch.from_numpy(side) for side in inputs.interactions())
    num_nodes = sizes.users + sizes.items
    rows, cols = torch.cat([users, items + sizes.users]), torch.cat([items + sizes.users, users])
    scale = torch.bincount(rows, minlength=num_nodes).float().clamp(min=1).rsqrt()
    matrix = csr_matrix(rows, cols, scale[rows] * scale[cols], (num_nodes, num_nodes))

    def build(multiply, note: str) -> Case:
        table = torch.cat(torch_parts.lightgcn_tables(inputs)).requires_grad_()

        def propagate() -> tuple[Tensor, Tensor]:
            hidden = total = table
            for _ in range(sizes.layers):
                hidden = multiply(matrix, hidden)
                total = total + hidden
            total = total / (sizes.layers + 1)
            return total[: sizes.users], total[sizes.users :]

        return torch_parts.training_case(inputs, [table], propagate, note=note)

    return [build(torch.mm, "torch.mm"), build(SymmetricProduct.apply, "own backward")]


def segment_mm(inputs: Inputs) -> Case:
    """A product a segment."""
    lengths = torch.bincount(skewed_types(inputs.sizes.num_nodes), minlength=NUM_TYPES).tolist()

    def multiply(rows: Tensor, matrices: Tensor) -> Tensor:
        return torch.cat([part @ matrix for part, matrix in zip(rows.split(lengths), matrices, strict=True)])

    return product_case(inputs, multiply, "a loop of torch.mm")


def gather_mm(inputs: Inputs) -> Case:
    """Rows sorted, multiplied a type at a time and put back; the sort is not counted."""
    types = skewed_types(inputs.sizes.num_nodes)
    order = torch.argsort(types, stable=True)
    back, lengths = torch.argsort(order), torch.bincount(types, minlength=NUM_TYPES).tolist()

    def multiply(rows: Tensor, matrices: Tensor) -> Tensor:
        parts = zip(rows[order].split(lengths), matrices, strict=True)
        return torch.cat([part @ matrix for part, matrix in parts])[back]

    return product_case(inputs, multiply, "a loop of torch.mm, sorted beforehand")


if __name__ == "__main__":
    torch_parts.limit_threads()
    serve(
        {"torch": torch.__version__},
        {
            "copy_u_sum": copy_u_sum,
            "copy_u_mean": copy_u_mean,
            "u_mul_e_sum": u_mul_e_sum,
            "lightgcn_step": lightgcn_step,
            "segment_mm": segment_mm,
            "gather_mm": gather_mm,
        },
    )

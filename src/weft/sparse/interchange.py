"""Between weft's sparse matrices and PyTorch's tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import InputError, ShapeError
from weft.sparse.construction import from_csc, from_csr, spmatrix
from weft.sparse.matrix import SparseMatrix
from weft.sparse.parts import check_matrix


def from_torch_sparse(torch_sparse_tensor: Tensor) -> SparseMatrix:
    """Return the matrix of a PyTorch sparse tensor in COO, CSR or CSC layout; entries keep their order.

    Args:
        torch_sparse_tensor: ``(rows, columns)``, or ``(rows, columns, D)`` with one dense dimension.

    Returns:
        Differentiable in the tensor.

    Raises:
        InputError: a dense tensor, another layout, or one that wants a gradient and is not coalesced.
        ShapeError: not two sparse dimensions.

    Source: DGL's ``dgl.sparse.from_torch_sparse``.
    """
    given = torch_sparse_tensor
    if not isinstance(given, Tensor) or given.layout not in (torch.sparse_coo, torch.sparse_csr, torch.sparse_csc):
        what = given.layout if isinstance(given, Tensor) else type(given).__name__
        raise InputError(f"from_torch_sparse: got {what}; expected a tensor in COO, CSR or CSC layout.")
    if given.dim() not in (2, 3) or (given.layout == torch.sparse_coo and given.sparse_dim() != 2):
        raise ShapeError(
            f"from_torch_sparse: got a tensor of shape {tuple(given.shape)}; expected two sparse dimensions and at "
            "most one dense one."
        )
    shape = (given.shape[0], given.shape[1])
    if given.layout == torch.sparse_csr:
        return from_csr(given.crow_indices(), given.col_indices(), given.values(), shape)
    if given.layout == torch.sparse_csc:
        return from_csc(given.ccol_indices(), given.row_indices(), given.values(), shape)
    if given.is_coalesced():
        return spmatrix(given.indices(), given.values(), shape)
    if given.requires_grad:
        raise InputError(
            "from_torch_sparse: the tensor takes part in gradients but is not coalesced, and PyTorch has no gradient "
            "of the values of such a one; give tensor.coalesce(), or tensor.detach()."
        )
    return spmatrix(given._indices(), given._values(), shape)


def to_torch_sparse_coo(spmat: SparseMatrix) -> Tensor:
    """Return the matrix as a PyTorch tensor in COO layout, entries in their order (not coalesced).

    Source: DGL's ``dgl.sparse.to_torch_sparse_coo``.
    """
    check_matrix("to_torch_sparse_coo", "spmat", spmat)
    return torch.sparse_coo_tensor(spmat.indices(), spmat.val, _full_shape(spmat))


def to_torch_sparse_csr(spmat: SparseMatrix) -> Tensor:
    """Return the matrix as a PyTorch tensor in CSR layout.

    Source: DGL's ``dgl.sparse.to_torch_sparse_csr``.
    """
    check_matrix("to_torch_sparse_csr", "spmat", spmat)
    indptr, indices, entries = spmat.csr()
    val = spmat.val if entries is None else spmat.val[entries]
    return torch.sparse_csr_tensor(indptr, indices, val, _full_shape(spmat))


def to_torch_sparse_csc(spmat: SparseMatrix) -> Tensor:
    """Return the matrix as a PyTorch tensor in CSC layout.

    Source: DGL's ``dgl.sparse.to_torch_sparse_csc``.
    """
    check_matrix("to_torch_sparse_csc", "spmat", spmat)
    indptr, indices, entries = spmat.csc()
    val = spmat.val if entries is None else spmat.val[entries]
    return torch.sparse_csc_tensor(indptr, indices, val, _full_shape(spmat))


def _full_shape(spmat: SparseMatrix) -> tuple[int, ...]:
    return (*spmat.shape, *spmat.val.shape[1:])

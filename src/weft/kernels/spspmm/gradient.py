"""Gradients of a sparse product ``C = A B``, in terms of differentiable kernels.

With ``G`` the gradient of ``C``: that of ``A[i, k]`` is ``sum over j of G[i, j] B[k, j]``, which are dots of rows that
A masks; that of ``B[k, j]`` is ``sum over i of A[i, k] G[i, j]``, the same with all three transposed. Both take as many
multiplications as the product itself.
"""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels.compressed import Compressed
from weft.kernels.conversion import transpose_traced


def transposed(matrix: Compressed, values: Tensor) -> tuple[Compressed, Tensor]:
    """Return the transposed matrix and its values by position."""
    turned = transpose_traced(matrix._replace(eids=None))
    assert turned.eids is not None
    return turned, values[turned.eids.long()]


def left_gradient(out: Compressed, grad: Tensor, a: Compressed, b: Compressed, b_values: Tensor) -> Tensor:
    """Return ``(nnz of a,)`` by position."""
    from weft.kernels.spspmm.definition import masked_dots

    return masked_dots(a, out, grad, b, b_values)


def right_gradient(out: Compressed, grad: Tensor, a: Compressed, a_values: Tensor, b: Compressed) -> Tensor:
    """Return ``(nnz of b,)`` by position."""
    from weft.kernels.spspmm.definition import masked_dots

    mask = transpose_traced(b._replace(eids=None))
    assert mask.eids is not None
    dots = masked_dots(mask, *transposed(out, grad), *transposed(a, a_values))
    return torch.empty_like(dots).index_copy(0, mask.eids.long(), dots)

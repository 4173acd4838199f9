"""Gradients of sddmm, in terms of differentiable kernels.

The gradient of an operand at a node adds over the edges of that node, which is an spmm over the layout whose rows are
such nodes; that of an operand at an edge is an sddmm. Dimensions along which an operand was broadcast are summed.
"""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor

from weft.kernels.broadcast import align, reduced_dims, sum_to, trailing
from weft.kernels.compressed import Compressed
from weft.kernels.conversion import transpose_traced


def product_summed_to(
    csc: Compressed,
    lhs: Tensor,
    rhs: Tensor,
    lhs_target: str,
    rhs_target: str,
    sizes: list[int],
    reverse: Compressed | None,
) -> Tensor:
    """Return ``lhs * rhs`` of each edge's ends, summed down to ``(E, *sizes)``, without storing more than that.

    The dimensions to be summed are moved to the end of the operands, and one dot does the rest.
    """
    from weft.kernels.sddmm.definition import sddmm

    out_sizes = list(torch.broadcast_shapes(lhs.shape[1:], rhs.shape[1:]))
    summed = reduced_dims(out_sizes, sizes)
    if not summed:
        return sddmm(csc, lhs, rhs, "mul", lhs_target, rhs_target, reverse).reshape(csc.num_edges(), *sizes)
    kept = [i for i in range(len(out_sizes)) if i not in summed]
    lhs, rhs = (_fold(operand, out_sizes, kept, summed) for operand in (lhs, rhs))
    dots = sddmm(csc, lhs, rhs, "dot", lhs_target, rhs_target, reverse)
    return dots.reshape(csc.num_edges(), *sizes)


def _fold(operand: Tensor, out_sizes: list[int], kept: list[int], summed: list[int]) -> Tensor:
    """Return ``operand`` as ``(n, *kept, product of summed)``; kept dimensions stay broadcast."""
    operand = align(operand, len(out_sizes))
    full = [size if i in summed else operand.shape[1 + i] for i, size in enumerate(out_sizes)]
    operand = operand.expand(operand.shape[0], *full).permute(0, *(1 + i for i in kept), *(1 + i for i in summed))
    return operand.reshape(*operand.shape[: 1 + len(kept)], prod(out_sizes[i] for i in summed))


def operand_gradient(
    csc: Compressed,
    reverse: Compressed | None,
    grad: Tensor,
    other: Tensor | None,
    targets: tuple[str, str],
    sizes: list[int],
) -> Tensor:
    """Return the gradient ``sum of grad[e] * other`` of an operand with trailing ``sizes``.

    Args:
        csc: the edges.
        reverse: the transposed layout, or None.
        grad: ``(E, *out)`` in edge-ID order.
        other: the factor's features, or None for 1.
        targets: where the operand lives, and where ``other`` lives.
        sizes: trailing dimensions of the operand.
    """
    from weft.kernels.sddmm.definition import sddmm
    from weft.kernels.spmm.definition import spmm

    own, others = targets
    if own == "e":
        if other is None:
            return sum_to(grad, sizes)
        return sum_to(sddmm(csc, grad, other, "mul", "e", others, reverse), sizes)
    back: Compressed | None
    if own == "u":
        rows, back = (transpose_traced(csc) if reverse is None else reverse), csc
    else:
        rows, back = csc, reverse
    if other is None:
        return spmm(rows, None, sum_to(grad, sizes), "copy_rhs", "sum", back)
    if others == "e":
        num_trailing = max(grad.dim(), other.dim()) - 1
        product = align(grad, num_trailing) * align(other, num_trailing)
        return spmm(rows, None, sum_to(product, sizes), "copy_rhs", "sum", back)
    return sum_to(spmm(rows, other, grad, "mul", "sum", back), sizes)


def gradients(
    csc: Compressed,
    reverse: Compressed | None,
    lhs: Tensor | None,
    rhs: Tensor | None,
    op: str,
    grad: Tensor,
    targets: tuple[str, str],
    sizes: tuple[list[int], list[int] | None],
    needs: tuple[bool, bool],
) -> tuple[Tensor | None, Tensor | None]:
    """Return the gradients of both operands, None where not needed.

    ``lhs`` and ``rhs`` may be None when ``op`` does not multiply; ``sizes`` are their trailing dimensions.
    """
    grad_lhs = grad_rhs = None
    swapped = targets[::-1]
    if op == "div":
        assert lhs is not None
        assert rhs is not None
        inverse = rhs.reciprocal()
        if needs[0]:
            grad_lhs = operand_gradient(csc, reverse, grad, inverse, targets, sizes[0])
        if needs[1]:
            slope = operand_gradient(csc, reverse, grad, lhs, swapped, trailing(rhs))
            grad_rhs = -slope * inverse * inverse
        return grad_lhs, grad_rhs
    linear = op not in ("mul", "dot")
    if needs[0]:
        grad_lhs = operand_gradient(csc, reverse, grad, None if linear else rhs, targets, sizes[0])
    if needs[1] and sizes[1] is not None:
        signed = -grad if op == "sub" else grad
        grad_rhs = operand_gradient(csc, reverse, signed, None if linear else lhs, swapped, sizes[1])
    return grad_lhs, grad_rhs

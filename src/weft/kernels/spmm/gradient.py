"""Gradients of spmm, in terms of differentiable kernels.

With ``m = op(u, e)`` the message of an edge and ``g`` the gradient of its row: the gradient of ``u`` adds ``g * dm/du``
over the edges that leave a column, which is an spmm over the transposed layout; the gradient of ``e`` is ``g * dm/de``
at each edge, which is an sddmm. Dimensions along which an operand was broadcast are summed.
"""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels.broadcast import align, sum_to, trailing
from weft.kernels.compressed import Compressed
from weft.kernels.conversion import transpose_traced

Sizes = tuple["list[int] | None", "list[int] | None"]
Needs = tuple[bool, bool]
Grads = tuple["Tensor | None", "Tensor | None"]


def sum_gradients(
    csc: Compressed,
    reverse: Compressed | None,
    u: Tensor | None,
    e: Tensor | None,
    op: str,
    grad: Tensor,
    sizes: Sizes,
    needs: Needs,
) -> Grads:
    """Return the gradients of ``u`` and ``e`` for a sum over edges, None where not needed.

    ``u`` and ``e`` may be None when ``op`` is ``copy_*``, ``add`` or ``sub``; ``sizes`` are their trailing dimensions.
    """
    grad_u = grad_e = None
    if needs[0] and sizes[0] is not None:
        reverse = transpose_traced(csc) if reverse is None else reverse
        grad_u = _sum_gradient_u(csc, reverse, e, op, grad, sizes[0])
    if needs[1] and sizes[1] is not None:
        grad_e = _sum_gradient_e(csc, reverse, u, e, op, grad, sizes[1])
    return grad_u, grad_e


def _sum_gradient_u(
    csc: Compressed, reverse: Compressed, e: Tensor | None, op: str, grad: Tensor, sizes: list[int]
) -> Tensor:
    from weft.kernels.spmm.definition import spmm

    if op in ("mul", "div"):
        return sum_to(spmm(reverse, grad, e, op, "sum", csc), sizes)
    # Linear in u: summing over broadcast features first leaves less to move.
    return spmm(reverse, sum_to(grad, sizes), None, "copy_lhs", "sum", csc)


def _sum_gradient_e(
    csc: Compressed,
    reverse: Compressed | None,
    u: Tensor | None,
    e: Tensor | None,
    op: str,
    grad: Tensor,
    sizes: list[int],
) -> Tensor:
    from weft.kernels.sddmm.definition import sddmm
    from weft.kernels.sddmm.gradient import product_summed_to

    if op not in ("mul", "div"):
        per_row = sum_to(grad, sizes)
        return sddmm(csc, -per_row if op == "sub" else per_row, None, "copy_lhs", "v", reverse=reverse)
    assert u is not None
    assert e is not None
    slope = product_summed_to(csc, grad, u, "v", "u", sizes, reverse)
    return slope if op == "mul" else -slope / (e * e)


def extreme_gradients(
    csc: Compressed,
    u: Tensor | None,
    e: Tensor | None,
    op: str,
    arg: Tensor,
    grad: Tensor,
    sizes: Sizes,
    needs: Needs,
) -> Grads:
    """Return the gradients of ``u`` and ``e`` for a maximum or minimum whose winning positions are ``arg``."""
    slope_u, slope_e = grad, grad
    if op in ("mul", "div"):
        assert u is not None
        assert e is not None
        won_e = torch.ops.weft.arg_gather(align(e, arg.dim() - 1), arg, csc.eids, True)
        if op == "div":
            won_e = torch.where(arg < 0, 1, won_e)
        slope_u = grad * won_e if op == "mul" else grad / won_e
        if needs[1]:
            won_u = torch.ops.weft.arg_gather(align(u, arg.dim() - 1), arg, csc.indices, False)
            slope_e = grad * won_u if op == "mul" else -grad * won_u / (won_e * won_e)
    elif op == "sub":
        slope_e = -grad
    grad_u = grad_e = None
    if needs[0] and sizes[0] is not None:
        grad_u = _scatter(slope_u, arg, csc.indices, csc.num_cols, sizes[0], rows_own=False)
    if needs[1] and sizes[1] is not None:
        grad_e = _scatter(slope_e, arg, csc.eids, csc.num_edges(), sizes[1], rows_own=True)
    return grad_u, grad_e


def _scatter(
    values: Tensor, arg: Tensor, ids: Tensor | None, num_out: int, sizes: list[int], *, rows_own: bool
) -> Tensor:
    # The kernel wants as many trailing dimensions as arg has.
    padded = [1] * (len(trailing(arg)) - len(sizes)) + list(sizes)
    out = torch.ops.weft.arg_scatter(values, arg, ids, num_out, padded, rows_own)
    return out.reshape(num_out, *sizes)

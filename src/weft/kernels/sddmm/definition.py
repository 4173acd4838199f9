"""sddmm: schema, shapes, gradient and the function that users of the kernels call."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import InputError, name_choices
from weft.kernels.broadcast import MESSAGE_OPS, check_features, message_trailing, to_common_dtype, trailing
from weft.kernels.compressed import Compressed, tensors_of
from weft.kernels.dispatch import implementation
from weft.kernels.sddmm import native, reference
from weft.kernels.sddmm.gradient import gradients
from weft.kernels.spmm.reference import combine

OPS = (*MESSAGE_OPS, "dot")
TARGETS = ("u", "v", "e")

_LIBRARY = torch.library.Library("weft", "FRAGMENT")
_LIBRARY.define(
    "sddmm(Tensor indptr, Tensor indices, Tensor? eids, SymInt num_cols, Tensor lhs, Tensor? rhs, str op, "
    "str lhs_target, str rhs_target, Tensor? reverse_indptr, Tensor? reverse_indices, Tensor? reverse_eids) -> Tensor"
)


def sddmm(
    csc: Compressed,
    lhs: Tensor | None,
    rhs: Tensor | None,
    op: str,
    lhs_target: str = "u",
    rhs_target: str = "v",
    reverse: Compressed | None = None,
) -> Tensor:
    """Return a value for each edge from the features of two of its ends.

    ``out[e] = op(lhs[end of e], rhs[end of e])``, where trailing dimensions broadcast by NumPy's rules; ``dot`` sums
    the product over the last dimension and keeps it with size 1. Gradients are computed without atomics, by ``spmm``
    over the layout whose rows are the nodes in question, and are differentiable again.

    Args:
        csc: ``E`` edges; rows are ``v`` (they own edges), columns ``u``.
        lhs: ``(n, *features)`` with ``n`` the number of columns, rows or edges, as ``lhs_target`` says; None when
            ``op`` is ``copy_rhs``. Edge features are in edge-ID order.
        rhs: the same for ``rhs_target``; None when ``op`` is ``copy_lhs``.
        op: ``add``, ``sub``, ``mul``, ``div``, ``dot``, ``copy_lhs`` or ``copy_rhs``.
        lhs_target: ``u``, ``v`` or ``e``.
        rhs_target: ``u``, ``v`` or ``e``.
        reverse: the transposed layout, for gradients at ``u``; computed when it is needed and None.

    Returns:
        ``(E, *features)`` in edge-ID order. float32, float64, bfloat16 or float16; 16-bit floats are computed in
        float32 and rounded once. Operands of different dtypes are promoted as PyTorch does.

    Raises:
        InputError: unknown ``op`` or target, an operand that ``op`` needs is None, or a ``dot`` of features without a
            last dimension.
        ShapeError: no feature row per node or edge, or features that do not broadcast.
        DtypeError: features are not floating point.

    Source: the generalised SDDMM of DGL (Wang et al. 2019, arXiv:1909.01315), ``dgl.ops.gsddmm``.
    """
    if op not in OPS:
        raise InputError(f"sddmm: got op={op!r}; expected one of {name_choices(OPS)}.")
    if op == "copy_rhs":
        op, lhs, lhs_target = "copy_lhs", rhs, rhs_target
    if op == "copy_lhs":
        rhs, rhs_target = None, "v"
    lhs = _checked(csc, lhs, lhs_target, "lhs", op)
    if op != "copy_lhs":
        rhs = _checked(csc, rhs, rhs_target, "rhs", op)
        assert rhs is not None
        message_trailing("sddmm", op, lhs, rhs)
        promoted_lhs, rhs = to_common_dtype(lhs, rhs)
        assert promoted_lhs is not None
        assert rhs is not None
        lhs = promoted_lhs
        if op == "dot":
            # The dimension that is summed is whole in both, so that gradients are products.
            (size,) = torch.broadcast_shapes(lhs.shape[-1:], rhs.shape[-1:])
            lhs, rhs = lhs.expand(*lhs.shape[:-1], size), rhs.expand(*rhs.shape[:-1], size)
        if lhs_target == rhs_target:
            # Both ends are the same row: computed once a row, then copied to its edges.
            lhs, rhs, op, rhs_target = combine(op, lhs, rhs), None, "copy_lhs", "v"
    if op == "copy_lhs" and lhs_target == "e":
        return lhs.clone()
    back = tensors_of(reverse)
    return torch.ops.weft.sddmm(*csc, lhs, rhs, op, lhs_target, rhs_target, *back)


def _checked(csc: Compressed, operand: Tensor | None, target: str, name: str, op: str) -> Tensor:
    if target not in TARGETS:
        raise InputError(f"sddmm: got {name}_target={target!r}; expected 'u', 'v' or 'e'.")
    if operand is None:
        raise InputError(f"sddmm: op {op!r} reads {name}, but it is None.")
    count, kind = {
        "u": (csc.num_cols, "columns"),
        "v": (csc.num_rows(), "rows"),
        "e": (csc.num_edges(), "edges"),
    }[target]
    check_features("sddmm", name, operand, count, kind)
    if op == "dot" and operand.dim() < 2:
        raise InputError(f"sddmm: dot sums over the last feature dimension, but {name} has none; use 'mul'.")
    return operand


def _sddmm_impl(indptr, indices, eids, num_cols, lhs, rhs, op, lhs_target, rhs_target, *reverse):  # type: ignore[no-untyped-def]
    module = implementation("sddmm", native, reference, indptr, lhs, rhs)
    return module.sddmm(Compressed(indptr, indices, eids, num_cols), lhs, rhs, op, lhs_target, rhs_target)


def _sddmm_fake(indptr, indices, eids, num_cols, lhs, rhs, op, *_):  # type: ignore[no-untyped-def]
    return lhs.new_empty(indices.shape[0], *message_trailing("sddmm", op, lhs, rhs))


def _save(ctx, inputs, output):  # type: ignore[no-untyped-def]
    indptr, indices, eids, ctx.num_cols, lhs, rhs, ctx.op, lhs_target, rhs_target, *reverse = inputs
    ctx.targets = (lhs_target, rhs_target)
    ctx.sizes = (trailing(lhs), None if rhs is None else trailing(rhs))
    reads = ctx.op in ("mul", "div", "dot")
    ctx.save_for_backward(indptr, indices, eids, lhs if reads else None, rhs if reads else None, *reverse)


def _backward(ctx, grad):  # type: ignore[no-untyped-def]
    indptr, indices, eids, lhs, rhs, *reverse = ctx.saved_tensors
    csc = Compressed(indptr, indices, eids, ctx.num_cols)
    back = None if reverse[0] is None else Compressed(*reverse, indptr.shape[0] - 1)
    needs = ctx.needs_input_grad[4:6]
    grads = gradients(csc, back, lhs, rhs, ctx.op, grad, ctx.targets, ctx.sizes, needs)
    return None, None, None, None, *grads, None, None, None, None, None, None


_LIBRARY.impl("sddmm", _sddmm_impl, "CompositeExplicitAutograd")
torch.library.register_fake("weft::sddmm", _sddmm_fake, lib=_LIBRARY)
torch.library.register_autograd("weft::sddmm", _backward, setup_context=_save, lib=_LIBRARY)

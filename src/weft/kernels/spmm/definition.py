"""spmm: schema, shapes, gradient and the function that users of the kernels call."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import InputError, name_choices
from weft.kernels import native as library
from weft.kernels.broadcast import (
    MESSAGE_OPS,
    check_features,
    message_trailing,
    to_common_dtype,
    trailing,
)
from weft.kernels.compressed import Compressed, tensors_of
from weft.kernels.dispatch import implementation
from weft.kernels.spmm import native, reference
from weft.kernels.spmm.gradient import extreme_gradients, sum_gradients

REDUCES = native.REDUCES

_LIBRARY = torch.library.Library("weft", "FRAGMENT")
_ARGUMENTS = (
    "(Tensor indptr, Tensor indices, Tensor? eids, SymInt num_cols, Tensor? u, Tensor? e, str op, str reduce, "
    "Tensor? reverse_indptr, Tensor? reverse_indices, Tensor? reverse_eids)"
)
_LIBRARY.define(f"spmm{_ARGUMENTS} -> Tensor")
_LIBRARY.define(f"spmm_arg{_ARGUMENTS} -> (Tensor, Tensor)")
_LIBRARY.define("arg_gather(Tensor x, Tensor arg, Tensor? ids, bool rows_own) -> Tensor")
_LIBRARY.define(
    "arg_scatter(Tensor values, Tensor arg, Tensor? ids, SymInt num_out, SymInt[] sizes, bool rows_own) -> Tensor"
)


def spmm(
    csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str, reverse: Compressed | None = None
) -> Tensor:
    """Return the reduction of each row's messages.

    ``out[r] = reduce over the edges p of row r of op(u[indices[p]], e[eids[p]])``, where trailing dimensions broadcast
    by NumPy's rules. A row without edges gets 0. A NaN message wins a maximum or minimum.

    Gradients are computed without atomics: the gradient of ``u`` walks ``reverse``, that of ``e`` is an ``sddmm``. They
    are differentiable again. Where several edges reach a maximum, the gradient goes to the lowest position.

    Args:
        csc: ``E`` edges; rows receive, columns send.
        u: ``(num_cols, *u_features)``, or None when ``op`` is ``copy_rhs``.
        e: ``(E, *e_features)`` in edge-ID order, or None when ``op`` is ``copy_lhs``.
        op: ``copy_lhs``, ``copy_rhs``, ``add``, ``sub``, ``mul`` or ``div``; ``u`` is the left operand.
        reduce: ``sum``, ``mean``, ``max`` or ``min``.
        reverse: the transposed layout, for the gradient of ``u``; computed when it is needed and None.

    Returns:
        ``(num_rows, *features)``. float32, float64, bfloat16 or float16; 16-bit floats are added in float32 and rounded
        once. Operands of different dtypes are promoted as PyTorch does.

    Raises:
        InputError: unknown ``op`` or ``reduce``, or an operand that ``op`` needs is None.
        ShapeError: no feature row per column or edge, or features that do not broadcast.
        DtypeError: features are not floating point.

    Source: the generalised SpMM of DGL (Wang et al. 2019, arXiv:1909.01315), ``dgl.ops.gspmm``.
    """
    u, e = _checked(csc, u, e, op, reduce)
    arguments = (*csc, u, e, op, reduce, *tensors_of(reverse))
    if reduce in ("max", "min") and torch.is_grad_enabled() and _wants_gradient(u, e):
        return torch.ops.weft.spmm_arg(*arguments)[0]
    return torch.ops.weft.spmm(*arguments)


def spmm_arg(
    csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str, reverse: Compressed | None = None
) -> tuple[Tensor, Tensor]:
    """Return the maximum or minimum of each row's messages and the edge position that gave it.

    Arguments, shapes and errors are those of :func:`spmm`; ``reduce`` is ``max`` or ``min``. The position, in the dtype
    of ``csc.indices``, is the lowest of those that reach the extreme, and -1 in a row without edges.
    """
    u, e = _checked(csc, u, e, op, reduce)
    if reduce not in ("max", "min"):
        raise InputError(f"spmm_arg: got reduce={reduce!r}; expected 'max' or 'min'.")
    out, arg = torch.ops.weft.spmm_arg(*csc, u, e, op, reduce, *tensors_of(reverse))
    return out, arg


def _wants_gradient(*operands: Tensor | None) -> bool:
    return any(operand is not None and operand.requires_grad for operand in operands)


def _checked(
    csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str
) -> tuple[Tensor | None, Tensor | None]:
    """Return the operands that ``op`` uses, in one dtype."""
    if op not in MESSAGE_OPS:
        raise InputError(f"spmm: got op={op!r}; expected one of {name_choices(MESSAGE_OPS)}.")
    if reduce not in REDUCES:
        raise InputError(f"spmm: got reduce={reduce!r}; expected one of {name_choices(REDUCES)}.")
    if op != "copy_rhs":
        if u is None:
            raise InputError(f"spmm: op {op!r} reads column features, but u is None.")
        check_features("spmm", "u", u, csc.num_cols, "columns")
    if op != "copy_lhs":
        if e is None:
            raise InputError(f"spmm: op {op!r} reads edge features, but e is None.")
        check_features("spmm", "e", e, csc.num_edges(), "edges")
    u, e = (u if op != "copy_rhs" else None), (e if op != "copy_lhs" else None)
    message_trailing("spmm", op, u, e)
    return to_common_dtype(u, e)


def _spmm_impl(indptr, indices, eids, num_cols, u, e, op, reduce, *reverse):  # type: ignore[no-untyped-def]
    module = implementation("spmm", native, reference, indptr, u, e)
    return module.spmm(Compressed(indptr, indices, eids, num_cols), u, e, op, reduce)


def _spmm_arg_impl(indptr, indices, eids, num_cols, u, e, op, reduce, *reverse):  # type: ignore[no-untyped-def]
    module = implementation("spmm_arg", native, reference, indptr, u, e)
    return module.spmm_arg(Compressed(indptr, indices, eids, num_cols), u, e, op, reduce)


def _arg_gather_impl(x: Tensor, arg: Tensor, ids: Tensor | None, rows_own: bool) -> Tensor:
    return (native if library.use_native(x, arg) else reference).arg_gather(x, arg, ids)


def _arg_scatter_impl(
    values: Tensor, arg: Tensor, ids: Tensor | None, num_out: int, sizes: list[int], rows_own: bool
) -> Tensor:
    if library.use_native(values, arg):
        return native.arg_scatter(values, arg, ids, num_out, sizes, rows_own=rows_own)
    return reference.arg_scatter(values, arg, ids, num_out, sizes)


def _spmm_fake(indptr, indices, eids, num_cols, u, e, op, reduce, *reverse):  # type: ignore[no-untyped-def]
    some = e if u is None else u
    return some.new_empty(indptr.shape[0] - 1, *message_trailing("spmm", op, u, e))


def _spmm_arg_fake(indptr, indices, eids, num_cols, u, e, op, reduce, *reverse):  # type: ignore[no-untyped-def]
    out = _spmm_fake(indptr, indices, eids, num_cols, u, e, op, reduce)
    return out, torch.empty_like(out, dtype=indices.dtype)


def _arg_gather_fake(x: Tensor, arg: Tensor, ids: Tensor | None, rows_own: bool) -> Tensor:
    return x.new_empty(arg.shape)


def _arg_scatter_fake(values, arg, ids, num_out, sizes, rows_own):  # type: ignore[no-untyped-def]
    return values.new_empty(num_out, *sizes)


def _save(ctx, inputs, output):  # type: ignore[no-untyped-def]
    indptr, indices, eids, num_cols, u, e, op, reduce, *reverse = inputs
    ctx.num_cols, ctx.op, ctx.reduce = num_cols, op, reduce
    ctx.u_sizes = None if u is None else trailing(u)
    ctx.e_sizes = None if e is None else trailing(e)
    # Sums and differences have gradients that do not depend on the operands.
    reads = op in ("mul", "div") or (reduce in ("max", "min") and not isinstance(output, tuple))
    arg = output[1] if isinstance(output, tuple) else None
    ctx.save_for_backward(indptr, indices, eids, u if reads else None, e if reads else None, arg, *reverse)
    if arg is not None:
        ctx.mark_non_differentiable(arg)


def _backward(ctx, grad, *_):  # type: ignore[no-untyped-def]
    indptr, indices, eids, u, e, arg, *reverse = ctx.saved_tensors
    csc = Compressed(indptr, indices, eids, ctx.num_cols)
    needs = ctx.needs_input_grad[4:6]
    if ctx.reduce in ("max", "min"):
        if arg is None:
            arg = torch.ops.weft.spmm_arg(*csc, u, e, ctx.op, ctx.reduce, *reverse)[1]
        grads = extreme_gradients(csc, u, e, ctx.op, arg, grad, (ctx.u_sizes, ctx.e_sizes), needs)
    else:
        back = None if reverse[0] is None else Compressed(*reverse, indptr.shape[0] - 1)
        if ctx.reduce == "mean":
            grad = _divide_by_degree(grad, indptr)
        grads = sum_gradients(csc, back, u, e, ctx.op, grad, (ctx.u_sizes, ctx.e_sizes), needs)
    return None, None, None, None, *grads, None, None, None, None, None


def _divide_by_degree(grad: Tensor, indptr: Tensor) -> Tensor:
    # In float32 at least: a degree can exceed what float16 holds.
    compute = torch.promote_types(grad.dtype, torch.float32)
    degrees = indptr.diff().clamp(min=1).to(compute).reshape(-1, *[1] * (grad.dim() - 1))
    return (grad.to(compute) / degrees).to(grad.dtype)


def _save_gather(ctx, inputs, output):  # type: ignore[no-untyped-def]
    x, arg, ids, ctx.rows_own = inputs
    ctx.num_out, ctx.sizes = x.shape[0], trailing(x)
    ctx.save_for_backward(arg, ids)


def _gather_backward(ctx, grad):  # type: ignore[no-untyped-def]
    arg, ids = ctx.saved_tensors
    return torch.ops.weft.arg_scatter(grad, arg, ids, ctx.num_out, ctx.sizes, ctx.rows_own), None, None, None


def _save_scatter(ctx, inputs, output):  # type: ignore[no-untyped-def]
    _, arg, ids, _, _, ctx.rows_own = inputs
    ctx.save_for_backward(arg, ids)


def _scatter_backward(ctx, grad):  # type: ignore[no-untyped-def]
    arg, ids = ctx.saved_tensors
    return torch.ops.weft.arg_gather(grad, arg, ids, ctx.rows_own), None, None, None, None, None


for _name, _impl, _fake, _gradient, _setup in (
    ("spmm", _spmm_impl, _spmm_fake, _backward, _save),
    ("spmm_arg", _spmm_arg_impl, _spmm_arg_fake, _backward, _save),
    ("arg_gather", _arg_gather_impl, _arg_gather_fake, _gather_backward, _save_gather),
    ("arg_scatter", _arg_scatter_impl, _arg_scatter_fake, _scatter_backward, _save_scatter),
):
    _LIBRARY.impl(_name, _impl, "CompositeExplicitAutograd")
    torch.library.register_fake(f"weft::{_name}", _fake, lib=_LIBRARY)
    torch.library.register_autograd(f"weft::{_name}", _gradient, setup_context=_setup, lib=_LIBRARY)

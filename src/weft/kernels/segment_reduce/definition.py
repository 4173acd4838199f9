"""``weft::segment_reduce``: runs of rows into one row each."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft.errors import DtypeError, InputError, ShapeError, did_you_mean, name_choices
from weft.kernels import native as library
from weft.kernels.dispatch import implementation
from weft.kernels.segment_reduce import native, reference

torch.library.define("weft::segment_reduce", "(Tensor offsets, Tensor values, str reduce) -> (Tensor, Tensor)")
torch.library.define(
    "weft::segment_reduce_backward",
    "(Tensor offsets, Tensor arg, Tensor grad, SymInt num_values, str reduce) -> Tensor",
)


def segment_reduce(offsets: Tensor, values: Tensor, reduce: str = "sum") -> Tensor:
    """Reduce runs of rows, such as the nodes of each graph in a batch.

    Args:
        offsets: ``(S + 1,)`` int64, ascending from 0 to ``n``; segment ``s`` is rows ``offsets[s]:offsets[s + 1]``.
        values: ``(n, *trailing)`` float32, float64, bfloat16 or float16. 16-bit types are computed in float32.
        reduce: ``sum``, ``mean``, ``max`` or ``min``.

    Returns:
        ``(S, *trailing)``; 0 for an empty segment. NaN wins a maximum or minimum; among equals, the first row gets the
        gradient. Same bits for any number of threads.

    Raises:
        InputError: the offsets do not ascend from 0 to ``n``, or ``reduce`` is unknown.
        ShapeError, DtypeError: the tensors are not of the kind above.

    >>> segment_reduce(torch.tensor([0, 2, 2, 3]), torch.tensor([1.0, 3.0, 5.0]), "mean")
    tensor([2., 0., 5.])
    """
    if reduce not in native.REDUCE_CODES:
        raise InputError(
            f"segment_reduce: reduce is {reduce!r}; expected one of {name_choices(native.REDUCE_CODES)}."
            f"{did_you_mean(reduce, native.REDUCE_CODES)}"
        )
    if offsets.dim() != 1 or offsets.shape[0] == 0 or values.dim() == 0:
        raise ShapeError(
            f"segment_reduce: offsets have shape {tuple(offsets.shape)} and values {tuple(values.shape)}; expected "
            "(num_segments + 1,) and (num_rows, ...)."
        )
    if offsets.dtype != torch.int64 or values.dtype not in library.DTYPE_CODES:
        raise DtypeError(
            f"segment_reduce: offsets are {offsets.dtype} and values {values.dtype}; expected int64 offsets and "
            "float32, float64, bfloat16 or float16 values. Convert with .long() and .float()."
        )
    flat = values if values.dim() == 2 else values.reshape(values.shape[0], values.shape[1:].numel())
    out, _ = torch.ops.weft.segment_reduce(offsets, flat, reduce)
    return out.view(offsets.shape[0] - 1, *values.shape[1:])


@torch.library.impl("weft::segment_reduce", "CompositeExplicitAutograd")
def _run(offsets: Tensor, values: Tensor, reduce: str) -> tuple[Tensor, Tensor]:
    module = implementation("segment_reduce", native, reference, offsets, values)
    return module.segment_reduce(offsets, values, reduce)


@torch.library.impl("weft::segment_reduce_backward", "CompositeExplicitAutograd")
def _run_backward(offsets: Tensor, arg: Tensor, grad: Tensor, num_values: int, reduce: str) -> Tensor:
    if library.use_native(offsets, arg, grad):
        return native.segment_reduce_backward(offsets, arg, grad, num_values, reduce)
    return reference.segment_reduce_backward(offsets, arg, grad, num_values, reduce)


@torch.library.register_fake("weft::segment_reduce")
def _fake(offsets: Tensor, values: Tensor, reduce: str) -> tuple[Tensor, Tensor]:
    num_segments, width = offsets.shape[0] - 1, values.shape[1]
    with_arg = reduce in ("max", "min")
    return values.new_empty(num_segments, width), offsets.new_empty(num_segments if with_arg else 0, width)


@torch.library.register_fake("weft::segment_reduce_backward")
def _fake_backward(offsets: Tensor, arg: Tensor, grad: Tensor, num_values: int, reduce: str) -> Tensor:
    return grad.new_empty(num_values, grad.shape[1])


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    offsets, values, ctx.reduce = inputs
    ctx.num_values = values.shape[0]
    ctx.mark_non_differentiable(output[1])
    ctx.set_materialize_grads(False)
    ctx.save_for_backward(offsets, output[1])


def _backward(ctx: Any, grad: Tensor | None, _: Tensor | None) -> tuple[None, Tensor | None, None]:
    if grad is None:
        return None, None, None
    offsets, arg = ctx.saved_tensors
    return None, torch.ops.weft.segment_reduce_backward(offsets, arg, grad, ctx.num_values, ctx.reduce), None


torch.library.register_autograd("weft::segment_reduce", _backward, setup_context=_setup_context)


def _setup_second(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    offsets, arg, _, _, ctx.reduce = inputs
    ctx.save_for_backward(offsets, arg)


def _second_backward(ctx: Any, slope: Tensor) -> tuple[None, None, Tensor, None, None]:
    """Reduce the slopes of the values as the values were: each segment's gradient went to some of its rows."""
    offsets, arg = ctx.saved_tensors
    if ctx.reduce in ("max", "min"):
        return None, None, torch.where(arg >= 0, slope.gather(0, arg.clamp(min=0)), 0), None, None
    return None, None, torch.ops.weft.segment_reduce(offsets, slope, ctx.reduce)[0], None, None


torch.library.register_autograd("weft::segment_reduce_backward", _second_backward, setup_context=_setup_second)

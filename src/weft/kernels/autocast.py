"""What each operator does under ``torch.autocast``, on a CPU and on a GPU.

As PyTorch's own lists have it: products of matrices run in the region's dtype, which our kernels add up in float32;
normalisation and plain sums run in float32; operators that take several operands and are neither run in the widest of
their dtypes. float64 is never narrowed: an operator that is given some computes in the widest dtype.

Gradients get the dtypes of what they are gradients of, because the casts are part of what autograd records.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

DEVICES = ("cpu", "cuda")
LOWER = "lower"
"""Floating-point inputs are cast to the region's dtype."""
FLOAT32 = "float32"
"""They are cast to float32."""
WIDEST = "widest"
"""They are cast to the widest of their dtypes."""
KEEP = "keep"
"""They are left as they are; the operator's own PyTorch code, if it has some, runs without autocast."""

Rule = Callable[[Mapping[str, Any]], str]


def _of_spmm(arguments: Mapping[str, Any]) -> str:
    if arguments["reduce"] not in ("sum", "mean") or arguments["op"] in ("add", "sub", "div"):
        return WIDEST
    return FLOAT32 if arguments["op"] == "copy_rhs" else LOWER


def _of_sddmm(arguments: Mapping[str, Any]) -> str:
    return LOWER if arguments["op"] == "dot" else WIDEST


def _of_segment_reduce(arguments: Mapping[str, Any]) -> str:
    return FLOAT32 if arguments["reduce"] in ("sum", "mean") else KEEP


RULES: dict[str, str | Rule] = {
    "aggregate_linear": LOWER,
    "aggregate_linear_backward": KEEP,
    "arg_gather": KEEP,
    "arg_scatter": KEEP,
    "dot_attention": LOWER,
    "dot_attention_backward": KEEP,
    "edge_softmax": FLOAT32,
    "edge_softmax_backward": KEEP,
    "farthest_points": KEEP,
    "gat_aggregate": LOWER,
    "gat_attention": LOWER,
    "gat_backward_destinations": KEEP,
    "gat_backward_sources": KEEP,
    "gatv2_attention": LOWER,
    "gatv2_attention_backward": KEEP,
    "masked_dots": WIDEST,
    "masked_product": WIDEST,
    "nearest_candidates": KEEP,
    "sddmm": _of_sddmm,
    "segment_mm": LOWER,
    "segment_outer": LOWER,
    "segment_reduce": _of_segment_reduce,
    "segment_reduce_backward": KEEP,
    "spmm": _of_spmm,
    "spmm_arg": WIDEST,
    "spspmm": WIDEST,
    "take_rows": KEEP,
}
"""Operator to what it does, or to a function of its arguments that tells; every operator that takes features."""

_FACTORS = ("src_scale", "dst_scale", "scale")
"""Arguments that are never narrower than float32."""
_LIBRARY = torch.library.Library("weft", "IMPL")


def chooses_dtype(tensor: Tensor) -> bool:
    """Return whether autocast gives inputs on this tensor's device one dtype, so that they may come in several."""
    return tensor.device.type in DEVICES and torch.is_autocast_enabled(tensor.device.type)


def register() -> None:
    """Register the rules of all operators, which are defined by now."""
    for name, rule in RULES.items():
        for device in DEVICES:
            _LIBRARY.impl(name, functools.partial(_run, name, rule, device), f"Autocast{device.upper()}")


def _run(name: str, rule: str | Rule, device: str, *arguments: Any) -> Any:
    operator = getattr(torch.ops.weft, name).default
    names = [argument.name for argument in operator._schema.arguments]
    kind = rule if isinstance(rule, str) else rule(dict(zip(names, arguments, strict=True)))
    places = [place for place, value in enumerate(arguments) if isinstance(value, Tensor) and value.is_floating_point()]
    dtype = _dtype(kind, [arguments[place].dtype for place in places if names[place] not in _FACTORS], device)
    if dtype is not None:
        cast, wide = list(arguments), torch.promote_types(dtype, torch.float32)
        for place in places:
            cast[place] = arguments[place].to(wide if names[place] in _FACTORS else dtype)
        arguments = tuple(cast)
    with torch.autocast(device, enabled=False):
        return operator(*arguments)


def _dtype(kind: str, dtypes: Sequence[torch.dtype], device: str) -> torch.dtype | None:
    """Return the dtype for an operator's inputs of these dtypes, None for their own."""
    if kind == KEEP or not dtypes:
        return None
    if kind == WIDEST or torch.float64 in dtypes:
        return functools.reduce(torch.promote_types, dtypes)
    return torch.float32 if kind == FLOAT32 else torch.get_autocast_dtype(device)

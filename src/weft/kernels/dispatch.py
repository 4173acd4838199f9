"""Which implementation of an operator runs: native code on the CPU, Triton on a CUDA device, else the reference.

Note [Falling back]: a reference that runs where something faster was to be expected says so once, with the reason, and
:func:`why_not` gives that reason at any time.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import warnings
from typing import Any

from torch import Tensor

from weft.errors import InputError, name_choices
from weft.kernels import native as library
from weft.kernels.broadcast import FLOATS

TRITON = {
    "spmm": "weft.kernels.spmm.triton",
    "spmm_arg": "weft.kernels.spmm.triton",
    "sddmm": "weft.kernels.sddmm.triton",
    "edge_softmax": "weft.kernels.edge_softmax.triton",
    "edge_softmax_backward": "weft.kernels.edge_softmax.triton",
    "gat_aggregate": "weft.kernels.gat_attention.triton",
    "gat_attention": "weft.kernels.gat_attention.triton",
    "gat_backward_destinations": "weft.kernels.gat_attention.triton",
    "gat_backward_sources": "weft.kernels.gat_attention.triton",
    "segment_reduce": "weft.kernels.segment_reduce.triton",
    "take_rows": "weft.kernels.take_rows.triton",
}
"""Operator -> module of its Triton version, which is imported when it first runs."""
COPIES = {"take_rows"}
"""Operators that take values of any dtype, and read pinned memory of the host beside that of the GPU."""
TRITON_DEVICES = ("cuda",)


def why_not(op: str, *tensors: Tensor | None) -> str | None:
    """Return why an operator would not run as a Triton kernel on these inputs; None when it would.

    Args:
        op: name under ``torch.ops.weft``, such as ``spmm``.
        tensors: what it would be given, structure and features; None for what is left out.

    Raises:
        InputError: no such operator.

    >>> import torch
    >>> why_not("spmm", torch.ones(3))
    'tensors are on cpu, and Triton kernels run on cuda'
    """
    import torch

    if not hasattr(torch.ops.weft, op):
        raise InputError(f"why_not: got op={op!r}; expected an operator of torch.ops.weft: {name_choices(TRITON)} ...")
    if op not in TRITON:
        return f"{op} has no Triton kernel, only native code for the CPU and a reference for every device"
    present = [tensor for tensor in tensors if tensor is not None]
    if op in COPIES:
        at_hand = [tensor for tensor in present if tensor.device.type in TRITON_DEVICES]
        if at_hand and any(not tensor.is_pinned() for tensor in present if tensor.device.type == "cpu"):
            return "the table is in memory of the host that is not pinned; .pin_memory() makes it readable for a GPU"
        present = at_hand or present
    elsewhere = sorted({tensor.device.type for tensor in present} - set(TRITON_DEVICES))
    if elsewhere:
        return f"tensors are on {', '.join(elsewhere)}, and Triton kernels run on {', '.join(TRITON_DEVICES)}"
    if len({tensor.device for tensor in present}) > 1:
        return "tensors are on several devices"
    odd = next((t.dtype for t in present if t.is_floating_point() and t.dtype not in FLOATS), None)
    if odd is not None and op not in COPIES:
        return f"features are {odd}; Triton kernels take {', '.join(map(str, FLOATS))}"
    return None if _triton_is_installed() else "Triton is not installed; pip install triton"


def implementation(op: str, native: Any, reference: Any, *tensors: Tensor | None) -> Any:
    """Return the module whose function does the work; Note [Falling back].

    Args:
        op: name under ``torch.ops.weft``.
        native: module of the native version.
        reference: module of the version in PyTorch.
        tensors: inputs that decide, None for what is left out.
    """
    kinds = {tensor.device.type for tensor in tensors if tensor is not None}
    if kinds & set(TRITON_DEVICES):
        reason = why_not(op, *tensors)
        if reason is None:
            return importlib.import_module(TRITON[op])
        _warn(op, reason)
        return reference
    return native if library.use_native(*tensors) else reference


@functools.cache
def _triton_is_installed() -> bool:
    return importlib.util.find_spec("triton") is not None


@functools.cache
def _warn(op: str, reason: str) -> None:
    warnings.warn(f"weft::{op} runs as its PyTorch reference: {reason}.", RuntimeWarning, stacklevel=4)

"""Distinct IDs in order of first appearance, by the native library (csrc/kernels/first_seen.h)."""

from __future__ import annotations

import ctypes

import torch
from torch import Tensor

from weft.kernels import native

_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_int64, ctypes.c_int32
_BAD_ARGUMENT = -5


def first_seen(known: Tensor, ids: Tensor, num_ids: int) -> tuple[Tensor, Tensor] | None:
    """Return the distinct IDs and the place of each of ``ids``; None when an ID is out of its range or known twice."""
    known, ids = known.contiguous(), ids.contiguous()
    unique = ids.new_empty(len(known) + min(len(ids), num_ids))
    inverse = torch.empty_like(ids)
    count = ctypes.c_int64()
    call = native.function(
        "weft_first_seen", (_POINTER, _SIZE, _POINTER, _SIZE, _SIZE, _CODE, _POINTER, _POINTER, _POINTER)
    )
    code = call(
        known.data_ptr(),
        len(known),
        ids.data_ptr(),
        len(ids),
        num_ids,
        native.index_bits(known, ids),
        unique.data_ptr(),
        inverse.data_ptr(),
        ctypes.addressof(count),
    )
    if code == _BAD_ARGUMENT:
        return None
    native.check(code, "first_seen")
    # A copy, so that the room that was not needed is given back.
    return unique[: count.value].clone(), inverse

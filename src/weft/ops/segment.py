"""Reductions of consecutive rows."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from weft import checks, kernels
from weft.errors import ShapeError
from weft.ops.gspmm import REDUCERS


def segment_reduce(
    seglen: Any, value: Float[Tensor, "rows *trailing"], reducer: str = "sum"
) -> Float[Tensor, "segments *trailing"]:
    """Return the reduction of each run of consecutive rows.

    Args:
        seglen: ``(S,)`` lengths, int32 or int64, that add up to the rows of ``value``.
        value: ``(N, *trailing)``.
        reducer: ``sum``, ``mean``, ``max`` or ``min``.

    Returns:
        ``(S, *trailing)``; 0 for an empty segment.

    Raises:
        InputError: an unknown reducer.
        ShapeError: lengths are negative or do not add up.

    Source: DGL's ``dgl.ops.segment_reduce``.
    """
    checks.choice("segment_reduce", "reducer", reducer, REDUCERS)
    lengths = checks.ids("segment_reduce", "seglen", seglen, dtype=torch.int64, device=value.device)
    checks.floating("segment_reduce", "value", value)
    if not torch.compiler.is_compiling():
        if len(lengths) and int(lengths.min()) < 0:
            raise ShapeError(f"segment_reduce: seglen holds {int(lengths.min())}; lengths count from 0.")
        if int(lengths.sum()) != value.shape[0]:
            raise ShapeError(
                f"segment_reduce: seglen adds up to {int(lengths.sum())}, but value has {value.shape[0]} rows."
            )
    offsets = torch.nn.functional.pad(lengths.cumsum(0), (1, 0))
    return kernels.segment_reduce(offsets, value, reducer)

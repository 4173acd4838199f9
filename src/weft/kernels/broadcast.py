"""Trailing (feature) dimensions of two operands that NumPy's rules broadcast against each other."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from weft.errors import DtypeError, ShapeError
from weft.kernels.autocast import chooses_dtype

MESSAGE_OPS = ("copy_lhs", "copy_rhs", "add", "sub", "mul", "div")
FLOATS = (torch.float32, torch.float64, torch.bfloat16, torch.float16)


def trailing(tensor: Tensor) -> list[int]:
    """Return the sizes of all dimensions but the first."""
    return list(tensor.shape[1:])


def broadcast_trailing(function: str, lhs: Tensor, rhs: Tensor) -> list[int]:
    """Return the trailing shape that two feature tensors broadcast to.

    Raises:
        ShapeError: they do not broadcast.
    """
    try:
        return list(torch.broadcast_shapes(lhs.shape[1:], rhs.shape[1:]))
    except RuntimeError as error:
        raise ShapeError(
            f"{function}: feature shapes {tuple(lhs.shape[1:])} and {tuple(rhs.shape[1:])} do not broadcast; each pair "
            "of sizes, counted from the last dimension, must be equal or contain a 1."
        ) from error


def message_trailing(function: str, op: str, lhs: Tensor | None, rhs: Tensor | None) -> list[int]:
    """Return the trailing shape of ``op(lhs, rhs)``."""
    if lhs is None or op == "copy_rhs":
        assert rhs is not None
        return trailing(rhs)
    if rhs is None or op == "copy_lhs":
        return trailing(lhs)
    shape = broadcast_trailing(function, lhs, rhs)
    return [*shape[:-1], 1] if op == "dot" else shape


def strides(sizes: Sequence[int], out_sizes: Sequence[int]) -> list[int]:
    """Return the strides of contiguous ``sizes`` for a walk over ``out_sizes``: 0 where broadcast."""
    result = [0] * len(out_sizes)
    step = 1
    for i in range(1, len(sizes) + 1):
        result[-i] = step if sizes[-i] != 1 else 0
        step *= sizes[-i]
    return result


def align(tensor: Tensor, num_trailing: int) -> Tensor:
    """Return ``tensor`` with ones put in front of its trailing dimensions until there are ``num_trailing``."""
    return tensor.reshape(tensor.shape[0], *[1] * (num_trailing - tensor.dim() + 1), *tensor.shape[1:])


def reduced_dims(out_sizes: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """Return the trailing dimensions (0 is the first of them) of ``out_sizes`` along which ``sizes`` was broadcast."""
    padded = [1] * (len(out_sizes) - len(sizes)) + list(sizes)
    return [i for i, (out, own) in enumerate(zip(out_sizes, padded, strict=True)) if own == 1 and out != 1]


def sum_to(values: Tensor, sizes: Sequence[int]) -> Tensor:
    """Return ``values`` ``(n, *out)`` summed down to ``(n, *sizes)``: the transpose of broadcasting."""
    dims = [1 + i for i in reduced_dims(trailing(values), sizes)]
    if dims:
        values = values.sum(dims, keepdim=True)
    return values.reshape(values.shape[0], *sizes)


def check_features(function: str, name: str, tensor: Tensor, num_rows: int, row_kind: str) -> None:
    """Refuse features that have no row per node or edge, or are not floating point.

    Raises:
        ShapeError: wrong number of rows.
        DtypeError: not float32, float64, bfloat16 or float16.
    """
    if tensor.dim() == 0 or tensor.shape[0] != num_rows:
        found = "is a single number" if tensor.dim() == 0 else f"has {tensor.shape[0]} rows"
        raise ShapeError(f"{function}: {name} {found}, but the graph has {num_rows} {row_kind}.")
    if tensor.dtype not in FLOATS:
        raise DtypeError(
            f"{function}: {name} is {tensor.dtype}; expected float32, float64, bfloat16 or float16. Convert it with "
            ".float()."
        )


def to_common_dtype(lhs: Tensor | None, rhs: Tensor | None) -> tuple[Tensor | None, Tensor | None]:
    """Return both operands in the dtype that PyTorch promotes them to, which autocast sees to where it is on."""
    if lhs is None or rhs is None or lhs.dtype == rhs.dtype or chooses_dtype(lhs):
        return lhs, rhs
    dtype = torch.promote_types(lhs.dtype, rhs.dtype)
    return lhs.to(dtype), rhs.to(dtype)

"""``weft::farthest_points``: each the farthest from those that were chosen before it."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DeviceError, DtypeError, IdError, InputError, ShapeError
from weft.kernels import native as library
from weft.kernels.farthest_points import native, reference

torch.library.define("weft::farthest_points", "(Tensor points, Tensor starts, SymInt count) -> Tensor")


def farthest_points(points: Tensor, starts: Tensor, count: int) -> Tensor:
    """Return points of each cloud that are far from each other.

    The first is given; each next one is, of those not yet chosen, the farthest from the nearest chosen one, and the
    first of equals. Distances are squared euclidean, in the dtype of the points.

    Args:
        points: ``(C, N, D)`` float32 or float64, without NaN.
        starts: ``(C,)`` int64: the first point of each cloud.
        count: how many, from 0 to ``N``.

    Returns:
        ``(C, count)`` int64, each once. The same points for any number of threads.

    Raises:
        DtypeError, ShapeError, DeviceError: points and starts that do not fit.
        IdError: a start is no point.
        InputError: ``count`` is negative or larger than ``N``.

    >>> farthest_points(torch.tensor([[[0.0], [1.0], [5.0], [8.0]]]), torch.tensor([0]), 3)
    tensor([[0, 3, 2]])
    """
    if points.dtype not in (torch.float32, torch.float64) or starts.dtype != torch.int64:
        raise DtypeError(
            f"farthest_points: points are {points.dtype} and starts {starts.dtype}; expected float32 or float64, and "
            "int64."
        )
    if points.dim() != 3 or starts.shape != points.shape[:1]:
        raise ShapeError(
            f"farthest_points: points have shape {tuple(points.shape)} and starts {tuple(starts.shape)}; expected "
            "(C, N, D) and (C,)."
        )
    if points.device != starts.device:
        raise DeviceError(
            f"farthest_points: points lie on {points.device} and starts on {starts.device}; move one with .to()."
        )
    if not torch.compiler.is_compiling():
        num_points = points.shape[1]
        if not 0 <= count <= num_points:
            raise InputError(
                f"farthest_points: count is {count}; expected a number from 0 to {num_points}, the points."
            )
        if starts.numel() > 0 and count > 0:
            low, high = (int(value) for value in starts.aminmax())
            if low < 0 or high >= num_points:
                raise IdError(
                    f"farthest_points: starts hold {low if low < 0 else high}, but points count from 0 to "
                    f"{num_points - 1}."
                )
    found: Tensor = torch.ops.weft.farthest_points(points, starts, count)
    return found


@torch.library.impl("weft::farthest_points", "CompositeExplicitAutograd")
def _run_farthest_points(points: Tensor, starts: Tensor, count: int) -> Tensor:
    if library.use_native(points, starts):
        return native.farthest_points(points, starts, count)
    return reference.farthest_points(points, starts, count)


@torch.library.register_fake("weft::farthest_points")
def _fake_farthest_points(points: Tensor, starts: Tensor, count: int) -> Tensor:
    return starts.new_empty(points.shape[0], count)

"""``weft::nearest_candidates``: a round of a search for neighbours."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DeviceError, DtypeError, IdError, InputError, ShapeError
from weft.kernels import native as library
from weft.kernels.nearest_candidates import native, reference

torch.library.define("weft::nearest_candidates", "(Tensor points, Tensor candidates, SymInt count) -> Tensor")


def nearest_candidates(points: Tensor, candidates: Tensor, count: int) -> Tensor:
    """Return for each point the nearest of its candidates, each once, nearest first and by number where equal.

    Args:
        points: ``(N, D)`` float32 or float64.
        candidates: ``(N, C)`` int64 numbers of points, repeats and the point itself allowed.
        count: how many to return.

    Returns:
        ``(N, count)`` int64; never the point itself but in places that are left over. The same bits for any number of
        threads.

    Raises:
        DtypeError, ShapeError, DeviceError: points and candidates that do not fit.
        IdError: a candidate is no point.
        InputError: ``count`` is negative.

    >>> points = torch.tensor([[0.0], [1.0], [3.0]])
    >>> nearest_candidates(points, torch.tensor([[2, 1, 2], [1, 1, 0], [1, 0, 2]]), 2)
    tensor([[1, 2],
            [0, 1],
            [1, 0]])
    """
    if points.dtype not in (torch.float32, torch.float64) or candidates.dtype != torch.int64:
        raise DtypeError(
            f"nearest_candidates: points are {points.dtype} and candidates {candidates.dtype}; expected float32 or "
            "float64, and int64."
        )
    if points.dim() != 2 or candidates.dim() != 2 or len(points) != len(candidates):
        raise ShapeError(
            f"nearest_candidates: points have shape {tuple(points.shape)} and candidates {tuple(candidates.shape)}; "
            "expected (N, D) and (N, C)."
        )
    if count < 0:
        raise InputError(f"nearest_candidates: count is {count}; expected a number from 0.")
    if points.device != candidates.device:
        raise DeviceError(
            f"nearest_candidates: points lie on {points.device} and candidates on {candidates.device}; "
            "move one of them with .to()."
        )
    if candidates.numel() > 0 and not torch.compiler.is_compiling():
        low, high = (int(value) for value in candidates.aminmax())
        if low < 0 or high >= len(points):
            raise IdError(
                f"nearest_candidates: candidates hold {low if low < 0 else high}, but points count from 0 to "
                f"{len(points) - 1}."
            )
    found: Tensor = torch.ops.weft.nearest_candidates(points, candidates, count)
    return found


@torch.library.impl("weft::nearest_candidates", "CompositeExplicitAutograd")
def _run_nearest_candidates(points: Tensor, candidates: Tensor, count: int) -> Tensor:
    if library.use_native(points, candidates):
        return native.nearest_candidates(points, candidates, count)
    return reference.nearest_candidates(points, candidates, count)


@torch.library.register_fake("weft::nearest_candidates")
def _fake_nearest_candidates(points: Tensor, candidates: Tensor, count: int) -> Tensor:
    return candidates.new_empty(candidates.shape[0], count)

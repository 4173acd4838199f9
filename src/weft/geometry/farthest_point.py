"""Points of a cloud that are far from each other."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from weft import checks, kernels
from weft.errors import DtypeError, InputError, ShapeError


def farthest_point_sampler(
    pos: Float[Tensor, "clouds points dim"], npoints: int, start_idx: int | None = None
) -> Int64[Tensor, "clouds npoints"]:
    """Return points of each cloud that are far from each other.

    Each next point is, of those not yet chosen, the farthest from the nearest chosen one; of equals the first.

    Args:
        pos: ``(B, N, C)`` points of ``B`` clouds of a floating dtype.
        npoints: number of points of each cloud, from 0 to ``N``.
        start_idx: the first point of every cloud; by default one is drawn for each by PyTorch's default generator.

    Returns:
        ``(B, npoints)`` int64 numbers of points, each once.

    Raises:
        ShapeError: ``pos`` has not three dimensions.
        DtypeError: ``pos`` is not floating point.
        InputError: a NaN or infinite coordinate, or numbers out of range.

    Source: Eldar et al. 1997, The Farthest Point Strategy for Progressive Image Sampling; DGL's
    ``dgl.geometry.farthest_point_sampler``, which repeats a point when all that are left lie on chosen ones.

    >>> farthest_point_sampler(torch.tensor([[[0.0], [1.0], [5.0], [8.0]]]), 3, start_idx=0)
    tensor([[0, 3, 2]])
    """
    where = "farthest_point_sampler"
    if not isinstance(pos, Tensor) or pos.dim() != 3:
        form = tuple(pos.shape) if isinstance(pos, Tensor) else type(pos).__name__
        raise ShapeError(f"{where}: pos is {form}; expected a tensor (clouds, points, dim).")
    if not pos.is_floating_point():
        raise DtypeError(f"{where}: pos has dtype {pos.dtype}; expected floating point: use .float().")
    num_clouds, num_points, _ = pos.shape
    npoints = checks.whole_number(where, "npoints", npoints, most=num_points, meaning="a number of points")
    points = pos.detach()
    points = points if points.dtype == torch.float64 else points.float()
    if not bool(points.isfinite().all()):
        first = (~points.isfinite()).nonzero()[0].tolist()
        raise InputError(f"{where}: pos is {float(points[tuple(first)])} at {first}; expected finite coordinates.")
    if start_idx is not None:
        start = checks.whole_number(where, "start_idx", start_idx, most=num_points - 1, meaning="the number of a point")
        starts = torch.full((num_clouds,), start, device=pos.device)
    else:
        starts = torch.randint(max(num_points, 1), (num_clouds,), device=pos.device)
    return kernels.farthest_points(_of_size_one(points), starts, npoints)


def _of_size_one(points: Tensor) -> Tensor:
    """Return points divided by a power of two, exactly, so that no squared distance overflows."""
    if points.numel() == 0:
        return points
    _, exponent = torch.frexp(points.abs().amax())
    return torch.ldexp(points, -exponent) if abs(int(exponent)) > 20 else points

"""Graphs of nearest neighbours among points."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from weft import checks
from weft.errors import DeviceError, DtypeError, InputError, ShapeError
from weft.graph.construction import graph
from weft.graph.graph import Graph
from weft.transforms.nearest import brute_force, by_matrix_product, kd_tree
from weft.transforms.nn_descent import nn_descent

_SEARCHES: dict[str, Callable[[Tensor, int], Tensor]] = {
    "bruteforce-blas": by_matrix_product,
    "bruteforce": brute_force,
    "kd-tree": kd_tree,
    "nn-descent": nn_descent,
}


def knn_graph(
    x: Float[Tensor, "points dim"] | Float[Tensor, "clouds points dim"],
    k: int,
    algorithm: str = "bruteforce-blas",
    dist: str = "euclidean",
    exclude_self: bool = False,
) -> Graph:
    """Return the graph in which an edge comes to each point from each of its ``k`` nearest points.

    Args:
        x: points, or several clouds of as many points each; neighbours are looked for within a cloud.
        k: number of neighbours, the point itself counted unless it is excluded.
        algorithm: how neighbours are found:

            - ``'bruteforce-blas'``: all distances by a matrix product, for most cases;
            - ``'bruteforce'``: all distances directly; for points whose distances are much smaller than the cloud;
            - ``'kd-tree'``: a k-d tree of SciPy's; the fastest for many points in few dimensions, on the CPU;
            - ``'nn-descent'``: approximate; for 100,000 points and more in many dimensions. Random numbers come
              from PyTorch's default generator.
        dist: ``'euclidean'``, or ``'cosine'``, one minus the cosine of the angle between two points.
        exclude_self: leave out the edge from each point to itself.

    Returns:
        A graph of ``points`` or ``clouds * points`` nodes on the device of ``x``, with int64 IDs; several clouds are
        a batch of as many graphs. Edges stand in the order of their destinations; those of one destination begin with
        its loop and go from near to far, the lower ID first where distances are equal. Memory: a block of distances of
        16 MiB, never all of them.

    Raises:
        ShapeError: ``x`` has neither two nor three dimensions.
        DtypeError: ``x`` is not floating point.
        DeviceError: ``'kd-tree'`` on points that are not on the CPU.
        InputError: no points, fewer than ``k`` (besides the point itself, if that is excluded), a NaN or infinite
            coordinate, an unknown algorithm or distance, or a point at the origin for ``'cosine'``.

    Source: DGL's ``dgl.knn_graph``, which lowers a ``k`` that is too large, and orders equal distances by chance.
    ``'bruteforce-sharemem'`` is the name of a CUDA kernel of DGL's and is refused.

    >>> import weft
    >>> g = knn_graph(torch.tensor([[0.0], [1.0], [3.0]]), 1, exclude_self=True)
    >>> g.edges()
    (tensor([1, 0, 1]), tensor([0, 1, 2]))
    """
    points = _checked_points("knn_graph", x, (2, 3), dist)
    if points.dim() == 3:
        num_clouds, num_points = points.shape[:2]
        points = points.flatten(0, 1)
        sizes = torch.full((num_clouds,), num_points)
    else:
        sizes = torch.tensor([len(points)])
    return _neighbour_graph("knn_graph", points, k, sizes, algorithm, exclude_self)


def segmented_knn_graph(
    x: Float[Tensor, "points dim"],
    k: int,
    segs: Sequence[int] | Tensor,
    algorithm: str = "bruteforce-blas",
    dist: str = "euclidean",
    exclude_self: bool = False,
) -> Graph:
    """Return the graph of nearest neighbours within each of several clouds that stand one after another.

    Args:
        x: points of all clouds.
        k: as in `knn_graph`; no cloud may have fewer points, but for those that have none.
        segs: number of points of each cloud.
        algorithm: as in `knn_graph`.
        dist: as in `knn_graph`.
        exclude_self: as in `knn_graph`.

    Returns:
        As `knn_graph`, with a node for each point of ``x``; a batch of as many graphs as there are ``segs``.

    Raises:
        ShapeError: ``x`` has not two dimensions, or ``segs`` do not add up to its rows.
        InputError: a negative number of points; otherwise, errors as in `knn_graph`.

    Source: DGL's ``dgl.segmented_knn_graph``, which lowers ``k`` for all clouds to the size of the smallest.

    >>> import weft
    >>> x = torch.tensor([[0.0], [1.0], [0.5], [0.7]])
    >>> segmented_knn_graph(x, 1, [2, 2], exclude_self=True).edges()
    (tensor([1, 0, 3, 2]), tensor([0, 1, 2, 3]))
    """
    points = _checked_points("segmented_knn_graph", x, (2,), dist)
    sizes = checks.ids("segmented_knn_graph", "segs", segs, device="cpu").long()
    if bool((sizes < 0).any()):
        raise InputError(f"segmented_knn_graph: segs hold {int(sizes.min())}; expected numbers of points, from 0.")
    if int(sizes.sum()) != len(points):
        raise ShapeError(
            f"segmented_knn_graph: segs add up to {int(sizes.sum())}, but x has {len(points)} rows; expected as many."
        )
    return _neighbour_graph("segmented_knn_graph", points, k, sizes, algorithm, exclude_self)


def _checked_points(where: str, x: Tensor, dims: tuple[int, ...], dist: str) -> Tensor:
    """Return points in which euclidean distances have the order that is asked for, float32 or float64."""
    checks.choice(where, "dist", dist, ("euclidean", "cosine"))
    points = _with_finite_squares(checked_coordinates(where, x, dims))
    if dist == "euclidean":
        return points
    lengths = torch.linalg.vector_norm(points, dim=-1, keepdim=True)
    if bool((lengths == 0).any()):
        raise InputError(
            f"{where}: point {(lengths.squeeze(-1) == 0).nonzero()[0].tolist()} of x is all zeros, which has no angle "
            "to others; leave it out, or use dist='euclidean'."
        )
    return points / lengths


def _with_finite_squares(points: Tensor) -> Tensor:
    """Return points whose squared distances are finite: float64 ones or, where that is too little, scaled ones.

    An infinite distance would be equal to that from a point to itself, which searches set to infinity.
    """
    largest = float(points.abs().max())
    if points.dtype == torch.float32 and largest > 2.0**50:
        return points.double()
    return points * 2.0**-600 if largest > 2.0**450 else points


def checked_coordinates(where: str, x: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Return points without gradient, float32 or float64.

    Raises:
        InputError: not a tensor, no point or no coordinate, NaN or infinite.
        ShapeError: the number of dimensions is not among ``dims``.
        DtypeError: not floating point.
    """
    if not isinstance(x, Tensor):
        raise InputError(f"{where}: x is a {type(x).__name__}; expected a tensor of points.")
    if x.dim() not in dims:
        form = "(points, dim)" if dims == (2,) else "(points, dim) or (clouds, points, dim)"
        raise ShapeError(f"{where}: x has shape {tuple(x.shape)}; expected {form}.")
    if not x.dtype.is_floating_point:
        raise DtypeError(f"{where}: x has dtype {x.dtype}; expected floating point: use .float().")
    if x.numel() == 0:
        raise InputError(f"{where}: x has shape {tuple(x.shape)}, which holds no point; expected at least one.")
    points = x.detach()
    points = points if points.dtype == torch.float64 else points.float()
    if not bool(points.isfinite().all()):
        first = (~points.isfinite()).nonzero()[0].tolist()
        raise InputError(f"{where}: x is {float(points[tuple(first)])} at {first}; expected finite coordinates.")
    return points


def _neighbour_graph(where: str, points: Tensor, k: int, sizes: Tensor, algorithm: str, exclude_self: bool) -> Graph:
    if algorithm == "bruteforce-sharemem":
        raise InputError(f"{where}: {algorithm!r} is a CUDA kernel of DGL's; 'bruteforce' runs on any device here.")
    checks.choice(where, "algorithm", algorithm, _SEARCHES)
    if algorithm == "kd-tree" and points.device.type != "cpu":
        raise DeviceError(f"{where}: 'kd-tree' runs on the CPU, but x is on {points.device}; use x.cpu().")
    k = checks.whole_number(where, "k", k, least=1)
    smallest = int(sizes[sizes > 0].min())
    most = smallest - exclude_self
    if k > most:
        raise InputError(
            f"{where}: k is {k}, but in a cloud of {smallest} points each has {most} neighbours"
            f"{' besides itself' if exclude_self else ', itself among them'}; give k={most}, or leave that cloud out."
        )
    near = _neighbours(points, sizes, k - (not exclude_self), _SEARCHES[algorithm])
    own = torch.arange(len(points), device=points.device)
    if not exclude_self:
        near = torch.cat([own.unsqueeze(1), near], dim=1)
    found = graph((near.flatten(), own.repeat_interleave(k)), num_nodes=len(points))
    if len(sizes) > 1:
        found.set_batch_num_nodes(sizes.to(points.device))
        found.set_batch_num_edges(k * sizes.to(points.device))
    return found


def _neighbours(points: Tensor, sizes: Tensor, count: int, search: Callable[[Tensor, int], Tensor]) -> Tensor:
    """Return ``(points, count)``: the nearest others in each point's cloud. Clouds of one size are searched at once."""
    found = torch.empty(len(points), count, dtype=torch.int64, device=points.device)
    if count == 0:
        return found
    starts = sizes.cumsum(0) - sizes
    for size in sizes[sizes > 0].unique().tolist():
        rows = (starts[sizes == size].unsqueeze(1) + torch.arange(size)).to(points.device)
        near = search(points[rows], count)
        found[rows.flatten()] = (near + rows[:, :1].unsqueeze(2)).flatten(0, 1)
    return found

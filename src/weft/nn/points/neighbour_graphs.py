"""Graphs of points that lie close to each other, made inside a model."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from weft.graph.graph import Graph
from weft.transforms.knn import knn_graph, segmented_knn_graph
from weft.transforms.radius import radius_graph


class KNNGraph(nn.Module):
    """`weft.knn_graph` as a module: an edge comes to each point from each of its ``k`` nearest points.

    No parameters. Source: DGL's ``dgl.nn.KNNGraph``; what differs is said there.

    >>> import torch
    >>> KNNGraph(1)(torch.tensor([[0.0], [1.0], [3.0]]), exclude_self=True).edges()
    (tensor([1, 0, 1]), tensor([0, 1, 2]))
    """

    def __init__(self, k: int) -> None:
        """Take the number of neighbours, the point itself counted unless it is excluded."""
        super().__init__()
        self.k = k

    def forward(
        self,
        x: Tensor,
        algorithm: str = "bruteforce-blas",
        dist: str = "euclidean",
        exclude_self: bool = False,
    ) -> Graph:
        """Return the graph; arguments and errors as `weft.knn_graph` has them.

        Args:
            x: ``(M, D)`` points, or ``(N, M, D)``: a batch of ``N`` graphs.
            algorithm: how neighbours are found.
            dist: ``'euclidean'`` or ``'cosine'``.
            exclude_self: leave out the edge from each point to itself.
        """
        return knn_graph(x, self.k, algorithm, dist, exclude_self)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"k={self.k}"


class SegmentedKNNGraph(nn.Module):
    """`weft.segmented_knn_graph` as a module: nearest points within clouds of different sizes.

    No parameters. Source: DGL's ``dgl.nn.SegmentedKNNGraph``; what differs is said there.
    """

    def __init__(self, k: int) -> None:
        """Take the number of neighbours, the point itself counted unless it is excluded."""
        super().__init__()
        self.k = k

    def forward(
        self,
        x: Tensor,
        segs: Sequence[int] | Tensor,
        algorithm: str = "bruteforce-blas",
        dist: str = "euclidean",
        exclude_self: bool = False,
    ) -> Graph:
        """Return a batch of graphs; arguments and errors as `weft.segmented_knn_graph` has them.

        Args:
            x: ``(M, D)`` points of all clouds, one cloud after another.
            segs: number of points of each cloud.
            algorithm: how neighbours are found.
            dist: ``'euclidean'`` or ``'cosine'``.
            exclude_self: leave out the edge from each point to itself.
        """
        return segmented_knn_graph(x, self.k, segs, algorithm, dist, exclude_self)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"k={self.k}"


class RadiusGraph(nn.Module):
    """`weft.radius_graph` as a module: two points are joined, both ways, when their distance is at most ``r``.

    No parameters. Source: DGL's ``dgl.nn.RadiusGraph``.
    """

    def __init__(
        self,
        r: float,
        p: float = 2,
        self_loop: bool = False,
        compute_mode: str = "donot_use_mm_for_euclid_dist",
    ) -> None:
        """Take the radius and how it is measured, as `weft.radius_graph` has them.

        Args:
            r: radius, above 0.
            p: which norm measures distances.
            self_loop: join each point to itself too.
            compute_mode: of ``torch.cdist``.
        """
        super().__init__()
        self.r, self.p, self.self_loop, self.compute_mode = r, p, self_loop, compute_mode

    def forward(self, x: Tensor, get_distances: bool = False) -> Graph | tuple[Graph, Tensor]:
        """Return the graph, and ``(E, 1)`` distances along its edges if they are asked for.

        Args:
            x: ``(M, D)`` points; gradients of the distances flow to them.
            get_distances: whether distances are returned too.
        """
        return radius_graph(x, self.r, self.p, self.self_loop, self.compute_mode, get_distances)

    def extra_repr(self) -> str:
        """Return the arguments."""
        return f"r={self.r}, p={self.p}, self_loop={self.self_loop}, compute_mode={self.compute_mode!r}"

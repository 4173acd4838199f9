"""Atomic convolution: neighbours counted by distance and kind."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from weft.errors import ShapeError
from weft.nn.conv.inputs import Features, check_vectors, edge_features, relation_for, source_features
from weft.ops import u_mul_e_sum
from weft.ops.target import GraphLike


class RadialPooling(nn.Module):
    """Gaussians of distances that fall to 0 at a cutoff.

    ``out[e, k] = exp(-scaling[k] * (r - mean[k]) ** 2) * (cos(pi * r / cutoff[k]) + 1) / 2`` for a distance ``r`` up to
    ``cutoff[k]``, else 0.
    """

    def __init__(self, interaction_cutoffs: Tensor, rbf_kernel_means: Tensor, rbf_kernel_scaling: Tensor) -> None:
        """Take ``(K,)`` parameters each."""
        super().__init__()
        self.interaction_cutoffs = nn.Parameter(interaction_cutoffs.detach().clone().view(-1, 1, 1))
        self.rbf_kernel_means = nn.Parameter(rbf_kernel_means.detach().clone().view(-1, 1, 1))
        self.rbf_kernel_scaling = nn.Parameter(rbf_kernel_scaling.detach().clone().view(-1, 1, 1))

    def forward(self, distances: Tensor) -> Tensor:
        """Return ``(E, K)`` for distances ``(E, 1)``."""
        cutoffs = self.interaction_cutoffs.view(1, -1)
        gaussians = torch.exp(
            -self.rbf_kernel_scaling.view(1, -1) * (distances - self.rbf_kernel_means.view(1, -1)) ** 2
        )
        falling = 0.5 * (torch.cos(math.pi * distances / cutoffs) + 1)
        return gaussians * torch.where(distances <= cutoffs, falling, torch.zeros_like(falling))


class AtomicConv(nn.Module):
    """Sum over the neighbours of radial functions of their distance, for each kind of atom on its own.

    ``out[v, t * K + k] = sum(radial[k](distances[e]) * x[u, t])`` over the edges ``e = (u, v)``, where ``x[u, t]`` is 1
    if ``feat[u]`` is the atomic number ``features_to_use[t]``, else 0; without ``features_to_use`` it is
    ``feat[u, t]``. See `RadialPooling` for the ``K`` functions. 0 for a node without incoming edges.

    Parameters: ``radial_pooling.interaction_cutoffs``, ``radial_pooling.rbf_kernel_means`` and
    ``radial_pooling.rbf_kernel_scaling``, ``(K, 1, 1)``, copies of what is given; ``features_to_use`` ``(T,)``, which
    does not learn. There is nothing to draw, so no ``reset_parameters``.

    Source: Gomes et al. 2017 (arXiv:1703.10603), eq. 2 to 4; DGL's ``dgl.nn.AtomicConv``.

    >>> import weft
    >>> graph = weft.graph(([0, 1, 2], [1, 2, 0]))
    >>> two = torch.tensor([1.0, 2.0])
    >>> layer = AtomicConv(interaction_cutoffs=two * 6, rbf_kernel_means=two, rbf_kernel_scaling=two)
    >>> layer(graph, torch.ones(3, 1), torch.tensor([[1.0], [2.0], [3.0]])).shape
    torch.Size([3, 2])
    """

    features_to_use: nn.Parameter | None

    def __init__(
        self,
        interaction_cutoffs: Tensor,
        rbf_kernel_means: Tensor,
        rbf_kernel_scaling: Tensor,
        features_to_use: Tensor | None = None,
    ) -> None:
        """Make the layer.

        Args:
            interaction_cutoffs: ``(K,)``: distance from which on a function is 0.
            rbf_kernel_means: ``(K,)``: distance at which a Gaussian is largest.
            rbf_kernel_scaling: ``(K,)``: how fast it falls.
            features_to_use: ``(T,)`` atomic numbers that are told apart; None for features as they are.

        Raises:
            ShapeError: numbers of functions that differ.
        """
        super().__init__()
        shapes = {tuple(value.shape) for value in (interaction_cutoffs, rbf_kernel_means, rbf_kernel_scaling)}
        if len(shapes) != 1 or interaction_cutoffs.dim() != 1:
            raise ShapeError(
                f"AtomicConv: cutoffs, means and scaling have shapes {sorted(shapes)}; expected (K,) each, for K "
                "functions."
            )
        self.radial_pooling = RadialPooling(interaction_cutoffs, rbf_kernel_means, rbf_kernel_scaling)
        if features_to_use is None:
            self.num_channels = 1
            self.features_to_use = None
        else:
            self.num_channels = len(features_to_use)
            self.features_to_use = nn.Parameter(features_to_use.detach().clone(), requires_grad=False)

    def forward(self, graph: GraphLike, feat: Features, distances: Tensor) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, 1)`` atomic numbers with ``features_to_use``, else ``(S, T)``; or a pair whose first is that.
            distances: ``(E, 1)``.

        Returns:
            ``(D, T * K)``.

        Raises:
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("AtomicConv", graph, allow_zero_in_degree=True)
        source = source_features("AtomicConv", relation, feat)
        distances = edge_features("AtomicConv", relation, distances, 1, "distances")
        if self.features_to_use is not None:
            check_vectors("AtomicConv", "feat", source, 1)
            source = (source == self.features_to_use).to(distances.dtype)
        elif source.dim() != 2:
            raise ShapeError(f"AtomicConv: feat has shape {tuple(source.shape)}; expected (nodes, features).")
        radial = self.radial_pooling(distances)
        return u_mul_e_sum(relation, source.unsqueeze(2), radial.unsqueeze(1)).flatten(1)

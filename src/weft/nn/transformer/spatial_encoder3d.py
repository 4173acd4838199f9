"""Learned numbers for the distances between points in space."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft import checks
from weft.errors import ShapeError

_LEAST_WIDTH = 1e-2
"""Added to the width of each kernel, so that none is infinitely narrow."""


class SpatialEncoder3d(nn.Module):
    """Numbers for each pair of points and head from their distance, which attention adds to the pair's score.

    The distance ``d`` of a pair of types ``(s, t)`` is scaled and moved, and ``K`` Gaussian kernels look at it::

        x = (gamma[s + 2] + gamma[t + T + 3]) * d + beta[s + 2] + beta[t + T + 3]         T: max_node_type
        psi[k] = exp(-((x - means[k]) / w[k])^2 / 2) / (sqrt(2 pi) w[k])                  w = |stds| + 0.01
        out = linear_layer_2(gelu(linear_layer_1(psi)))

    Without types, ``x = 2 * (gamma[0] * d + beta[0])``, of which nothing is learned. Parameters: ``means`` and ``stds``
    ``(K,)``, uniform in [0, 3]; ``gamma.weight``, ones, and ``beta.weight``, zeros, ``(2 T + 3, 1)``;
    ``linear_layer_1`` from ``K`` to ``K`` and ``linear_layer_2`` from ``K`` to ``num_heads``.

    Source: Luo et al. 2023 (arXiv:2210.01765); DGL's ``dgl.nn.SpatialEncoder3d``, with an exact pi.
    """

    def __init__(self, num_kernels: int, num_heads: int = 1, max_node_type: int = 100) -> None:
        """Make the encoder.

        Args:
            num_kernels: number ``K`` of Gaussian kernels.
            num_heads: number of heads.
            max_node_type: number of types of nodes.
        """
        super().__init__()
        self.num_kernels, self.num_heads, self.max_node_type = num_kernels, num_heads, max_node_type
        self.means = nn.Parameter(torch.empty(num_kernels))
        self.stds = nn.Parameter(torch.empty(num_kernels))
        self.linear_layer_1 = nn.Linear(num_kernels, num_kernels)
        self.linear_layer_2 = nn.Linear(num_kernels, num_heads)
        self.gamma = nn.Embedding(2 * max_node_type + 3, 1, padding_idx=0)
        self.beta = nn.Embedding(2 * max_node_type + 3, 1, padding_idx=0)
        self._draw_kernels()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.linear_layer_1.reset_parameters()
        self.linear_layer_2.reset_parameters()
        self._draw_kernels()

    def _draw_kernels(self) -> None:
        nn.init.uniform_(self.means, 0, 3)
        nn.init.uniform_(self.stds, 0, 3)
        nn.init.ones_(self.gamma.weight)
        nn.init.zeros_(self.beta.weight)

    def forward(self, coord: Tensor, node_type: Tensor | None = None) -> Tensor:
        """Return a number for each pair of points and head.

        Args:
            coord: ``(B, N, 3)`` coordinates of the points of ``B`` clouds; gradients flow to them, 0 where two points
                lie in one place.
            node_type: ``(B, N)`` types from 0 to ``max_node_type - 1``, int32 or int64; -1 for padding.

        Returns:
            ``(B, N, N, num_heads)``.

        Raises:
            ShapeError: coordinates or types of another shape.
            IdError: a type past the last, or below -1.
        """
        where = "SpatialEncoder3d"
        checks.floating(where, "coord", coord)
        if coord.dim() != 3 or coord.shape[2] != 3:
            raise ShapeError(f"{where}: coord has shape {tuple(coord.shape)}; expected (clouds, points, 3).")
        distance = torch.linalg.vector_norm(coord.unsqueeze(2) - coord.unsqueeze(1), dim=3, keepdim=True)
        if node_type is None:
            nothing = torch.zeros((), dtype=torch.int64, device=coord.device)
            value = 2 * (self.gamma(nothing) * distance + self.beta(nothing))
        else:
            if node_type.shape != coord.shape[:2]:
                raise ShapeError(
                    f"{where}: node_type has shape {tuple(node_type.shape)}; expected {tuple(coord.shape[:2])}, a type "
                    "for each point."
                )
            types = checks.ids(where, "node_type", node_type.flatten()) + 1
            checks.id_range(where, "node_type + 1", types, self.max_node_type + 1, f"{self.max_node_type} types")
            types = types.view(node_type.shape)
            value = self._of_pairs(self.gamma, types) * distance + self._of_pairs(self.beta, types)
        width = self.stds.abs() + _LEAST_WIDTH
        kernels = torch.exp(-0.5 * ((value - self.means) / width).square()) / (math.sqrt(2 * math.pi) * width)
        out: Tensor = self.linear_layer_2(functional.gelu(self.linear_layer_1(kernels)))
        return out

    def _of_pairs(self, table: nn.Embedding, types: Tensor) -> Tensor:
        """Return ``(B, N, N, 1)``: what both ends of a pair have in a table; types count from 1, 0 for padding."""
        out: Tensor = table(types + 1).unsqueeze(2) + table(types + self.max_node_type + 2).unsqueeze(1)
        return out

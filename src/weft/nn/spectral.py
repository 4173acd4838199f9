"""Embeddings from the spectrum of a relation: where training of an ID embedding can start."""

from __future__ import annotations

import torch
from torch import Tensor

from weft import ops
from weft.errors import InputError
from weft.relation import Relation


def spectral_embedding(
    relation: Relation, dim: int, *, num_iterations: int = 4, oversampling: int = 16, seed: int = 0
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the leading singular triplets of the symmetrically normalised adjacency.

    The matrix is ``A[u, v] / sqrt(out_degree(u) * in_degree(v))``, sources as rows; parallel edges add up. Found by
    randomised subspace iteration: two sparse products an iteration, nothing dense beyond ``(nodes, dim)``.

    Args:
        relation: ``E`` edges.
        dim: number of triplets, at least 1. Past the number of sources or destinations the rest is 0.
        num_iterations: more sharpen the last triplets.
        oversampling: extra columns during the iteration, for the same end.
        seed: of the random start.

    Returns:
        Left vectors ``(num_src, dim)``, singular values ``(dim,)`` descending within [0, 1], right vectors
        ``(num_dst, dim)``, float32; nodes without edges have zeros. The same seed and number of threads give the same
        bits.

    Raises:
        InputError: ``dim`` is below 1.

    Source: Halko, Martinsson and Tropp 2011 (arXiv:0909.4061), algorithms 4.4 and 5.1.
    """
    if dim < 1:
        raise InputError(f"spectral_embedding: dim is {dim}; expected at least 1.")
    width = min(dim + oversampling, relation.num_src, relation.num_dst)
    scale_src = relation.out_degrees().clamp(min=1).float().rsqrt().unsqueeze(1)
    scale_dst = relation.in_degrees().clamp(min=1).float().rsqrt().unsqueeze(1)
    backward = relation.reverse()
    generator = torch.Generator().manual_seed(seed)
    basis = torch.randn(relation.num_dst, width, generator=generator)
    for _ in range(num_iterations):
        left = ops.copy_u_sum(backward, basis * scale_dst) * scale_src
        basis = torch.linalg.qr(ops.copy_u_sum(relation, left * scale_src) * scale_dst).Q
    left, values, right = torch.linalg.svd(ops.copy_u_sum(backward, basis * scale_dst) * scale_src, full_matrices=False)
    right = basis @ right.T
    kept = min(dim, width)
    return (_widen(left[:, :kept], dim), _widen(values[:kept].unsqueeze(0), dim)[0], _widen(right[:, :kept], dim))


def _widen(matrix: Tensor, dim: int) -> Tensor:
    return torch.nn.functional.pad(matrix, (0, dim - matrix.shape[1])).contiguous()

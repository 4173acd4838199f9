"""Features smoothed over a graph: multiplied by its normalised adjacency matrix, once or several times."""

from __future__ import annotations

from torch import Tensor

from weft.nn.conv.edge_weight_norm import normalised_weights
from weft.nn.conv.inputs import edge_factor
from weft.nn.conv.scaled_sum import degree_scale, scaled_sum
from weft.ops import u_mul_e_sum
from weft.relation import Relation


def smoothing_weights(where: str, relation: Relation, edge_weight: Tensor | None) -> Tensor | None:
    """Return normalised edge weights as :func:`smooth` takes them; None for none."""
    return None if edge_weight is None else normalised_weights(where, relation, edge_weight)


def smooth(relation: Relation, feat: Tensor, weights: Tensor | None, steps: int = 1) -> Tensor:
    """Return ``M ** steps @ feat``, where ``M`` is the adjacency matrix, normalised.

    ``M[v, u]`` is the number of edges ``(u, v)`` over ``sqrt(in_degree(u) * in_degree(v))``, where a degree of 0 counts
    as 1; with weights, the sum of the weights of those edges.

    Args:
        relation: sources are destinations: ``N`` nodes, ``E`` edges.
        feat: ``(N, *trailing)``.
        weights: ``(E,)`` or ``(E, 1)``, already normalised, or None.
        steps: 0 or more.

    Returns:
        ``(N, *trailing)``.
    """
    if weights is not None:
        factor = edge_factor(weights, feat)
        for _ in range(steps):
            feat = u_mul_e_sum(relation, feat, factor)
        return feat
    ends = degree_scale(relation, "dst", -0.5, feat.dtype)
    # What ends one step and begins the next is one factor.
    between = degree_scale(relation, "dst", -1.0, feat.dtype)
    for step in range(steps):
        feat = scaled_sum(relation, feat, ends if step == 0 else None, ends if step == steps - 1 else between)
    return feat

"""Edge weights normalised by the sums of weights at their ends."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError, ShapeError
from weft.nn.conv.inputs import check_edge_weight
from weft.ops import copy_e_sum, e_mul_v, u_mul_v
from weft.ops.target import GraphLike, relation_of
from weft.relation import Relation

NORMS = ("both", "right", "none")


class EdgeWeightNorm(nn.Module):
    """Edge weights divided by the sums of weights at their ends: the normalised adjacency of a weighted graph.

    Edge ``(u, v)`` of weight ``w`` gets ``w / sqrt((out(u) + eps) * (in(v) + eps))`` for ``both``, where ``out(u)`` is
    the sum of the weights of the edges that leave ``u`` and ``in(v)`` of those that reach ``v``; ``w / (in(v) + eps)``
    for ``right``, and ``w`` for ``none``. There are no parameters.

    Give the result to a layer as ``edge_weight``. `SGConv`, `TAGConv`, `APPNPConv` and `GCN2Conv` normalise the
    weights that they are given with ``both`` themselves.

    Source: Kipf and Welling 2017 (arXiv:1609.02907), eq. 2; DGL's ``dgl.nn.EdgeWeightNorm``, which takes no ``(E, 1)``.

    >>> import weft
    >>> graph = weft.graph(([0, 1, 0], [1, 1, 0]))
    >>> EdgeWeightNorm("right")(graph, torch.tensor([1.0, 3.0, 5.0]))
    tensor([0.2500, 0.7500, 1.0000])
    """

    def __init__(self, norm: str = "both", eps: float = 0.0) -> None:
        """Make the module.

        Args:
            norm: ``both``, ``right`` or ``none``.
            eps: added to the sums of weights.

        Raises:
            InputError: an unknown ``norm``.
        """
        super().__init__()
        checks.choice("EdgeWeightNorm", "norm", norm, NORMS)
        self._norm = norm
        self._eps = eps

    def forward(self, graph: GraphLike, edge_weight: Tensor) -> Tensor:
        """Return the normalised weights.

        Args:
            graph: a graph or block with one edge type: ``E`` edges.
            edge_weight: ``(E,)`` or ``(E, 1)``; above 0 for ``both``.

        Returns:
            Like ``edge_weight``.

        Raises:
            InputError: a weight of 0 or less, for ``both``.
            ShapeError: no row an edge, or several numbers a row.
        """
        relation = relation_of("EdgeWeightNorm", graph)
        return normalised_weights("EdgeWeightNorm", relation, edge_weight, self._norm, self._eps)


def normalised_weights(
    where: str, relation: Relation, edge_weight: Tensor, norm: str = "both", eps: float = 0.0
) -> Tensor:
    """Return edge weights as `EdgeWeightNorm` does; errors name ``where``."""
    check_edge_weight(where, relation, edge_weight)
    if edge_weight.dim() > 2 or edge_weight.shape[1:].numel() != 1:
        raise ShapeError(
            f"{where}: edge_weight has shape {tuple(edge_weight.shape)}; only one number an edge can be normalised: "
            "expected (edges,) or (edges, 1)."
        )
    if norm == "none":
        return edge_weight
    # Reading the weights would break a graph that torch.compile traces.
    if norm == "both" and not torch.compiler.is_compiling() and bool((edge_weight <= 0).any()):
        raise InputError(
            f"{where}: edge_weight holds {float(edge_weight.min())}, and the norm takes roots of sums of weights; "
            "expected weights above 0. Leave the edges of weight 0 out."
        )
    weights = edge_weight.reshape(-1)
    incoming = _sums(relation, weights, eps)
    if norm == "right":
        normalised = e_mul_v(relation, weights, 1 / incoming)
    else:
        outgoing = _sums(relation.reverse(), weights, eps)
        normalised = weights * u_mul_v(relation, outgoing.rsqrt(), incoming.rsqrt())
    return normalised.view_as(edge_weight)


def _sums(relation: Relation, weights: Tensor, eps: float) -> Tensor:
    """Return the sum of the weights that reach each destination, 1 for a node that no edge asks about."""
    total = copy_e_sum(relation, weights) + eps
    return total.masked_fill(relation.in_degrees() == 0, 1.0)

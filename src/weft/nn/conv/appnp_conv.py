"""Personalised propagation: features smoothed over the graph, with a return to where they came from."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.kernels.memory import large_empty
from weft.nn.conv.inputs import check_edge_weight, edge_factor, node_features, relation_among
from weft.nn.conv.scaled_sum import column, degree_scale, scaled_sum
from weft.nn.conv.smoothing import smoothing_weights
from weft.ops import copy_u_sum, u_mul_e_sum
from weft.ops.target import GraphLike
from weft.relation import Relation


class APPNPConv(nn.Module):
    """Features after ``k`` steps of a random walk that returns to its start with probability ``alpha``.

    ``h[0] = feat`` and ``h[t + 1] = (1 - alpha) * M @ h[t] + alpha * feat``; the output is ``h[k]``. ``M[v, u]`` is the
    number of edges ``(u, v)`` over ``sqrt(out_degree(u) * in_degree(v))``; with edge weights, what `EdgeWeightNorm`
    makes of them. A node without incoming edges receives 0 in every step. There are no parameters.

    Without edge weights that learn and without dropout, the gradient is a propagation too, against the edges: nothing
    is stored for it.

    Source: Gasteiger et al. 2019 (arXiv:1810.05997); DGL's ``dgl.nn.APPNPConv``.

    >>> import weft
    >>> graph = weft.graph(([0, 1], [1, 0]))
    >>> APPNPConv(k=1, alpha=0.25)(graph, torch.tensor([[4.0], [0.0]])).flatten()
    tensor([1., 3.])
    """

    def __init__(self, k: int, alpha: float, edge_drop: float = 0.0) -> None:
        """Make the layer.

        Args:
            k: number of steps.
            alpha: probability of a return.
            edge_drop: dropout of the edges, drawn anew in each step.

        Raises:
            InputError: ``k`` is no number of steps.
        """
        super().__init__()
        self._k = checks.whole_number("APPNPConv", "k", k, meaning="a number of steps")
        self._alpha = alpha
        self.edge_drop = nn.Dropout(edge_drop)

    def forward(self, graph: GraphLike, feat: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """Return the propagated features.

        Args:
            graph: a graph with one edge type between nodes of one type: ``N`` nodes, ``E`` edges.
            feat: ``(N, *)``.
            edge_weight: ``(E,)`` or ``(E, 1)``, above 0: in place of degrees, sums of weights normalise.

        Returns:
            ``(N, *)``.

        Raises:
            GraphError: sources and destinations are different nodes.
            InputError: an edge weight of 0 or less.
            ShapeError: a shape that does not fit.
        """
        relation = relation_among("APPNPConv", graph)
        feat = node_features("APPNPConv", relation, feat)
        check_edge_weight("APPNPConv", relation, edge_weight)
        weights = smoothing_weights("APPNPConv", relation, edge_weight)
        drops = self.training and self.edge_drop.p > 0
        if not drops and weights is None and not _looked_at(feat):
            src_scale = degree_scale(relation, "src", -0.5, feat.dtype)
            dst_scale = degree_scale(relation, "dst", -0.5, feat.dtype)
            out: Tensor = _Walk.apply(feat, src_scale, dst_scale, self._alpha, self._k, relation)
            return out
        hidden = feat
        for _ in range(self._k):
            step = self._step(relation, hidden, weights, drops)
            hidden = torch.lerp(step, feat.to(step.dtype), self._alpha)
        return hidden

    def _step(self, relation: Relation, feat: Tensor, weights: Tensor | None, drops: bool) -> Tensor:
        """Return ``M @ feat``, some of its edges dropped."""
        src_scale, dst_scale = None, None
        if weights is None:
            src_scale = degree_scale(relation, "src", -0.5, feat.dtype)
            dst_scale = degree_scale(relation, "dst", -0.5, feat.dtype)
        if weights is None and not drops:
            return scaled_sum(relation, feat, src_scale, dst_scale)
        if src_scale is not None:
            feat = feat * column(src_scale, feat)
        if weights is None:
            weights = feat.new_ones(relation.num_edges)
        out = u_mul_e_sum(relation, feat, edge_factor(self.edge_drop(weights), feat))
        return out if dst_scale is None else out * column(dst_scale, out)


def _looked_at(feat: Tensor) -> bool:
    """Return whether something but PyTorch's ordinary autograd looks on, which wants to see each step."""
    if torch.compiler.is_compiling() or torch.is_autocast_enabled(feat.device.type):
        return True
    return bool(torch._C._functorch.peek_interpreter_stack())


class _Walk(torch.autograd.Function):
    """All steps at once, on two arrays. The transposed map is the same over the reversed edges, and so the gradient."""

    @staticmethod
    def forward(
        ctx: Any, feat: Tensor, src_scale: Tensor, dst_scale: Tensor, alpha: float, k: int, relation: Relation
    ) -> Tensor:
        ctx.save_for_backward(src_scale, dst_scale)
        ctx.alpha, ctx.k, ctx.relation = alpha, k, relation
        if k == 0:
            return feat.clone()
        # What walks is src_scale * h, so that each step is one sum and one pass over its result.
        leaving, arriving = column(src_scale, feat), column((1 - alpha) * dst_scale, feat)
        start = torch.mul(feat, leaving, out=large_empty(feat.shape, feat))
        walking, returned = start, start
        if k > 1:
            returned = torch.mul(start, alpha, out=large_empty(feat.shape, feat))
        for _ in range(k - 1):
            received = copy_u_sum(relation, walking)
            walking = torch.addcmul(returned, received, arriving * leaving, out=received)
        return copy_u_sum(relation, walking).mul_(arriving).add_(feat, alpha=alpha)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        src_scale, dst_scale = ctx.saved_tensors
        grad_feat = _Walk.apply(grad, dst_scale, src_scale, ctx.alpha, ctx.k, ctx.relation.reverse())
        return grad_feat, None, None, None, None, None

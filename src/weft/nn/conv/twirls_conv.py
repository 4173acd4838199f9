"""TWIRLS: propagation as the descent of an energy, with attention that discounts distant neighbours."""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from weft import checks
from weft.errors import ShapeError
from weft.nn.conv.inputs import check_size, node_features, relation_among
from weft.nn.conv.kept import Kept, takes_no_gradient
from weft.nn.conv.scaled_sum import scaled_sum
from weft.nn.dense import Linear
from weft.ops import copy_e_sum, u_add_v, u_dot_v, u_mul_e_sum
from weft.ops.target import GraphLike
from weft.relation import Relation

NORMS = ("none", "layer", "batch")


class _Edges(NamedTuple):
    """Weighted edges; each node may have a loop besides, in place of those that the graph has."""

    relation: Relation
    is_loop: Tensor | None
    """``(E,)``: the edges of the graph that are loops, where each node's own loop takes their place; None otherwise."""
    weights: Tensor | None
    """``(E,)``, or None for ones."""
    own: Tensor | None
    """``(N, 1)``: how much of a node's own features comes on top of what the edges bring it."""
    degrees: Tensor
    """``(N, 1)``: sums of the weights that arrive; 1 for a node that nothing reaches."""


def _plain_edges(relation: Relation, dtype: torch.dtype, with_loops: bool) -> _Edges:
    """Return edges of weight 1; ``with_loops``, exactly one loop at each node."""
    degrees = relation.in_degrees().to(dtype).unsqueeze(1)
    if not with_loops:
        return _Edges(relation, None, None, None, degrees.clamp(min=1))
    src, dst = relation.coo()
    is_loop = src == dst
    own = 1 - copy_e_sum(relation, is_loop.to(dtype)).unsqueeze(1)
    return _Edges(relation, is_loop, None, own, degrees + own)


class TWIRLSUnfoldingAndAttention(nn.Module):
    """Features after steps of gradient descent on an energy that wants neighbours alike.

    With ``precond``, a step takes ``Y`` to ``(1 - alp) * Y + alp * lam * R @ A @ R @ Y + alp * R @ R @ X``, where ``X``
    are the features that it began with, ``A[v, u]`` is the sum of the weights of the edges ``(u, v)`` and ``R`` is
    diagonal: ``(lam * degree + 1 - lam) ** -0.5``. Without, to ``(1 - alp * lam - alp) * Y + alp * lam * R @ A @ R @ Y
    + alp * X`` with ``R = degree ** -0.5``. A node's degree is the sum of the weights of its incoming edges, which are
    1 at first.

    Attention gives an edge ``(u, v)`` the weight ``1 / max(z, tau) + 1e-9``, where ``z = (|y[u] - y[v]| ** 2 + 1e-7) **
    (1 - p / 2)`` and ``y = etas * Y``; ``1e-9`` where ``z`` is above ``T``, if ``T`` is above 0.

    Nothing reaches a node without incoming edges; it counts as of degree 1, so that it stays at ``X``. (DGL gives NaN.)

    Parameters: ``etas`` ``(d,)``, ones, with ``use_eta``.

    Source: Yang et al. 2021 (arXiv:2103.06064), eq. 28 and 30; DGL's ``dgl.nn.TWIRLSUnfoldingAndAttention``.
    """

    etas: nn.Parameter | None

    def __init__(
        self,
        d: int,
        alp: float,
        lam: float,
        prop_step: int,
        attn_aft: int = -1,
        tau: float = 0.2,
        T: float = -1,  # noqa: N803 - DGL's name
        p: float = 1,
        use_eta: bool = False,
        init_att: bool = False,
        attn_dropout: float = 0,
        precond: bool = True,
    ) -> None:
        """Make the module.

        Args:
            d: size of the features.
            alp: size of a step; ``1 / (lam + 1)`` where it is not above 0.
            lam: how much neighbours are to be alike.
            prop_step: number of steps.
            attn_aft: number of steps after which attention gives the edges weights; none below 0, none for 0.
            tau: below it, distances count as equal.
            T: above it, neighbours do not count; no such limit where it is not above 0.
            p: how fast weights fall with the distance: from not at all (2) to its square (0).
            use_eta: whether each feature's share of the distance is learned.
            init_att: whether attention gives the edges weights before the first step.
            attn_dropout: dropout of the weights; degrees stay.
            precond: whether steps are scaled by degrees.

        Raises:
            InputError: ``prop_step`` is no number of steps.
        """
        super().__init__()
        self.d = d
        self.alp = alp if alp > 0 else 1 / (lam + 1)
        self.lam = lam
        self.prop_step = checks.whole_number("TWIRLS", "prop_step", prop_step, meaning="a number of steps")
        self.attn_aft = attn_aft
        self.tau = tau
        self.T = T
        self.p = p
        self.use_eta = use_eta
        self.init_att = init_att
        self.attn_dropout = attn_dropout
        self.precond = precond
        self.register_parameter("etas", nn.Parameter(torch.ones(d)) if use_eta else None)

    def reset_parameters(self) -> None:
        """Put ``etas`` back to ones."""
        if self.etas is not None:
            nn.init.ones_(self.etas)

    def forward(self, g: GraphLike, X: Tensor) -> Tensor:  # noqa: N803 - DGL's name
        """Return the features after all steps.

        Args:
            g: a graph with one edge type between nodes of one type: ``N`` nodes.
            X: ``(N, dim)``; ``dim`` is ``d`` where ``etas`` are used.

        Returns:
            ``(N, dim)``.

        Raises:
            GraphError: sources and destinations are different nodes.
            ShapeError: a shape that does not fit.
        """
        relation = relation_among("TWIRLSUnfoldingAndAttention", g)
        start = node_features("TWIRLSUnfoldingAndAttention", relation, X, "X")
        return self.unfold(_plain_edges(relation, start.dtype, with_loops=False), start)

    def unfold(self, edges: _Edges, start: Tensor) -> Tensor:
        """Return the features after all steps over edges that are known to fit."""
        if start.dim() != 2:
            raise ShapeError(f"TWIRLSUnfoldingAndAttention: X has shape {tuple(start.shape)}; expected (nodes, dim).")
        if self.init_att:
            edges = self._attend(edges, start)
        feat, fixed = start, self._fixed(edges, start)
        for step in range(1, self.prop_step + 1):
            feat = self._step(edges, feat, *fixed)
            if step == self.attn_aft:
                edges = self._attend(edges, feat)
                fixed = self._fixed(edges, start)
        return feat

    def _fixed(self, edges: _Edges, start: Tensor) -> tuple[Tensor, Tensor]:
        """Return what steps over the same edges share: the roots ``R``, ``(N, 1)``, and what comes of the start."""
        if not self.precond:
            return edges.degrees.rsqrt(), self.alp * start
        roots = (self.lam * edges.degrees + (1 - self.lam)).rsqrt()
        return roots, self.alp * roots.square() * start

    def _step(self, edges: _Edges, feat: Tensor, roots: Tensor, from_start: Tensor) -> Tensor:
        pull = self.alp * self.lam
        kept = 1 - self.alp - (0 if self.precond else pull)
        if edges.weights is None:
            scale = roots.squeeze(1)
            out = scaled_sum(edges.relation, feat, scale, pull * scale)
        else:
            out = pull * roots * u_mul_e_sum(edges.relation, roots * feat, edges.weights.unsqueeze(1))
        if out.dtype != from_start.dtype:
            out = out.to(from_start.dtype)
        # Nothing in the backward pass asks for what is written over.
        if edges.own is None:
            out = out.add_(feat, alpha=kept)
        else:
            out = out.addcmul_(feat, kept + pull * roots.square() * edges.own)
        return out.add_(from_start)

    def _attend(self, edges: _Edges, feat: Tensor) -> _Edges:
        """Return the edges with weights that fall with the distance between the features of their ends."""
        if self.etas is not None:
            if feat.shape[1] != self.d:
                raise ShapeError(
                    f"TWIRLSUnfoldingAndAttention: features have size {feat.shape[1]}, but there are {self.d} etas, "
                    "one for each feature; expected the same. In TWIRLSConv, give it as hidden_d."
                )
            feat = feat * self.etas
        norms = feat.square().sum(1)
        products = u_dot_v(edges.relation, feat, feat).squeeze(1)
        weights = self._weights(u_add_v(edges.relation, norms, norms) - 2 * products)
        own = None
        if edges.is_loop is not None:
            weights = weights.masked_fill(edges.is_loop, 0)
            own = self._weights(feat.new_zeros(edges.relation.num_dst, 1))
        degrees = copy_e_sum(edges.relation, weights).unsqueeze(1)
        degrees = (
            degrees.masked_fill((edges.relation.in_degrees() == 0).unsqueeze(1), 1) if own is None else degrees + own
        )
        weights = functional.dropout(weights, self.attn_dropout, self.training)
        own = None if own is None else functional.dropout(own, self.attn_dropout, self.training)
        return edges._replace(weights=weights, own=own, degrees=degrees)

    def _weights(self, distances: Tensor) -> Tensor:
        """Return weights for squared distances, which rounding may leave a little below 0."""
        spread = (distances.relu() + 1e-7).pow(1 - 0.5 * self.p).clamp(min=self.tau)
        weights = spread.reciprocal()
        if self.T > 0:
            weights = weights.masked_fill(spread > self.T, 0)
        return weights + 1e-9


class TWIRLSConv(nn.Module):
    """A whole network: linear layers, propagation with attention, linear layers.

    ``mlp_bef`` has ``num_mlp_before`` linear layers, ``mlp_aft`` has ``num_mlp_after``; before each but the first of
    all stand ``norm``, a ReLU and dropout. Between them, `TWIRLSUnfoldingAndAttention` runs over the graph with exactly
    one loop at each node, whatever loops it has. ``attention`` puts attention in the middle of the steps.

    Parameters: ``mlp_bef.layers.<i>``, ``mlp_aft.layers.<i>``, weights Glorot normal and biases 0;
    ``mlp_bef.norms.<i>``, ``mlp_aft.norms.<i>``; ``unfolding.etas`` ``(hidden_d,)`` with ``use_eta``.

    Where nothing that learns or drops stands before the propagation, its result is kept, and given again for the same
    graph and features, as in `SGConv`. (DGL gives it to any graph and features.)

    Source: Yang et al. 2021 (arXiv:2103.06064); DGL's ``dgl.nn.TWIRLSConv``.
    """

    def __init__(
        self,
        input_d: int,
        output_d: int,
        hidden_d: int,
        prop_step: int,
        num_mlp_before: int = 1,
        num_mlp_after: int = 1,
        norm: str = "none",
        precond: bool = True,
        alp: float = 0,
        lam: float = 1,
        attention: bool = False,
        tau: float = 0.2,
        T: float = -1,  # noqa: N803 - DGL's name
        p: float = 1,
        use_eta: bool = False,
        attn_bef: bool = False,
        dropout: float = 0.0,
        attn_dropout: float = 0.0,
        inp_dropout: float = 0.0,
    ) -> None:
        """Make the network.

        Args:
            input_d: size of input features.
            output_d: size of output features, where there is a linear layer to make them.
            hidden_d: size between layers.
            prop_step: number of propagation steps.
            num_mlp_before: number of linear layers before the propagation.
            num_mlp_after: number of linear layers after it.
            norm: ``none``, ``layer`` or ``batch``.
            precond: whether steps are scaled by degrees.
            alp: size of a step; ``1 / (lam + 1)`` where it is not above 0.
            lam: how much neighbours are to be alike.
            attention: whether edges get weights after half of the steps.
            tau: of the attention, as are ``T``, ``p`` and ``use_eta``: see `TWIRLSUnfoldingAndAttention`.
            T: likewise.
            p: likewise.
            use_eta: likewise.
            attn_bef: whether edges get weights before the first step.
            dropout: between linear layers.
            attn_dropout: of the weights of edges.
            inp_dropout: of the input features, where the propagation is not kept.

        Raises:
            InputError: an unknown ``norm``, or a number of layers or steps that is none.
        """
        super().__init__()
        checks.choice("TWIRLSConv", "norm", norm, NORMS)
        for name, number in (("num_mlp_before", num_mlp_before), ("num_mlp_after", num_mlp_after)):
            checks.whole_number("TWIRLSConv", name, number, meaning="a number of linear layers")
        self._input_d = input_d
        self._inp_dropout = inp_dropout
        self._cacheable = not attention and num_mlp_before == 0 and inp_dropout <= 0 and not (attn_bef and use_eta)
        self._kept: Kept | None = None
        before = hidden_d if num_mlp_after > 0 else output_d
        after = hidden_d if num_mlp_before > 0 else input_d
        both = num_mlp_before > 0 and num_mlp_after > 0
        self.mlp_bef = _Perceptron((input_d, hidden_d, before), num_mlp_before, dropout, norm)
        middle = prop_step // 2 if attention else -1
        self.unfolding = TWIRLSUnfoldingAndAttention(
            hidden_d, alp, lam, prop_step, middle, tau, T, p, use_eta, attn_bef, attn_dropout, precond
        )
        self.mlp_aft = _Perceptron((after, hidden_d, output_d), num_mlp_after, dropout, norm, begins_active=both)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.mlp_bef.reset_parameters()
        self.unfolding.reset_parameters()
        self.mlp_aft.reset_parameters()

    def forward(self, graph: GraphLike, feat: Tensor) -> Tensor:
        """Return new features of the nodes.

        Args:
            graph: a graph with one edge type between nodes of one type: ``N`` nodes.
            feat: ``(N, input_d)``.

        Returns:
            ``(N, output_d)``; with no linear layer at all ``(N, input_d)``.

        Raises:
            GraphError: sources and destinations are different nodes.
            ShapeError: a shape that does not fit.
        """
        relation = relation_among("TWIRLSConv", graph)
        feat = node_features("TWIRLSConv", relation, feat)
        check_size("TWIRLSConv", "feat", feat, self._input_d)
        if self._cacheable and takes_no_gradient(feat) and not self._drops_weights():
            if self._kept is None or not self._kept.is_of(relation, feat):
                self._kept = Kept.of(lambda: self._unfold(relation, feat), relation, feat)
            return self.mlp_aft(self._kept.result)
        feat = functional.dropout(feat, self._inp_dropout, self.training)
        return self.mlp_aft(self._unfold(relation, self.mlp_bef(feat)))

    def _unfold(self, relation: Relation, feat: Tensor) -> Tensor:
        return self.unfolding.unfold(_plain_edges(relation, feat.dtype, with_loops=True), feat)

    def _drops_weights(self) -> bool:
        return self.training and self.unfolding.init_att and self.unfolding.attn_dropout > 0

    def __getstate__(self) -> dict[str, Any]:
        """Return what is copied and pickled: without the features that are kept, and their graph."""
        return {**self.__dict__, "_kept": None}


class _Perceptron(nn.Module):
    """Linear layers; between them, and before the first if it ``begins_active``, norm, ReLU and dropout."""

    def __init__(
        self, sizes: tuple[int, int, int], num_layers: int, dropout: float, norm: str, begins_active: bool = False
    ) -> None:
        """Make the layers, from the first size to the last through the second."""
        super().__init__()
        first, hidden, last = sizes
        widths = [first, *(hidden,) * (num_layers - 1), last] if num_layers else []
        self.layers = nn.ModuleList([Linear(*pair) for pair in itertools.pairwise(widths)])
        self._begins_active = begins_active
        self._dropout = dropout
        self._normalises = norm != "none"
        if self._normalises:
            make = nn.LayerNorm if norm == "layer" else nn.BatchNorm1d
            self.norms = nn.ModuleList([make(width) for width in (widths if begins_active else widths[1:])[:-1]])
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew; biases are 0 and norms do nothing again."""
        for layer in self.layers:
            assert isinstance(layer, nn.Linear)
            nn.init.xavier_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
        for norm in self.norms if self._normalises else ():
            assert isinstance(norm, (nn.LayerNorm, nn.BatchNorm1d))
            norm.reset_parameters()

    def forward(self, feat: Tensor) -> Tensor:
        """Return what the layers make of ``(N, first)``: ``(N, last)``; the features themselves without layers."""
        norms = iter(self.norms if self._normalises else ())
        for place, layer in enumerate(self.layers):
            if place > 0 or self._begins_active:
                feat = next(norms)(feat) if self._normalises else feat
                feat = functional.dropout(torch.relu(feat), self._dropout, self.training)
            feat = layer(feat)
        return feat

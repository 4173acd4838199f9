"""Graph isomorphism networks: a node beside the sum of its neighbours, without and with features of edges."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from weft import checks
from weft.nn.conv.fused import is_hooked, is_plain
from weft.nn.conv.inputs import (
    Features,
    both_features,
    check_edge_weight,
    check_size,
    destinations_of,
    redraw,
    relation_for,
)
from weft.nn.conv.scaled_sum import reduce_neighbours
from weft.nn.dense import add, linear
from weft.ops import copy_e_sum, u_add_e
from weft.ops.target import GraphLike

AGGREGATORS = ("sum", "max", "mean")
Apply = Callable[[Tensor], Tensor]


class _Epsilon(nn.Module):
    """A layer with an ``eps`` for its own node's share, learned or not, and a function for what comes out."""

    eps: Tensor

    def __init__(self, apply_func: Apply | None, init_eps: float, learn_eps: bool) -> None:
        super().__init__()
        self.apply_func = apply_func
        self._init_eps = init_eps
        eps = torch.tensor([float(init_eps)], dtype=torch.float32)
        if learn_eps:
            self.eps = nn.Parameter(eps)
        else:
            self.register_buffer("eps", eps)

    def reset_parameters(self) -> None:
        """Put ``eps`` back and draw the parameters of ``apply_func`` anew."""
        nn.init.constant_(self.eps, self._init_eps)
        redraw(self.apply_func)

    def _with_own(self, neighbours: Tensor, own: Tensor) -> Tensor:
        """Return ``neighbours + (1 + eps) * own``; may write it over the neighbours."""
        factor = self.eps + 1
        if neighbours.dtype != own.dtype:
            return neighbours + factor.to(own.dtype) * own
        return neighbours.addcmul_(own, factor.to(own.dtype))

    def _applied(self, out: Tensor) -> Tensor:
        return out if self.apply_func is None else self.apply_func(out)


class GINConv(_Epsilon):
    """A function of a node's own features plus an aggregate of its neighbours'.

    ``out[v] = activation(apply_func((1 + eps) * feat[v] + aggregate(w[u, v] * feat[u])))`` over the edges ``(u, v)``.
    The aggregate is 0 for a node without incoming edges; edge weights ``w`` are 1 where none are given.

    Parameters: those of ``apply_func``; ``eps`` ``(1,)``, which is a buffer unless it is learned.

    Where ``apply_func`` is a ``Linear``, or a ``Sequential`` that begins with one, and makes features smaller, they are
    multiplied before they are added up: the same sum, of less.

    Source: Xu et al. 2019 (arXiv:1810.00826), eq. 4.1; DGL's ``dgl.nn.GINConv``.

    >>> import weft
    >>> graph = weft.graph(([0, 1], [2, 2]))
    >>> GINConv(init_eps=0.5)(graph, torch.tensor([[1.0], [2.0], [4.0]])).flatten()
    tensor([1.5000, 3.0000, 9.0000])
    """

    def __init__(
        self,
        apply_func: Apply | None = None,
        aggregator_type: str = "sum",
        init_eps: float = 0,
        learn_eps: bool = False,
        activation: Apply | None = None,
    ) -> None:
        """Make the layer.

        Args:
            apply_func: applied to what was added up: a module, which is trained with the layer, or any function.
            aggregator_type: ``sum``, ``max`` or ``mean``.
            init_eps: first value of ``eps``.
            learn_eps: whether ``eps`` is a parameter.
            activation: applied last.

        Raises:
            InputError: an unknown aggregator.
        """
        checks.choice("GINConv", "aggregator_type", aggregator_type, AGGREGATORS)
        super().__init__(apply_func, init_eps, learn_eps)
        self._aggregator_type = aggregator_type
        self.activation = activation

    def forward(self, graph: GraphLike, feat: Features, edge_weight: Tensor | None = None) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            feat: ``(S, *, in)``, or a pair for sources and destinations; see Note [Features of a layer]. Both of the
                size that ``apply_func`` takes.
            edge_weight: ``(E,)`` or ``(E, 1)``: multiplies the messages.

        Returns:
            ``(D, *, out)``: what ``apply_func`` makes of ``(D, *, in)``.

        Raises:
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("GINConv", graph, allow_zero_in_degree=True)
        source, destination = both_features("GINConv", graph, relation, feat)
        checks.same_trailing("GINConv", feat=source, destination_feat=destination)
        check_edge_weight("GINConv", relation, edge_weight)
        first = _first_linear(self.apply_func)
        if first is not None:
            check_size("GINConv", "feat", source, first.in_features)
        narrows = first is not None and first.out_features < first.in_features and self._aggregator_type != "max"
        if first is not None and narrows:
            source = linear(source, first.weight)
            if isinstance(feat, tuple):
                destination = linear(destination, first.weight)
            else:
                destination = destinations_of("GINConv", graph, relation, source)
        neighbours = reduce_neighbours(relation, source, edge_weight, self._aggregator_type)
        out = self._with_own(neighbours, destination)
        out = self._after(first, out) if first is not None and narrows else self._applied(out)
        return out if self.activation is None else self.activation(out)

    def _after(self, first: nn.Linear, out: Tensor) -> Tensor:
        """Return what is left of ``apply_func`` once the weight of its first map has been applied."""
        if first.bias is not None:
            out = add(out, first.bias)
        for part in list(self.apply_func)[1:] if isinstance(self.apply_func, nn.Sequential) else ():
            out = part(out)
        return out


class GINEConv(_Epsilon):
    """A function of a node's own features plus the sum of its neighbours', with features of edges.

    ``out[v] = apply_func((1 + eps) * feat[v] + sum(relu(feat[u] + edge_feat[u, v])))`` over the edges ``(u, v)``. The
    sum is 0 for a node without incoming edges.

    Parameters: those of ``apply_func``; ``eps`` ``(1,)``, which is a buffer unless it is learned.

    Source: Hu et al. 2020 (arXiv:1905.12265); DGL's ``dgl.nn.GINEConv``.
    """

    def __init__(self, apply_func: Apply | None = None, init_eps: float = 0, learn_eps: bool = False) -> None:
        """Make the layer.

        Args:
            apply_func: applied last: a module, which is trained with the layer, or any function.
            init_eps: first value of ``eps``.
            learn_eps: whether ``eps`` is a parameter.
        """
        super().__init__(apply_func, init_eps, learn_eps)

    def forward(self, graph: GraphLike, node_feat: Features, edge_feat: Tensor) -> Tensor:
        """Return new features of the destination nodes.

        Args:
            graph: a graph or block with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
            node_feat: ``(S, *, in)``, or a pair for sources and destinations; see Note [Features of a layer].
            edge_feat: ``(E, *, in)``.

        Returns:
            ``(D, *, out)``: what ``apply_func`` makes of ``(D, *, in)``.

        Raises:
            ShapeError: a shape that does not fit.
        """
        relation = relation_for("GINEConv", graph, allow_zero_in_degree=True)
        source, destination = both_features("GINEConv", graph, relation, node_feat)
        relation.check_rows("GINEConv", "edge_feat", edge_feat, "e")
        checks.broadcast("GINEConv", source, edge_feat)
        checks.same_trailing("GINEConv", node_feat=source, destination_feat=destination)
        first = _first_linear(self.apply_func)
        if first is not None:
            check_size("GINEConv", "node_feat", source, first.in_features)
        # A sum's gradient does not ask for the sum, so the messages are the only array of the edges' size.
        messages = u_add_e(relation, source, edge_feat).relu_()
        return self._applied(self._with_own(copy_e_sum(relation, messages), destination))


def _first_linear(apply_func: Apply | None) -> nn.Linear | None:
    """Return the linear map that a function begins with, None if it begins otherwise or nobody can tell."""
    if type(apply_func) is nn.Sequential and len(apply_func) > 0 and not is_hooked(apply_func):
        first: nn.Module = apply_func[0]
    elif isinstance(apply_func, nn.Module):
        first = apply_func
    else:
        return None
    return first if isinstance(first, nn.Linear) and is_plain(first) else None

"""LightGCN: embeddings of users and items, smoothed over who bought what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from weft import ops
from weft.errors import InputError, ShapeError
from weft.ops.target import GraphLike, relation_of
from weft.relation import Relation


class LightGCN(nn.Module):
    """Learnable embeddings and linear propagation over the symmetrically normalised user-item graph.

    With ``x0`` the embeddings of all nodes and ``S = D^-1/2 A D^-1/2`` the normalised adjacency of the graph with both
    directions, the output is ``sum(alpha[l] * S^l x0)`` over ``l`` from 0 to ``num_layers``. There are no other
    parameters. A node without edges keeps ``alpha[0] * x0``.

    Parameters: ``user_embedding`` ``(num_users, dim)`` and ``item_embedding`` ``(num_items, dim)``, drawn from a normal
    distribution with standard deviation 0.1.

    Source: He et al. 2020 (arXiv:2002.02126), eq. 3 to 8.

    >>> import weft
    >>> bought = weft.heterograph({("user", "buys", "item"): ([0, 0, 1], [0, 1, 1])})
    >>> users, items = weft.nn.models.LightGCN(num_users=2, num_items=2, dim=8)(bought)
    >>> users.shape, items.shape
    (torch.Size([2, 8]), torch.Size([2, 8]))
    """

    def __init__(
        self, num_users: int, num_items: int, dim: int = 64, num_layers: int = 3, alpha: Sequence[float] | None = None
    ) -> None:
        """Make the embeddings.

        Args:
            num_users: at least 0.
            num_items: at least 0.
            dim: numbers in an embedding.
            num_layers: steps of propagation; 0 leaves the embeddings as they are.
            alpha: weight of each layer's output, ``num_layers + 1`` numbers; all ``1 / (num_layers + 1)`` by default.

        Raises:
            InputError: a count is negative or ``alpha`` has another length.
        """
        super().__init__()
        if min(num_users, num_items, num_layers) < 0 or dim < 1:
            raise InputError(
                f"LightGCN: got num_users={num_users}, num_items={num_items}, dim={dim}, num_layers={num_layers}; "
                "expected counts of at least 0 and dim of at least 1."
            )
        if alpha is not None and len(alpha) != num_layers + 1:
            raise InputError(f"LightGCN: alpha has {len(alpha)} weights; {num_layers} layers need {num_layers + 1}.")
        self.num_layers = num_layers
        self.alpha = tuple(alpha) if alpha is not None else (1.0 / (num_layers + 1),) * (num_layers + 1)
        self.user_embedding = nn.Parameter(torch.empty(num_users, dim))
        self.item_embedding = nn.Parameter(torch.empty(num_items, dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw both embeddings anew."""
        nn.init.normal_(self.user_embedding, std=0.1)
        nn.init.normal_(self.item_embedding, std=0.1)

    def set_embeddings(self, users: Tensor, items: Tensor) -> None:
        """Start from given embeddings, ``(num_users, dim)`` and ``(num_items, dim)``.

        Raises:
            ShapeError: a shape differs.
        """
        if users.shape != self.user_embedding.shape or items.shape != self.item_embedding.shape:
            raise ShapeError(
                f"LightGCN.set_embeddings: got {tuple(users.shape)} and {tuple(items.shape)}; expected "
                f"{tuple(self.user_embedding.shape)} and {tuple(self.item_embedding.shape)}."
            )
        with torch.no_grad():
            self.user_embedding.copy_(users)
            self.item_embedding.copy_(items)

    def forward(self, graph: GraphLike) -> tuple[Tensor, Tensor]:
        """Return the smoothed embeddings of all users ``(num_users, dim)`` and all items ``(num_items, dim)``.

        Args:
            graph: a Relation from users to items, or a graph whose one edge type is that.

        Raises:
            ShapeError: the graph has other numbers of users and items.
        """
        relation = relation_of("LightGCN", graph)
        users, items = self.user_embedding, self.item_embedding
        if (relation.num_src, relation.num_dst) != (users.shape[0], items.shape[0]):
            raise ShapeError(
                f"LightGCN: the graph has {relation.num_src} users and {relation.num_dst} items, but the model has "
                f"{users.shape[0]} and {items.shape[0]}."
            )
        if torch.compiler.is_compiling():
            return _propagate(relation, users, items, self.alpha)
        smoothed: tuple[Tensor, Tensor] = _Propagation.apply(users, items, relation, self.alpha)
        return smoothed

    def extra_repr(self) -> str:
        """Return what stands in brackets when the model is printed."""
        (num_users, dim), num_items = self.user_embedding.shape, self.item_embedding.shape[0]
        return f"num_users={num_users}, num_items={num_items}, dim={dim}, num_layers={self.num_layers}"


def _propagate(relation: Relation, users: Tensor, items: Tensor, alpha: Sequence[float]) -> tuple[Tensor, Tensor]:
    """Return ``sum(alpha[l] * S^l x)`` for both sides.

    With ``z = D^-1/2 x`` a layer is ``z' = D^-1 A z``, the mean over the neighbours: so scaling is needed once on the
    way in and once on the way out, and no edge carries a weight. The sum is taken from the last layer inwards:
    ``alpha[0] z + M(alpha[1] z + M(alpha[2] z + ...))``.
    """
    relation.csr(), relation.csc()  # made once and kept, so that the reversed relation shares them
    backward = relation.reverse()
    # Equal weights, the usual case, are one factor on the way out.
    common = alpha[0] if len(set(alpha)) == 1 else 1.0
    weights = [weight / common for weight in alpha] if common else [0.0 for _ in alpha]
    root_users = relation.out_degrees().clamp(min=1).to(users.dtype).sqrt().unsqueeze(1)
    root_items = relation.in_degrees().clamp(min=1).to(items.dtype).sqrt().unsqueeze(1)
    first_users, first_items = users / root_users, items / root_items
    sum_users, sum_items = first_users, first_items
    if weights[-1] != 1.0 or len(weights) == 1:
        sum_users, sum_items = first_users * weights[-1], first_items * weights[-1]
    for weight in reversed(weights[:-1]):
        next_users, next_items = ops.copy_u_mean(backward, sum_items), ops.copy_u_mean(relation, sum_users)
        # In place: fresh memory of this size costs more than the sum.
        sum_users = next_users.add_(first_users, alpha=weight)
        sum_items = next_items.add_(first_items, alpha=weight)
    return sum_users.mul_(root_users * common), sum_items.mul_(root_items * common)


class _Propagation(torch.autograd.Function):
    """The propagation is linear and symmetric, so its backward pass is the propagation of the gradient."""

    @staticmethod
    def forward(
        ctx: Any, users: Tensor, items: Tensor, relation: Relation, alpha: tuple[float, ...]
    ) -> tuple[Tensor, Tensor]:
        ctx.relation, ctx.alpha = relation, alpha
        return _propagate(relation, users, items, alpha)

    @staticmethod
    def backward(ctx: Any, grad_users: Tensor, grad_items: Tensor) -> tuple[Tensor | None, ...]:
        return (*_Propagation.apply(grad_users, grad_items, ctx.relation, ctx.alpha), None, None)

"""APPNP: predictions of each node alone, then propagated."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from weft import checks
from weft.nn.conv import APPNPConv
from weft.nn.conv.scaled_sum import degree_scale, scaled_sum
from weft.nn.models.staged import StagedModel
from weft.ops.target import relation_of


class APPNP(StagedModel):
    """A multilayer perceptron whose outputs take ``k`` steps of a walk that returns with probability ``alpha``.

    A step is one stage, so a sample needs ``k`` blocks; on blocks, and in `layerwise_inference`, there is no dropout of
    edges. Degrees are those of the graph that is given; `layerwise_inference` uses the whole graph's.

    Shapes: ``(N, in_feats)`` to ``(N, out_feats)``. A node without incoming edges receives 0 in each step; add
    self-loops, as the paper does.

    Source: Gasteiger et al. 2019 (arXiv:1810.05997), eq. 5.

    >>> import torch, weft
    >>> graph = weft.add_self_loop(weft.graph(([0, 1, 2], [1, 2, 0])))
    >>> weft.nn.models.APPNP(4, 16, 2)(graph, torch.randn(3, 4)).shape
    torch.Size([3, 2])
    """

    def __init__(
        self,
        in_feats: int,
        hidden_feats: int,
        out_feats: int,
        k: int = 10,
        alpha: float = 0.1,
        *,
        dropout: float = 0.5,
        edge_drop: float = 0.5,
    ) -> None:
        """Make the layers.

        Args:
            in_feats: size of input features.
            hidden_feats: size of the hidden layer.
            out_feats: size of the output.
            k: steps, at least 1.
            alpha: probability of a return.
            dropout: of the input and of the hidden layer.
            edge_drop: dropout of the edges, drawn anew in each step; on whole graphs.

        Raises:
            InputError: ``k`` below 1.
        """
        super().__init__()
        checks.whole_number("APPNP", "k", k, least=1, meaning="a number of steps")
        self.k, self.alpha = k, alpha
        self.hidden = nn.Linear(in_feats, hidden_feats)
        self.out = nn.Linear(hidden_feats, out_feats)
        self.dropout = nn.Dropout(dropout)
        self.propagate = APPNPConv(k, alpha, edge_drop)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.hidden.reset_parameters()
        self.out.reset_parameters()

    @property
    def num_stages(self) -> int:
        """Return the number of steps."""
        return self.k

    def constants(self, graph: Any) -> tuple[Tensor, Tensor]:
        """Return ``degree^-1/2`` of each node, outgoing and incoming, ``(N,)`` float64 each."""
        relation = relation_of("APPNP", graph)
        outgoing, incoming = (degree_scale(relation, side, -0.5, torch.float64) for side in ("src", "dst"))
        return outgoing, incoming

    def enter(self, feat: Tensor) -> tuple[Tensor, Tensor]:
        """Return the perceptron's output, twice: what walks, and where it returns to."""
        own = self.out(self.dropout(torch.relu(self.hidden(self.dropout(feat)))))
        return own, own

    def stage(
        self,
        index: int,
        graph: Any,
        state: tuple[Tensor, Tensor],
        constants: tuple[Tensor, Tensor] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Return what has walked a step farther, and where it returns to."""
        relation = relation_of("APPNP", graph)
        walking, own = state[0], state[1][: relation.num_dst]
        out_scale, in_scale = self.constants(graph) if constants is None else constants
        in_scale = in_scale[: relation.num_dst]
        received = scaled_sum(relation, walking, out_scale.to(walking.dtype), in_scale.to(walking.dtype))
        return torch.lerp(received, own.to(received.dtype), self.alpha), own

    def leave(self, state: tuple[Tensor, Tensor]) -> Tensor:
        """Return what has walked."""
        return state[0]

    def forward(self, graph: Any, feat: Tensor) -> Tensor:
        """Return ``(N, out_feats)`` for a graph, ``(D, out_feats)`` of the last of ``k`` blocks."""
        if isinstance(graph, (list, tuple)):
            out: Tensor = super().forward(graph, feat)
            return out
        # On a whole graph the steps are one function, whose gradient stores nothing.
        propagated: Tensor = self.propagate(graph, self.enter(feat)[0])
        return propagated

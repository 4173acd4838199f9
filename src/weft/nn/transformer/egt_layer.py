"""The layer of the edge-augmented graph transformer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft.errors import InputError
from weft.nn.transformer.dense import check_heads, check_nodes, check_pairs

_LIMIT = 5.0
"""Scores of features are cut to this, so that features of pairs can always outweigh them."""


class EGTLayer(nn.Module):
    """Attention among all nodes with a feature for each pair of nodes, which steers the attention and is changed by it.

    For each head, with ``x = mha_ln_h(nfeat)``, ``e = mha_ln_e(efeat)`` and ``q, k, v`` of ``qkv_proj(x)``::

        s = clamp(<q, k>, -5, 5) + edge_input(e)                            a score for each pair
        g = sigmoid(gate(e) + mask)
        h = nfeat + node_output(log(1 + sum(g)) * sum(softmax(s + mask) * g * v))
        nodes = h + node_ffn(h)
        f = efeat + edge_output(s);   edges = f + edge_ffn(f)

    The first ``num_virtual_nodes`` nodes, which belong to no graph, are not scaled by ``log(1 + sum(g))``.

    Parameters: ``qkv_proj`` to ``3 * feat_size``, in the order (q k v, size, heads); ``edge_input`` and ``gate`` to
    ``num_heads``; ``node_output``; ``node_ffn.0`` (a norm), ``.1`` and ``.3``; with ``edge_update`` ``edge_output`` and
    ``edge_ffn`` likewise; norms ``mha_ln_h`` and ``mha_ln_e``.

    A node for which all pairs are masked has an attention of 0, where DGL gives NaN.

    Source: Hussain, Zaki and Subramanian 2022 (arXiv:2108.03348), section 3; DGL's ``dgl.nn.EGTLayer``, which does not
    divide ``<q, k>`` by ``sqrt(d)``.

    >>> layer = EGTLayer(feat_size=16, edge_feat_size=8, num_heads=4, num_virtual_nodes=1)
    >>> nodes, edges = layer(torch.rand(2, 5, 16), torch.rand(2, 5, 5, 8))
    >>> nodes.shape, edges.shape
    (torch.Size([2, 5, 16]), torch.Size([2, 5, 5, 8]))
    """

    def __init__(
        self,
        feat_size: int,
        edge_feat_size: int,
        num_heads: int,
        num_virtual_nodes: int,
        dropout: float = 0,
        attn_dropout: float = 0,
        activation: nn.Module | None = None,
        edge_update: bool = True,
    ) -> None:
        """Make the layer.

        Args:
            feat_size: size of node features.
            edge_feat_size: size of features of pairs.
            num_heads: number of heads, which divides ``feat_size``.
            num_virtual_nodes: number of nodes at the beginning that belong to no graph.
            dropout: of what is added.
            attn_dropout: of the attention.
            activation: inside the networks; by default an ``nn.ELU()`` of its own.
            edge_update: whether features of pairs are changed and returned.

        Raises:
            InputError: heads that do not divide ``feat_size``.
        """
        super().__init__()
        self.feat_size, self.edge_feat_size = feat_size, edge_feat_size
        self.num_heads, self.num_virtual_nodes, self.edge_update = num_heads, num_virtual_nodes, edge_update
        self.head_dim = check_heads("EGTLayer", feat_size, num_heads)
        activation = nn.ELU() if activation is None else activation
        self.mha_ln_h = nn.LayerNorm(feat_size)
        self.mha_ln_e = nn.LayerNorm(edge_feat_size)
        self.edge_input = nn.Linear(edge_feat_size, num_heads)
        self.qkv_proj = nn.Linear(feat_size, feat_size * 3)
        self.gate = nn.Linear(edge_feat_size, num_heads)
        self.attn_dropout = nn.Dropout(attn_dropout)
        self.node_output = nn.Linear(feat_size, feat_size)
        self.mha_dropout_h = nn.Dropout(dropout)
        self.node_ffn = _network(feat_size, activation, dropout)
        if edge_update:
            self.edge_output = nn.Linear(num_heads, edge_feat_size)
            self.mha_dropout_e = nn.Dropout(dropout)
            self.edge_ffn = _network(edge_feat_size, activation, dropout)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.LayerNorm)):
                module.reset_parameters()

    def forward(self, nfeat: Tensor, efeat: Tensor, mask: Tensor | None = None) -> Tensor | tuple[Tensor, Tensor]:
        """Return new features of nodes and of pairs.

        Args:
            nfeat: ``(B, N, feat_size)`` features of the nodes of ``B`` graphs, padded to the same number; virtual nodes
                first, which count in ``N``.
            efeat: ``(B, N, N, edge_feat_size)`` features of pairs.
            mask: ``(B, N, N)`` floats: ``-inf`` where the first node must not look at the second, as at padding, and 0
                elsewhere.

        Returns:
            ``(B, N, feat_size)``; with ``edge_update`` also ``(B, N, N, edge_feat_size)``.

        Raises:
            ShapeError: shapes that do not fit.
            InputError: a mask that is not of floats.
        """
        check_nodes("EGTLayer", "nfeat", nfeat, self.feat_size)
        check_pairs("EGTLayer", "efeat", efeat, nfeat, self.edge_feat_size)
        check_pairs("EGTLayer", "mask", mask, nfeat)
        if mask is not None and not mask.is_floating_point():
            raise InputError(
                f"EGTLayer: mask has dtype {mask.dtype}; expected floats, -inf for a pair that is left out and else 0."
            )
        edges = self.mha_ln_e(efeat)
        scores, value = self._scores(nfeat, edges)
        answer = self._attended(scores, self.gate(edges), value, mask)
        nodes = nfeat + self.mha_dropout_h(self.node_output(answer))
        nodes = nodes + self.node_ffn(nodes)
        if not self.edge_update:
            return nodes
        pairs = efeat + self.mha_dropout_e(self.edge_output(scores))
        return nodes, pairs + self.edge_ffn(pairs)

    def _scores(self, nfeat: Tensor, edges: Tensor) -> tuple[Tensor, Tensor]:
        """Return the score of each pair, ``(B, N, N, heads)``, and the values ``(B, N, head_dim, heads)``."""
        shape = (3, self.head_dim, self.num_heads)
        query, key, value = self.qkv_proj(self.mha_ln_h(nfeat)).unflatten(2, shape).unbind(dim=2)
        products = torch.einsum("bidh,bjdh->bijh", query, key)
        return products.clamp(-_LIMIT, _LIMIT) + self.edge_input(edges), value

    def _attended(self, scores: Tensor, gates: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """Return ``(B, N, feat_size)``: the values that each node looks at."""
        if mask is not None:
            added = mask.to(scores.dtype).unsqueeze(3)
            gates = gates + added
            # All gates of a node that may look at none are closed: a softmax over nothing is not needed.
            scores = scores + added.masked_fill(added.isneginf().all(dim=2, keepdim=True), 0.0)
        gates = gates.sigmoid()
        attention = self.attn_dropout(scores.softmax(dim=2) * gates)
        degree = torch.log1p(gates.sum(dim=2, keepdim=True))
        virtual = torch.arange(value.shape[1], device=value.device) < self.num_virtual_nodes
        degree = degree.masked_fill(virtual.view(1, -1, 1, 1), 1.0)
        answer = torch.einsum("bijh,bjdh->bidh", attention, value)
        return (answer * degree).flatten(2)

    def extra_repr(self) -> str:
        """Return the arguments that are not those of the parts."""
        return f"num_heads={self.num_heads}, num_virtual_nodes={self.num_virtual_nodes}, edge_update={self.edge_update}"


def _network(size: int, activation: nn.Module, dropout: float) -> nn.Sequential:
    """Return a norm and two linear maps with an activation between them."""
    return nn.Sequential(
        nn.LayerNorm(size), nn.Linear(size, size), activation, nn.Linear(size, size), nn.Dropout(dropout)
    )

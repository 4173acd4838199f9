"""The layer of Graphormer."""

from __future__ import annotations

from torch import Tensor, nn

from weft.nn.transformer.biased_mha import BiasedMHA
from weft.nn.transformer.dense import check_nodes


class GraphormerLayer(nn.Module):
    """Attention among all nodes of a graph with a bias for each pair, then a network for each node; both added.

    ``h = attn_layer_norm(x + attn(x, bias))``, ``out = ffn_layer_norm(h + ffn(h))``; with ``norm_first``
    ``h = x + attn(attn_layer_norm(x), bias)``, ``out = h + ffn(ffn_layer_norm(h))``. Parameters: ``attn``, a
    `BiasedMHA`; ``ffn.0`` and ``ffn.3``, linear maps to ``hidden_size`` and back; ``attn_layer_norm`` and
    ``ffn_layer_norm``.

    Source: Ying et al. 2021 (arXiv:2106.05234), eqs. 8 and 9; DGL's ``dgl.nn.GraphormerLayer``.

    >>> import torch
    >>> layer = GraphormerLayer(feat_size=16, hidden_size=32, num_heads=4)
    >>> layer(torch.rand(2, 5, 16), torch.rand(2, 5, 5, 4)).shape
    torch.Size([2, 5, 16])
    """

    def __init__(
        self,
        feat_size: int,
        hidden_size: int,
        num_heads: int,
        attn_bias_type: str = "add",
        norm_first: bool = False,
        dropout: float = 0.1,
        attn_dropout: float = 0.1,
        activation: nn.Module | None = None,
    ) -> None:
        """Make the layer.

        Args:
            feat_size: size of node features.
            hidden_size: size inside the network for each node.
            num_heads: number of heads, which divides ``feat_size``.
            attn_bias_type: ``'add'`` or ``'mul'``: what is done with the bias of a pair.
            norm_first: whether norms come before attention and network instead of after the sums.
            dropout: of what is added, and inside the network.
            attn_dropout: of the attention.
            activation: inside the network; by default an ``nn.ReLU()`` of its own.

        Raises:
            InputError: an unknown ``attn_bias_type``, or heads that do not divide ``feat_size``.
        """
        super().__init__()
        self.norm_first = norm_first
        self.attn = BiasedMHA(feat_size, num_heads, attn_bias_type=attn_bias_type, attn_drop=attn_dropout)
        self.ffn = nn.Sequential(
            nn.Linear(feat_size, hidden_size),
            nn.ReLU() if activation is None else activation,
            nn.Dropout(p=dropout),
            nn.Linear(hidden_size, feat_size),
            nn.Dropout(p=dropout),
        )
        self.dropout = nn.Dropout(p=dropout)
        self.attn_layer_norm = nn.LayerNorm(feat_size)
        self.ffn_layer_norm = nn.LayerNorm(feat_size)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.attn.reset_parameters()
        for module in (*self.ffn, self.attn_layer_norm, self.ffn_layer_norm):
            if isinstance(module, (nn.Linear, nn.LayerNorm)):
                module.reset_parameters()

    def forward(self, nfeat: Tensor, attn_bias: Tensor | None = None, attn_mask: Tensor | None = None) -> Tensor:
        """Return new features of the nodes.

        Args:
            nfeat: ``(B, N, feat_size)`` features of the nodes of ``B`` graphs, padded to the same number.
            attn_bias: ``(B, N, N, num_heads)``, the bias of each pair and head.
            attn_mask: ``(B, N, N)`` bool: True where the first node must not look at the second, as at padding.

        Returns:
            ``(B, N, feat_size)``.

        Raises:
            ShapeError: shapes that do not fit.
        """
        check_nodes("GraphormerLayer", "nfeat", nfeat, self.attn.feat_size)
        if self.norm_first:
            hidden = nfeat + self.dropout(self.attn(self.attn_layer_norm(nfeat), attn_bias, attn_mask))
            return hidden + self.ffn(self.ffn_layer_norm(hidden))
        hidden = self.attn_layer_norm(nfeat + self.dropout(self.attn(nfeat, attn_bias, attn_mask)))
        out: Tensor = self.ffn_layer_norm(hidden + self.ffn(hidden))
        return out

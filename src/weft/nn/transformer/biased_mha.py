"""Attention among all nodes of a graph, with a bias for each pair."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from weft import checks
from weft.nn.transformer.dense import check_heads, check_nodes, check_pairs

KINDS = ("add", "mul")


class BiasedMHA(nn.Module):
    """Attention of each node to all nodes of its graph, with a bias for each pair added to its score, or a factor.

    For each head of ``d = feat_size / num_heads``::

        out = out_proj(softmax(<q_proj(x), k_proj(x)> / sqrt(d) + bias) @ v_proj(x))        * for 'mul'

    Parameters: ``q_proj``, ``k_proj``, ``v_proj`` and ``out_proj``, weights ``(feat_size, feat_size)`` and biases. The
    first three weights are Glorot uniform with gain ``1 / sqrt(2)``, the last with gain 1 and a bias of 0.

    A node for which all pairs are masked has an attention of 0, where DGL gives NaN. With an additive bias, or none,
    the attention is PyTorch's ``scaled_dot_product_attention``.

    Source: Ying et al. 2021 (arXiv:2106.05234), section 3.1; DGL's ``dgl.nn.BiasedMHA``, which scales as above and not
    as it says.
    """

    def __init__(
        self, feat_size: int, num_heads: int, bias: bool = True, attn_bias_type: str = "add", attn_drop: float = 0.1
    ) -> None:
        """Make the module.

        Args:
            feat_size: size of node features.
            num_heads: number of heads, which divides ``feat_size``.
            bias: whether the linear maps have a bias.
            attn_bias_type: ``'add'`` or ``'mul'``: what is done with the bias of a pair.
            attn_drop: dropout of the attention.

        Raises:
            InputError: an unknown ``attn_bias_type``, or heads that do not divide ``feat_size``.
        """
        super().__init__()
        checks.choice("BiasedMHA", "attn_bias_type", attn_bias_type, KINDS)
        self.feat_size, self.num_heads, self.attn_bias_type = feat_size, num_heads, attn_bias_type
        self.head_dim = check_heads("BiasedMHA", feat_size, num_heads)
        self.q_proj = nn.Linear(feat_size, feat_size, bias=bias)
        self.k_proj = nn.Linear(feat_size, feat_size, bias=bias)
        self.v_proj = nn.Linear(feat_size, feat_size, bias=bias)
        self.out_proj = nn.Linear(feat_size, feat_size, bias=bias)
        self.dropout = nn.Dropout(p=attn_drop)
        self._draw_weights()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for linear in (self.q_proj, self.k_proj, self.v_proj):
            linear.reset_parameters()
        self._draw_weights()

    def _draw_weights(self) -> None:
        for linear in (self.q_proj, self.k_proj, self.v_proj):
            nn.init.xavier_uniform_(linear.weight, gain=2**-0.5)
        nn.init.xavier_uniform_(self.out_proj.weight)
        if self.out_proj.bias is not None:
            nn.init.zeros_(self.out_proj.bias)

    def forward(self, ndata: Tensor, attn_bias: Tensor | None = None, attn_mask: Tensor | None = None) -> Tensor:
        """Return new features of the nodes.

        Args:
            ndata: ``(B, N, feat_size)`` features of the nodes of ``B`` graphs, padded to the same number.
            attn_bias: ``(B, N, N, num_heads)``, the bias of each pair and head.
            attn_mask: ``(B, N, N)`` bool: True where the first node must not look at the second, as at padding.

        Returns:
            ``(B, N, feat_size)``.

        Raises:
            ShapeError: shapes that do not fit.
        """
        check_nodes("BiasedMHA", "ndata", ndata, self.feat_size)
        check_pairs("BiasedMHA", "attn_bias", attn_bias, ndata, self.num_heads)
        check_pairs("BiasedMHA", "attn_mask", attn_mask, ndata)
        query, key, value = (
            linear(ndata).unflatten(2, (self.num_heads, self.head_dim)).transpose(1, 2)
            for linear in (self.q_proj, self.k_proj, self.v_proj)
        )
        hidden = alone = None
        if attn_mask is not None:
            hidden = attn_mask.bool()
            alone = hidden.all(dim=2, keepdim=True)
            hidden = (hidden & ~alone).unsqueeze(1)
        bias = None if attn_bias is None else attn_bias.permute(0, 3, 1, 2).to(query.dtype)
        if bias is not None and self.attn_bias_type == "mul":
            out = self._multiplied(query, key, value, bias, hidden)
        else:
            mask = bias if hidden is None else ~hidden
            if bias is not None and hidden is not None:
                mask = bias.masked_fill(hidden, -torch.inf)
            dropout = self.dropout.p if self.training else 0.0
            out = scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)
        out = out.transpose(1, 2).flatten(2)
        if alone is not None:
            out = out.masked_fill(alone, 0.0)
        return self.out_proj(out)

    def _multiplied(self, query: Tensor, key: Tensor, value: Tensor, bias: Tensor, hidden: Tensor | None) -> Tensor:
        scores = query @ key.transpose(2, 3) * (self.head_dim**-0.5 * bias)
        if hidden is not None:
            scores = scores.masked_fill(hidden, -torch.inf)
        return self.dropout(scores.softmax(dim=3)) @ value

    def extra_repr(self) -> str:
        """Return the arguments that are not those of the linear maps."""
        return f"num_heads={self.num_heads}, attn_bias_type={self.attn_bias_type!r}"

"""The blocks of a set transformer: attention within sets, through inducing points, and from seeds."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from weft.nn.pooling.set_pairs import SetPairs, attend, pair_sets


class MultiHeadAttention(nn.Module):
    """Attention from sets of rows to sets of rows, and a network for each row after it; both added and normalised.

    ``h = norm_in(x + proj_o(attention(proj_q(x), proj_k(mem), proj_v(mem))))``, ``out = norm_inter(h + ffn(h))``.

    Source: Lee et al. 2019 (arXiv:1810.00825), eqs. 6 and 7, with the norm after each sum.
    """

    def __init__(self, d_model: int, num_heads: int, d_head: int, d_ff: int, dropouth: float, dropouta: float) -> None:
        """Make the block; arguments as `weft.nn.SetTransformerEncoder` has them."""
        super().__init__()
        self.num_heads, self.d_head = num_heads, d_head
        self.proj_q = nn.Linear(d_model, num_heads * d_head, bias=False)
        self.proj_k = nn.Linear(d_model, num_heads * d_head, bias=False)
        self.proj_v = nn.Linear(d_model, num_heads * d_head, bias=False)
        self.proj_o = nn.Linear(num_heads * d_head, d_model, bias=False)
        self.ffn = row_network(d_model, d_ff, dropouth)
        self.droph = nn.Dropout(dropouth)
        self.dropa = nn.Dropout(dropouta)
        self.norm_in = nn.LayerNorm(d_model)
        self.norm_inter = nn.LayerNorm(d_model)
        self._draw_matrices()

    def reset_parameters(self) -> None:
        """Draw the parameters anew: Glorot uniform matrices, biases as linear maps have them."""
        for linear in (self.ffn[0], self.ffn[-1]):
            assert isinstance(linear, nn.Linear)
            linear.reset_parameters()
        for norm in (self.norm_in, self.norm_inter):
            norm.reset_parameters()
        self._draw_matrices()

    def _draw_matrices(self) -> None:
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x: Tensor, mem: Tensor, pairs: SetPairs) -> Tensor:
        """Return ``(num x, d_model)``: the rows of ``x`` after they asked the rows of ``mem``."""
        query, key, value = (
            linear(rows).unflatten(-1, (self.num_heads, self.d_head))
            for linear, rows in ((self.proj_q, x), (self.proj_k, mem), (self.proj_v, mem))
        )
        answer = attend(pairs, query, key, value, self.dropa.p if self.training else 0.0)
        hidden = self.norm_in(x + self.droph(self.proj_o(answer.flatten(1))))
        out: Tensor = self.norm_inter(hidden + self.droph(self.ffn(hidden)))
        return out


class SetAttentionBlock(nn.Module):
    """The rows of each set ask each other."""

    def __init__(self, d_model: int, num_heads: int, d_head: int, d_ff: int, dropouth: float, dropouta: float) -> None:
        """Make the block; arguments as `weft.nn.SetTransformerEncoder` has them."""
        super().__init__()
        self.mha = MultiHeadAttention(d_model, num_heads, d_head, d_ff, dropouth, dropouta)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.mha.reset_parameters()

    def forward(self, feat: Tensor, pairs: SetPairs) -> Tensor:
        """Return ``(N, d_model)``; ``pairs`` are the sets with themselves."""
        out: Tensor = self.mha(feat, feat, pairs)
        return out


class InducedSetAttentionBlock(nn.Module):
    """Learned points ask the rows of each set, and the rows ask the points: linear in the size of a set."""

    def __init__(
        self, m: int, d_model: int, num_heads: int, d_head: int, d_ff: int, dropouth: float, dropouta: float
    ) -> None:
        """Make the block with ``m`` points; arguments as `weft.nn.SetTransformerEncoder` has them."""
        super().__init__()
        self.m = m
        self.inducing_points = nn.Parameter(torch.empty(m, d_model))
        self.mha = nn.ModuleList(
            [MultiHeadAttention(d_model, num_heads, d_head, d_ff, dropouth, dropouta) for _ in range(2)]
        )
        nn.init.xavier_uniform_(self.inducing_points)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        for attention in self.mha:
            assert isinstance(attention, MultiHeadAttention)
            attention.reset_parameters()
        nn.init.xavier_uniform_(self.inducing_points)

    def forward(self, feat: Tensor, to_points: SetPairs, to_rows: SetPairs) -> Tensor:
        """Return ``(N, d_model)``.

        Args:
            feat: ``(N, d_model)``.
            to_points: the points of each set with its rows.
            to_rows: the rows of each set with its points.
        """
        num_sets = len(to_points.positions) // self.m
        points = self.mha[0](self.inducing_points.repeat(num_sets, 1), feat, to_points)
        out: Tensor = self.mha[1](feat, points, to_rows)
        return out

    def extra_repr(self) -> str:
        """Return the shape of the learned points."""
        return f"inducing_points={tuple(self.inducing_points.shape)}"


class PoolingByAttention(nn.Module):
    """Learned seeds ask the rows of each set, which a network has mapped; a row for each seed and set."""

    def __init__(
        self, k: int, d_model: int, num_heads: int, d_head: int, d_ff: int, dropouth: float, dropouta: float
    ) -> None:
        """Make the block with ``k`` seeds; arguments as `weft.nn.SetTransformerDecoder` has them."""
        super().__init__()
        self.k = k
        self.seed_vectors = nn.Parameter(torch.empty(k, d_model))
        self.mha = MultiHeadAttention(d_model, num_heads, d_head, d_ff, dropouth, dropouta)
        self.ffn = row_network(d_model, d_ff, dropouth)
        nn.init.xavier_uniform_(self.seed_vectors)

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        self.mha.reset_parameters()
        for linear in (self.ffn[0], self.ffn[-1]):
            assert isinstance(linear, nn.Linear)
            linear.reset_parameters()
        nn.init.xavier_uniform_(self.seed_vectors)

    def forward(self, feat: Tensor, counts: Tensor) -> Tensor:
        """Return ``(B * k, d_model)``, the seeds of a set one after another.

        Args:
            feat: ``(N, d_model)``.
            counts: ``(B,)`` rows of each set.
        """
        seeds = self.seed_vectors.repeat(len(counts), 1)
        out: Tensor = self.mha(seeds, self.ffn(feat), pair_sets(torch.full_like(counts, self.k), counts))
        return out

    def extra_repr(self) -> str:
        """Return the shape of the learned seeds."""
        return f"seed_vectors={tuple(self.seed_vectors.shape)}"


def row_network(d_model: int, d_ff: int, dropout: float) -> nn.Sequential:
    """Return the network that maps each row on its own."""
    return nn.Sequential(nn.Linear(d_model, d_ff), nn.ReLU(), nn.Dropout(dropout), nn.Linear(d_ff, d_model))

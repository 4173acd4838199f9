"""Scores of triples by translation."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from weft.nn.link.triples import checked_triples, minus_norm


class TransE(nn.Module):
    """Score of a triple: how near the relation's vector takes the head to the tail.

    ``score = -|h_head + rel_emb[r] - h_tail|_p``: 0 at best. Parameter: ``rel_emb.weight`` ``(num_rels, feats)``, drawn
    from the standard normal distribution.

    Source: Bordes et al. 2013, Translating Embeddings for Modeling Multi-relational Data (NIPS); DGL's
    ``dgl.nn.TransE``.
    """

    def __init__(self, num_rels: int, feats: int, p: float = 1) -> None:
        """Make the score.

        Args:
            num_rels: number of relations.
            feats: size of the features of an entity.
            p: which norm: 1 or 2, as in the paper, or any other above 0.
        """
        super().__init__()
        self.rel_emb = nn.Embedding(num_rels, feats)
        self.p = p

    def reset_parameters(self) -> None:
        """Draw the relations' vectors anew."""
        self.rel_emb.reset_parameters()

    def forward(self, h_head: Tensor, h_tail: Tensor, rels: Any) -> Tensor:
        """Return the score of each triple.

        Args:
            h_head: ``(E, feats)`` features of the heads.
            h_tail: ``(E, feats)`` features of the tails.
            rels: ``(E,)`` numbers of relations, int32 or int64.

        Returns:
            ``(E,)``, at most 0.

        Raises:
            ShapeError: shapes that do not fit.
            IdError: a relation that is negative or past the end.
        """
        num_rels, size = self.rel_emb.weight.shape
        relations = checked_triples("TransE", h_head, h_tail, rels, size, num_rels)
        return minus_norm(h_head + self.rel_emb(relations) - h_tail, self.p)

    def extra_repr(self) -> str:
        """Return the norm."""
        return f"p={self.p}"

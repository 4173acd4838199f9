"""Scores of triples by translation in a space of the relation's own."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from weft.nn.link.triples import checked_triples, minus_norm
from weft.ops.segment import gather_mm


class TransR(nn.Module):
    """Score of a triple: how near the relation's vector takes the head to the tail, in the relation's own space.

    ``score = -|h_head @ M[r] + rel_emb[r] - h_tail @ M[r]|_p``: 0 at best. Parameters: ``rel_emb.weight``
    ``(num_rels, rfeats)`` and ``rel_project.weight`` ``(num_rels, nfeats * rfeats)``, whose rows are the matrices ``M``
    ``(nfeats, rfeats)``; both drawn from the standard normal distribution.

    The difference of head and tail is mapped, once, each row by the matrix of its relation: no matrix is copied for a
    triple.

    Source: Lin et al. 2015, Learning Entity and Relation Embeddings for Knowledge Graph Completion (AAAI); DGL's
    ``dgl.nn.TransR``.
    """

    def __init__(self, num_rels: int, rfeats: int, nfeats: int, p: float = 1) -> None:
        """Make the score.

        Args:
            num_rels: number of relations.
            rfeats: size of the relations' spaces.
            nfeats: size of the features of an entity.
            p: which norm: 1 or 2, as in the paper, or any other above 0.
        """
        super().__init__()
        self.rel_emb = nn.Embedding(num_rels, rfeats)
        self.rel_project = nn.Embedding(num_rels, nfeats * rfeats)
        self.rfeats, self.nfeats, self.p = rfeats, nfeats, p

    def reset_parameters(self) -> None:
        """Draw the relations' vectors and matrices anew."""
        self.rel_emb.reset_parameters()
        self.rel_project.reset_parameters()

    def forward(self, h_head: Tensor, h_tail: Tensor, rels: Any) -> Tensor:
        """Return the score of each triple.

        Args:
            h_head: ``(E, nfeats)`` features of the heads.
            h_tail: ``(E, nfeats)`` features of the tails.
            rels: ``(E,)`` numbers of relations, int32 or int64.

        Returns:
            ``(E,)``, at most 0.

        Raises:
            ShapeError: shapes that do not fit.
            IdError: a relation that is negative or past the end.
        """
        num_rels = self.rel_emb.num_embeddings
        relations = checked_triples("TransR", h_head, h_tail, rels, self.nfeats, num_rels)
        matrices = self.rel_project.weight.view(num_rels, self.nfeats, self.rfeats)
        return minus_norm(gather_mm(h_head - h_tail, matrices, idx_b=relations) + self.rel_emb(relations), self.p)

    def extra_repr(self) -> str:
        """Return the norm."""
        return f"p={self.p}"

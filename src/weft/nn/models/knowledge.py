"""Scores of the triples of a knowledge graph: TransE, DistMult, ComplEx, RotatE.

Note [Scoring all entities]: each score is ``closeness(query(head, relation), tail)``, so that the scores of a batch
with all entities as tails are one product or one table of distances. Heads are asked for through relations of their
own, a second one for each relation that goes the other way (Lacroix et al. 2018, arXiv:1806.07297), or by the score
itself.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from weft import checks
from weft.errors import InputError


class KnowledgeGraphEmbedding(nn.Module):
    """Embeddings of entities and relations, and a score of triples of them; larger is more plausible.

    Parameters: ``entity`` ``(num_entities, dim)`` and ``relation`` ``(num_relations, relation dim)``.
    """

    def __init__(self, num_entities: int, num_relations: int, dim: int, relation_dim: int) -> None:
        """Make the embeddings.

        Args:
            num_entities: at least 1.
            num_relations: at least 1.
            dim: numbers in the embedding of an entity.
            relation_dim: numbers in the embedding of a relation.

        Raises:
            InputError: a count below 1.
        """
        super().__init__()
        counts = {"num_entities": num_entities, "num_relations": num_relations, "dim": dim}
        for name, value in counts.items():
            checks.whole_number(type(self).__name__, name, value, least=1)
        self.entity = nn.Parameter(torch.empty(num_entities, dim))
        self.relation = nn.Parameter(torch.empty(num_relations, relation_dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw both embeddings anew."""
        raise NotImplementedError

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        """Return what a tail is compared with, ``(B, dim)``, for IDs of heads and relations ``(B,)``."""
        raise NotImplementedError

    def closeness(self, query: Tensor, tails: Tensor) -> Tensor:
        """Return the scores of queries ``(*, dim)`` and embeddings of tails that broadcast with them, ``(*,)``."""
        raise NotImplementedError

    def score_tails(self, heads: Tensor, relations: Tensor) -> Tensor:
        """Return the scores of all entities as tails, ``(B, num_entities)``; see Note [Scoring all entities].

        Args:
            heads: ``(B,)`` IDs of entities.
            relations: ``(B,)`` IDs of relations.

        Raises:
            IdError: an ID that is negative or past the end.
        """
        heads, relations = self._checked("score_tails", heads=heads, relations=relations)
        return self._with_all(self.query(heads, relations))

    def forward(self, heads: Tensor, relations: Tensor, tails: Tensor) -> Tensor:
        """Return the score of each triple, ``(*,)``.

        Args:
            heads: ``(B,)`` IDs of entities.
            relations: ``(B,)`` IDs of relations.
            tails: ``(B,)`` or ``(B, n)`` IDs of entities: each triple's tail, or several to choose among.

        Raises:
            IdError: an ID that is negative or past the end.
        """
        heads, relations, tails = self._checked("forward", heads=heads, relations=relations, tails=tails)
        query = self.query(heads, relations)
        found = self.entity[tails]
        return self.closeness(query if tails.dim() == 1 else query.unsqueeze(1), found)

    def _with_all(self, query: Tensor) -> Tensor:
        return query @ self.entity.t()

    def _checked(self, function: str, **ids: Tensor) -> list[Tensor]:
        where = f"{type(self).__name__}.{function}"
        limits = {"relations": (len(self.relation), "relations")}
        for name, values in ids.items():
            limit, what = limits.get(name, (len(self.entity), "entities"))
            checks.id_range(where, name, values, limit, f"the {limit} {what}")
        return list(ids.values())


class DistMult(KnowledgeGraphEmbedding):
    """``sum(head * relation * tail)``: symmetric in head and tail.

    Shapes: entities and relations ``(dim,)``. Source: Yang et al. 2015 (arXiv:1412.6575), eq. 3.

    >>> import torch, weft
    >>> model = weft.nn.models.DistMult(num_entities=5, num_relations=2, dim=8)
    >>> model.score_tails(torch.tensor([0, 3]), torch.tensor([1, 0])).shape
    torch.Size([2, 5])
    """

    def __init__(self, num_entities: int, num_relations: int, dim: int) -> None:
        """Make the embeddings; see :class:`KnowledgeGraphEmbedding`."""
        super().__init__(num_entities, num_relations, dim, dim)

    def reset_parameters(self) -> None:
        """Draw both embeddings anew, Glorot normal."""
        nn.init.xavier_normal_(self.entity)
        nn.init.xavier_normal_(self.relation)

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        """Return ``head * relation``."""
        return self.entity[heads] * self.relation[relations]

    def closeness(self, query: Tensor, tails: Tensor) -> Tensor:
        """Return the dot product."""
        return (query * tails).sum(-1)


class ComplEx(KnowledgeGraphEmbedding):
    """``Re(sum(head * relation * conj(tail)))`` over complex numbers: relations need not be symmetric.

    Shapes: entities and relations ``(dim,)``: ``dim / 2`` complex numbers, the real parts first.
    Source: Trouillon et al. 2016 (arXiv:1606.06357), eq. 9.

    >>> import torch, weft
    >>> model = weft.nn.models.ComplEx(num_entities=5, num_relations=2, dim=8)
    >>> model(torch.tensor([0]), torch.tensor([1]), torch.tensor([4])).shape
    torch.Size([1])
    """

    def __init__(self, num_entities: int, num_relations: int, dim: int) -> None:
        """Make the embeddings; see :class:`KnowledgeGraphEmbedding`. ``dim`` is even."""
        _even("ComplEx", dim)
        super().__init__(num_entities, num_relations, dim, dim)

    def reset_parameters(self) -> None:
        """Draw both embeddings anew, Glorot normal."""
        nn.init.xavier_normal_(self.entity)
        nn.init.xavier_normal_(self.relation)

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        """Return ``head * relation``, real parts first."""
        real, imaginary = self.entity[heads].chunk(2, dim=-1)
        by_real, by_imaginary = self.relation[relations].chunk(2, dim=-1)
        return torch.cat([real * by_real - imaginary * by_imaginary, real * by_imaginary + imaginary * by_real], dim=-1)

    def closeness(self, query: Tensor, tails: Tensor) -> Tensor:
        """Return the real part of the product with the conjugate: the dot product of real and imaginary parts."""
        return (query * tails).sum(-1)


class TransE(KnowledgeGraphEmbedding):
    """``margin - |head + relation - tail|_p``.

    Shapes: entities and relations ``(dim,)``. Source: Bordes et al. 2013, Translating Embeddings for Modeling
    Multi-relational Data (NIPS).

    >>> import torch, weft
    >>> model = weft.nn.models.TransE(num_entities=5, num_relations=2, dim=8)
    >>> model(torch.tensor([0]), torch.tensor([1]), torch.tensor([[2, 4]])).shape
    torch.Size([1, 2])
    """

    def __init__(self, num_entities: int, num_relations: int, dim: int, *, margin: float = 9.0, p: float = 1) -> None:
        """Make the embeddings; see :class:`KnowledgeGraphEmbedding`.

        Args:
            num_entities: at least 1.
            num_relations: at least 1.
            dim: numbers in an embedding.
            margin: what a perfect triple scores.
            p: which norm.
        """
        self.margin, self.p = margin, p
        super().__init__(num_entities, num_relations, dim, dim)

    def reset_parameters(self) -> None:
        """Draw both embeddings anew, uniform within ``(margin + 2) / dim``."""
        bound = (self.margin + 2) / self.entity.shape[1]
        nn.init.uniform_(self.entity, -bound, bound)
        nn.init.uniform_(self.relation, -bound, bound)

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        """Return ``head + relation``."""
        return self.entity[heads] + self.relation[relations]

    def closeness(self, query: Tensor, tails: Tensor) -> Tensor:
        """Return the margin less the distance."""
        return self.margin - torch.linalg.vector_norm(query - tails, ord=self.p, dim=-1)

    def _with_all(self, query: Tensor) -> Tensor:
        return self.margin - torch.cdist(query, self.entity, p=self.p)


class RotatE(KnowledgeGraphEmbedding):
    """``margin - sum(|head * rotation - tail|)`` over complex numbers: a relation turns each of them by an angle.

    Shapes: entities ``(dim,)``: ``dim / 2`` complex numbers, the real parts first; relations ``(dim / 2,)`` angles, in
    units in which pi is the bound of the first draw. Source: Sun et al. 2019 (arXiv:1902.10197), eq. 4 and 5.

    >>> import torch, weft
    >>> model = weft.nn.models.RotatE(num_entities=5, num_relations=2, dim=8)
    >>> model.score_tails(torch.tensor([0]), torch.tensor([1])).shape
    torch.Size([1, 5])
    """

    def __init__(self, num_entities: int, num_relations: int, dim: int, *, margin: float = 9.0) -> None:
        """Make the embeddings; see :class:`KnowledgeGraphEmbedding`. ``dim`` is even.

        Args:
            num_entities: at least 1.
            num_relations: at least 1.
            dim: numbers in the embedding of an entity.
            margin: what a perfect triple scores.
        """
        _even("RotatE", dim)
        self.margin = margin
        super().__init__(num_entities, num_relations, dim, dim // 2)

    @property
    def bound(self) -> float:
        """Return the bound of the first draw."""
        return (self.margin + 2) / self.relation.shape[1]

    def reset_parameters(self) -> None:
        """Draw both embeddings anew, uniform within `bound`."""
        nn.init.uniform_(self.entity, -self.bound, self.bound)
        nn.init.uniform_(self.relation, -self.bound, self.bound)

    def query(self, heads: Tensor, relations: Tensor) -> Tensor:
        """Return the head turned by the relation, real parts first."""
        real, imaginary = self.entity[heads].chunk(2, dim=-1)
        angle = self.relation[relations] * (math.pi / self.bound)
        cosine, sine = torch.cos(angle), torch.sin(angle)
        return torch.cat([real * cosine - imaginary * sine, real * sine + imaginary * cosine], dim=-1)

    def closeness(self, query: Tensor, tails: Tensor) -> Tensor:
        """Return the margin less the sum of the moduli of the differences."""
        parts = torch.stack((query - tails).chunk(2, dim=-1))
        return self.margin - torch.linalg.vector_norm(parts, dim=0).sum(-1)

    def _with_all(self, query: Tensor) -> Tensor:
        # A row at a time: all differences at once would be as many as queries times entities times numbers.
        scores = [self.closeness(one, self.entity) for one in query]
        return torch.stack(scores) if scores else query.new_zeros(0, len(self.entity))


def _even(where: str, dim: int) -> None:
    if dim % 2:
        raise InputError(f"{where}: dim={dim} is odd; expected an even number, half of it real parts.")

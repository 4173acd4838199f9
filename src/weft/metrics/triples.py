"""Ranks of the right entities among all, for models of knowledge graphs."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from weft import checks
from weft.errors import DtypeError, InputError, ShapeError

Score = Callable[[Tensor, Tensor], Tensor]
"""From IDs of heads and relations ``(B,)`` to scores of all entities as tails ``(B, num_entities)``."""


@torch.no_grad()
def filtered_ranks(score: Score, triples: Tensor, known: Tensor | None = None, *, batch_size: int = 256) -> Tensor:
    """Return the rank of each triple's tail among all entities, other right answers left out.

    A rank is one more than the number of entities that score higher, plus half the number of others that score the
    same: the expected rank when ties are broken at random. A score that is not a number counts as higher than all.

    Args:
        score: gives ``(B, N)`` scores for heads and relations.
        triples: ``(T, 3)`` head, relation, tail.
        known: ``(K, 3)`` all right triples, of every part of the data, that do not count against a model; None for the
            raw ranks, against all others.
        batch_size: triples scored at a time, at least 1.

    Returns:
        ``(T,)`` float64, from 1 to ``N``.

    Raises:
        ShapeError: triples that are not ``(*, 3)``, or scores of another shape.
        DtypeError: triples that are not int32 or int64.
        IdError: a tail, known ones too, that is past the end of the scores.

    Source: Bordes et al. 2013, section 4.1 ("filtered"); ties as in Sun et al. 2020 (arXiv:1911.03903).

    >>> scores = torch.tensor([[0.9, 0.7, 0.8]])
    >>> filtered_ranks(lambda heads, relations: scores, torch.tensor([[0, 0, 1]]))
    tensor([3.], dtype=torch.float64)
    >>> filtered_ranks(lambda heads, relations: scores, torch.tensor([[0, 0, 1]]), torch.tensor([[0, 0, 0], [0, 0, 1]]))
    tensor([2.], dtype=torch.float64)
    """
    checks.whole_number("filtered_ranks", "batch_size", batch_size, least=1)
    answers = None
    for name, value in (("triples", triples), ("known", known)):
        if value is not None and (value.dim() != 2 or value.shape[1] != 3):
            raise ShapeError(f"filtered_ranks: {name} has shape {tuple(value.shape)}; expected (number of triples, 3).")
        if value is not None and value.dtype not in checks.ID_DTYPES:
            raise DtypeError(f"filtered_ranks: {name} have dtype {value.dtype}; expected torch.int64 or torch.int32.")
    if known is not None:
        answers = _Answers(known.long())
    ranks = [_ranks(score, batch, answers) for batch in triples.long().split(batch_size)]
    return torch.cat(ranks) if ranks else torch.zeros(0, dtype=torch.float64)


def _ranks(score: Score, triples: Tensor, answers: _Answers | None) -> Tensor:
    heads, relations, tails = triples.unbind(1)
    scores = score(heads, relations)
    if scores.dim() != 2 or len(scores) != len(triples):
        raise ShapeError(
            f"filtered_ranks: score gave {tuple(scores.shape)} for {len(triples)} queries; expected a row for each and "
            "a column for each entity."
        )
    what = f"the {scores.shape[1]} entities scored"
    checks.id_range("filtered_ranks", "tails", tails, scores.shape[1], what)
    right = scores.gather(1, tails.unsqueeze(1))
    # A right score that is no number is beaten by all; one of another entity beats.
    higher = ~(scores <= right)
    same = scores == right
    rows = torch.arange(len(triples), device=scores.device)
    counted = torch.ones_like(higher)
    if answers is not None:
        rows_of_known, known_tails = answers.of(heads, relations)
        checks.id_range("filtered_ranks", "known tails", known_tails, scores.shape[1], what)
        counted[rows_of_known, known_tails] = False
    counted[rows, tails] = False
    return 1 + (higher & counted).sum(1).double() + (same & counted).sum(1).double() / 2


class _Answers:
    """The right tails of each head and relation."""

    def __init__(self, known: Tensor) -> None:
        heads, relations, tails = known.unbind(1)
        self._num_relations = int(relations.max()) + 1 if len(known) else 1
        keys, order = (heads * self._num_relations + relations).sort()
        self._keys, self._tails = keys, tails[order]

    def of(self, heads: Tensor, relations: Tensor) -> tuple[Tensor, Tensor]:
        """Return row of the query and tail of each right answer."""
        # A relation that is not known at all must not be taken for another head's.
        wanted = torch.where(relations < self._num_relations, heads * self._num_relations + relations, -1)
        begin = torch.searchsorted(self._keys, wanted)
        count = torch.searchsorted(self._keys, wanted, right=True) - begin
        rows = torch.repeat_interleave(torch.arange(len(heads), device=heads.device), count)
        within = torch.arange(len(rows), device=heads.device) - (count.cumsum(0) - count)[rows]
        return rows, self._tails[begin[rows] + within]


def mean_reciprocal_rank(ranks: Tensor) -> float:
    """Return the mean of ``1 / rank``, in (0, 1].

    Raises:
        InputError: no ranks.
    """
    return float((1 / _some("mean_reciprocal_rank", ranks)).mean())


def hits_at(ranks: Tensor, k: int) -> float:
    """Return the share of ranks that are ``k`` at most, in [0, 1].

    Raises:
        InputError: no ranks, or ``k`` below 1.
    """
    checks.whole_number("hits_at", "k", k, least=1)
    return float((_some("hits_at", ranks) <= k).double().mean())


def _some(where: str, ranks: Tensor) -> Tensor:
    if ranks.numel() == 0:
        raise InputError(f"{where}: got no ranks; expected at least one.")
    return ranks.double()

"""How good a ranked list of items is, and how to get one from scores.

The road through this module: ``top_k`` turns scores into ranked item ids, ``judge`` marks which of them are relevant,
and each measure (``recall``, ``ndcg``, ...) turns that into one value per user. A user without relevant items cannot
be measured: the value is NaN, and ``mean_over_users`` leaves it out and says how many were counted.

Example:
    >>> import torch
    >>> from weft.metrics import group_by_user
    >>> scores = torch.tensor([[0.1, 0.9, 0.5, 0.9]])
    >>> recommended, _ = top_k(scores, k=2)
    >>> recommended  # items 1 and 3 tie: the lower id first
    tensor([[1, 3]])
    >>> judged = judge(recommended, group_by_user(torch.tensor([0, 0]), torch.tensor([3, 2]), num_users=1))
    >>> recall(judged, k=2)
    tensor([0.5000])
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from weft.errors import DtypeError, InputError, ShapeError
from weft.metrics.user_items import UserItems

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int

_SPARE_RANKS = 12
_SETTLED_FIRST = 1024
_SETTLED_AT_ONCE = 1 << 21
"""Scores in which ties at the cut are looked for at once: about 50 MB of working memory."""


class Judged(NamedTuple):
    """Ranked lists beside what was relevant: all that a measure of accuracy needs."""

    hits: Bool[Tensor, "users k"]
    """Whether the item at each rank is relevant; false where none is offered and where an item is offered again."""
    num_relevant: Int[Tensor, " users"]
    """How many distinct items are relevant to each user."""


def judge(recommended: Int[Tensor, "users k"], relevant: UserItems) -> Judged:
    """Return which recommended items are relevant.

    Args:
        recommended: Item ids, best first; -1 where nothing is offered.
        relevant: The relevant items of the same users, in the same order.

    Returns:
        Hits per rank. An item that a list repeats hits once, at its first rank.

    Raises:
        ShapeError: ``recommended`` is not ``(users, k)`` or ``relevant`` has another number of users.
    """
    if recommended.ndim != 2 or recommended.shape[0] != relevant.num_users:
        raise ShapeError(
            f"judge: recommended has shape {tuple(recommended.shape)}, but relevant has {relevant.num_users} users; "
            "give one ranked list per user, (users, k)."
        )
    recommended = recommended.long()
    users = torch.arange(recommended.shape[0], device=recommended.device)[:, None].expand_as(recommended)
    hits = relevant.contains(users, recommended)
    return Judged(hits & ~_offered_before(recommended), relevant.counts())


def recall(judged: Judged, k: int) -> Float[Tensor, " users"]:
    """Return the share of each user's relevant items that is among the first ``k``: hits / number of relevant.

    NaN for a user without relevant items. A user with more than ``k`` relevant items cannot reach 1.

    Raises:
        InputError: ``k`` is below 1 or above the length of the lists (so for all measures here).
    """
    return _measured(judged, _first(judged.hits, k, "recall").sum(1) / judged.num_relevant)


def precision(judged: Judged, k: int) -> Float[Tensor, " users"]:
    """Return the share of the first ``k`` ranks that is relevant: hits / k. NaN for a user without relevant items."""
    return _measured(judged, _first(judged.hits, k, "precision").sum(1) / k)


def hit_rate(judged: Judged, k: int) -> Float[Tensor, " users"]:
    """Return 1 where any of the first ``k`` items is relevant, else 0. NaN for a user without relevant items."""
    return _measured(judged, _first(judged.hits, k, "hit_rate").any(1))


def mrr(judged: Judged, k: int) -> Float[Tensor, " users"]:
    """Return 1 / rank of the first relevant item among the first ``k``, 0 without one. NaN without relevant items."""
    hits = _first(judged.hits, k, "mrr")
    ranks = torch.arange(1, k + 1, device=hits.device)
    return _measured(judged, (hits / ranks).amax(1))


def ndcg(judged: Judged, k: int) -> Float[Tensor, " users"]:
    """Return the normalised discounted cumulative gain of the first ``k`` items, with binary relevance.

    ``sum(hit[r] / log2(r + 1)) / sum(1 / log2(r + 1))`` over ranks ``r`` from 1, where the upper sum goes to ``k`` and
    the lower one, the best possible list, to ``min(k, number of relevant)``. NaN for a user without relevant items.

    Source: Jarvelin and Kekalainen 2002.
    """
    hits = _first(judged.hits, k, "ndcg")
    gains = 1 / torch.log2(torch.arange(2, k + 2, device=hits.device, dtype=torch.float64))
    ideal = gains.cumsum(0)[judged.num_relevant.clamp(1, k) - 1]
    return _measured(judged, (hits * gains).sum(1) / ideal)


def catalogue_coverage(recommended: Int[Tensor, "users k"], num_items: int, k: int) -> float:
    """Return the share of the ``num_items`` items of the catalogue that is in at least one user's first ``k``.

    NaN for an empty catalogue.
    """
    offered = _first(recommended, k, "catalogue_coverage")
    return torch.unique(offered[offered >= 0]).numel() / num_items if num_items else math.nan


def mean_popularity(
    recommended: Int[Tensor, "users k"], popularity: Float[Tensor, " items"] | Int[Tensor, " items"], k: int
) -> float:
    """Return the mean of ``popularity`` (such as purchases in training) over all that is offered in the first ``k``.

    NaN if nothing is offered.
    """
    offered = _first(recommended, k, "mean_popularity")
    return float(popularity[offered[offered >= 0].long()].double().mean())


def mean_over_users(values: Float[Tensor, " users"]) -> tuple[float, int]:
    """Return the mean over the users that could be measured (not NaN), and their number; ``(nan, 0)`` without any."""
    num_measured = int((~values.isnan()).sum())
    return float(values.nanmean()), num_measured


def top_k(
    scores: Float[Tensor, "users items"], k: int, *, exclude: UserItems | None = None, overwrite: bool = False
) -> tuple[Int[Tensor, "users k"], Float[Tensor, "users k"]]:
    """Return the ``k`` best items of each user, best first, and their scores.

    Equal scores stand in the order of their ids, the lower first, at every rank and at the cut (``torch.topk`` promises
    neither). An item with score ``-inf`` is never offered. Where fewer than ``k`` items can be offered, the rest of
    the list holds id -1 and score ``-inf``.

    Args:
        scores: One block of users against the whole catalogue, any floating dtype.
        k: Length of the lists, at least 1; may exceed the catalogue.
        exclude: Items that are not offered to these users, such as those they bought; item ids below ``items``.
        overwrite: Let the scores of excluded items be overwritten in ``scores``; saves a copy.

    Returns:
        ``(users, k)`` int64 item ids and ``(users, k)`` scores. Memory: one copy of ``scores`` if items are excluded
        and may not be overwritten, and about 50 MB to settle ties.

    Raises:
        ShapeError: ``scores`` is not a matrix or ``exclude`` has another number of users.
        DtypeError: ``scores`` is not of a floating dtype.
        InputError: ``k`` is below 1, a score that is not excluded is NaN, or an excluded item is past the catalogue.
    """
    _check_scores(scores, k, exclude)
    if exclude is not None and exclude.num_pairs:
        scores = _without(scores if overwrite else scores.clone(), exclude)
    num_users, num_items = scores.shape
    if num_users == 0 or num_items == 0:
        return _padded(scores.new_empty(num_users, 0), torch.empty(num_users, 0, dtype=torch.int64), k)
    # Some more than asked for: if the last of these is below the cut, all that tie across the cut are among them.
    values, ids = torch.topk(scores, min(k + _SPARE_RANKS, num_items), dim=1)
    if values[:, 0].isnan().any():  # NaN counts as largest
        user = int(values[:, 0].isnan().nonzero()[0])
        raise InputError(f"top_k: the scores of row {user} contain NaN; a score must be a number or -inf.")
    values, ids = _in_rank_order(values, ids)
    last = values[:, -1]
    values, ids = values[:, :k], ids[:, :k]
    if num_items > k + _SPARE_RANKS:
        crowded = (values[:, -1] == last) & (last > -math.inf)
        _settle_cut(scores, crowded.nonzero()[:, 0], values, ids)
    return _padded(values, ids, k)


def _settle_cut(scores: Tensor, rows: Tensor, values: Tensor, ids: Tensor) -> None:
    """Put the lowest ids that tie for the last ranks there, in the lists of ``rows``; ``values`` are in order already.

    Most rows that come here have so many ties that the first columns hold enough of them.
    """
    k, num_items = values.shape[1], scores.shape[1]
    width = min(_SETTLED_FIRST, num_items)
    while rows.numel():
        unsettled = []
        for part in rows.split(max(1, _SETTLED_AT_ONCE // width)):
            cut = values[part, -1:]
            num_above = (values[part] > cut).sum(1)
            ranks = (scores[part, :width] == cut).cumsum(1) - 1 + num_above[:, None]
            enough = ranks[:, -1] >= k - 1
            is_new = torch.diff(ranks, dim=1, prepend=num_above[:, None] - 1) > 0
            users, columns = (is_new & (ranks < k) & enough[:, None]).nonzero(as_tuple=True)
            ids[part[users], ranks[users, columns]] = columns
            unsettled.append(part[~enough])
        rows = torch.cat(unsettled)
        width = min(8 * width, num_items)


def _in_rank_order(values: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    ids, order = ids.sort(dim=1)
    values, order = values.gather(1, order).sort(dim=1, descending=True, stable=True)
    return values, ids.gather(1, order)


def _padded(values: Tensor, ids: Tensor, k: int) -> tuple[Tensor, Tensor]:
    missing = k - values.shape[1]
    if missing:
        values = torch.nn.functional.pad(values, (0, missing), value=-math.inf)
        ids = torch.nn.functional.pad(ids.to(values.device), (0, missing), value=-1)
    return ids.masked_fill(values == -math.inf, -1), values


def _without(scores: Tensor, exclude: UserItems) -> Tensor:
    items, users = exclude.items.to(scores.device), exclude.user_ids().to(scores.device)
    scores[users, items] = -math.inf
    return scores


def _check_scores(scores: Tensor, k: int, exclude: UserItems | None) -> None:
    if scores.ndim != 2:
        raise ShapeError(f"top_k: scores has shape {tuple(scores.shape)}; give (users, items).")
    if not scores.dtype.is_floating_point:
        raise DtypeError(f"top_k: scores has dtype {scores.dtype}; give a floating dtype.")
    if k < 1:
        raise InputError(f"top_k: k is {k}; it must be at least 1.")
    if exclude is None:
        return
    if exclude.num_users != scores.shape[0]:
        raise ShapeError(
            f"top_k: scores has {scores.shape[0]} rows, but exclude has {exclude.num_users} users; "
            "pass exclude.take(user_ids) for a block of users."
        )
    if exclude.num_pairs and int(exclude.items.max()) >= scores.shape[1]:
        raise InputError(
            f"top_k: exclude holds item {int(exclude.items.max())}, but scores has {scores.shape[1]} items."
        )


def _offered_before(recommended: Tensor) -> Tensor:
    """Return where an item stands in its list for the second time or later."""
    in_order, order = recommended.sort(dim=1, stable=True)
    again = torch.zeros_like(in_order, dtype=torch.bool)
    again[:, 1:] = in_order[:, 1:] == in_order[:, :-1]
    return torch.zeros_like(again).scatter_(1, order, again)


def _first(lists: Tensor, k: int, name: str) -> Tensor:
    if not 1 <= k <= lists.shape[1]:
        raise InputError(
            f"{name}: k is {k}, but the lists hold {lists.shape[1]} items; k must be in that range, from 1."
        )
    return lists[:, :k]


def _measured(judged: Judged, values: Tensor) -> Tensor:
    return values.to(torch.float32).masked_fill(judged.num_relevant == 0, math.nan)

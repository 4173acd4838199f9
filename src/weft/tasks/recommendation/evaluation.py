"""Evaluation on the full catalogue: every item is scored for every user that has something held out.

Users go in blocks, so that a matrix of users by items never exists as a whole. ``evaluate`` measures everything for the
report; ``validate`` is the cheap variant for use between epochs. What is left out and what is reported apart is written
in Note [What counts as seen] and Note [The cold slice] of ``holdout.py``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import Tensor

from weft.errors import InputError, ShapeError
from weft.metrics import Judged, UserItems, hit_rate, judge, mrr, ndcg, recall, top_k
from weft.tasks.recommendation.holdout import (
    ACTIVITY_SLICES,
    POPULARITY_SLICES,
    Holdout,
    item_popularity_slices,
    user_activity_slices,
)

_BLOCK_BYTES = 1 << 27
_BLOCK_USERS = 1024
_MEASURES: dict[str, Callable[[Judged, int], Tensor]] = {
    "recall": recall,
    "ndcg": ndcg,
    "hit_rate": hit_rate,
    "mrr": mrr,
}


class Scorer(Protocol):
    """Whatever can score the whole catalogue for a block of users: the model, a baseline, the user's own."""

    def score(self, user_ids: Tensor) -> Tensor:
        """Return ``(users, items)`` scores, the higher the better, for ``user_ids`` (``(users,)`` int64 codes).

        The caller may overwrite the result, so it must not share memory with what the scorer keeps.
        """
        ...


@dataclass(frozen=True)
class DotProductScorer:
    """Scores by the dot product of user and item embeddings."""

    user_embeddings: Tensor
    """``(users, dim)``."""
    item_embeddings: Tensor
    """``(items, dim)``."""

    def score(self, user_ids: Tensor) -> Tensor:
        """Return ``(users, items)`` dot products."""
        return self.user_embeddings[user_ids.to(self.user_embeddings.device)] @ self.item_embeddings.T


@dataclass(frozen=True)
class Evaluation:
    """The measures of one scorer. Keys are ``measure@k``; a value that nobody could be measured for is NaN."""

    metrics: dict[str, float]
    """Recall, NDCG, hit rate and MRR as means over users; coverage of the items known from training; the mean number of
    training purchases of what is offered."""
    item_popularity: dict[str, dict[str, float]]
    """``head``, ``middle``, ``tail``: each user's relevant items of that slice only."""
    user_activity: dict[str, dict[str, float]]
    """``low``, ``middle``, ``high``: the users of that slice only."""
    cold: dict[str, float]
    """Held-out pairs of users or items unknown in training."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many users were measured and why the others were not; the same for every scorer."""
    about: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    """What each slice is made of; the same for every scorer."""


def evaluate(
    scorer: Scorer,
    holdout: Holdout,
    *,
    ks: Sequence[int] = (10, 20),
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Return all measures of ``scorer`` on the full catalogue.

    Args:
        scorer: Scores blocks of users.
        holdout: What to find, what is seen, what was bought in training.
        ks: Lengths of the lists that are measured.
        progress: Called after each block with the number of users done and of all users.

    Raises:
        InputError: ``ks`` is empty or holds a number below 1, or a score is NaN.
        ShapeError: The scorer gives another shape than (users, items).

    Memory: one block of scores (128 MiB, or one user's) and about as much again, whatever the number of users.
    """
    ks = _checked_ks(ks)
    item_slices = item_popularity_slices(holdout.item_popularity)
    measured = holdout.relevant.counts() > 0
    user_slices = torch.full((holdout.num_users,), -1)
    user_slices[measured] = user_activity_slices(holdout.train.counts()[measured])
    of_slice = [holdout.relevant.keep(item_slices[holdout.relevant.items] == s) for s in range(len(POPULARITY_SLICES))]

    totals = _Totals(ks)
    offered = _Offered(ks, holdout.item_popularity)
    for user_ids, lists in _ranked_blocks(scorer, holdout, max(ks), progress):
        in_main = measured[user_ids]
        main_lists, main_users = lists[in_main], user_ids[in_main]
        offered.add(main_lists)
        judged = judge(main_lists, holdout.relevant.take(main_users))
        totals.add("all", judged)
        for s, name in enumerate(ACTIVITY_SLICES):
            mask = user_slices[main_users] == s
            totals.add(f"activity/{name}", Judged(judged.hits[mask], judged.num_relevant[mask]))
        for name, relevant in zip(POPULARITY_SLICES, of_slice, strict=True):
            totals.add(f"popularity/{name}", judge(main_lists, relevant.take(main_users)))
        totals.add("cold", judge(lists, holdout.cold.take(user_ids)))

    return Evaluation(
        metrics={**totals.means("all"), **offered.measures()},
        item_popularity={name: totals.means(f"popularity/{name}") for name in POPULARITY_SLICES},
        user_activity={name: totals.means(f"activity/{name}") for name in ACTIVITY_SLICES},
        cold=totals.means("cold"),
        counts=_counts(holdout),
        about=_about_slices(holdout, item_slices, user_slices, of_slice),
    )


def validate(scorer: Scorer, holdout: Holdout, *, k: int = 20) -> dict[str, float]:
    """Return ``ndcg@k`` and ``recall@k`` only: the cheap measure between epochs.

    Args:
        scorer: Scores blocks of users.
        holdout: What to find; the validation part of a split.
        k: Length of the lists.

    Raises:
        InputError: Nobody has anything to find, or a score is NaN.
    """
    if holdout.relevant.num_pairs == 0:
        raise InputError("validate: no user has a held-out item to find; use another split or validation share.")
    totals = _Totals((k,), ("ndcg", "recall"))
    for block, lists in _ranked_blocks(scorer, holdout, k, None):
        totals.add("all", judge(lists, holdout.relevant.take(block)))
    return totals.means("all")


def metrics_layout(evaluations: Mapping[str, Evaluation]) -> dict[str, Any]:
    """Return the part of ``metrics.json`` that comes from evaluations: scorer names to measures, slices and counts.

    Each slice holds one entry a scorer and ``about``, which says what the slice is made of. NaN becomes None, which
    JSON can hold.

    Args:
        evaluations: By the name of the scorer (``model``, ``popularity``, ``item_neighbours``), on one holdout.

    Raises:
        InputError: There is none.
    """
    if not evaluations:
        raise InputError("metrics_layout: no evaluation given; give at least that of the model.")
    some = next(iter(evaluations.values()))

    def group(attribute: str, names: Sequence[str]) -> dict[str, Any]:
        return {
            name: {
                "about": some.about[attribute][name],
                **{scorer: getattr(one, attribute)[name] for scorer, one in evaluations.items()},
            }
            for name in names
        }

    layout: dict[str, Any] = {scorer: one.metrics for scorer, one in evaluations.items()}
    layout["slices"] = {
        "item_popularity": group("item_popularity", POPULARITY_SLICES),
        "user_activity": group("user_activity", ACTIVITY_SLICES),
        "cold": {**some.about["cold"]["cold"], **{scorer: one.cold for scorer, one in evaluations.items()}},
    }
    layout["counts"] = some.counts
    return _without_nan(layout)


class _Totals:
    """Sums of the measures over users, and how many users they are over, for several slices."""

    def __init__(self, ks: Sequence[int], measures: Sequence[str] = tuple(_MEASURES)) -> None:
        self._keys = [(name, k) for name in measures for k in ks]
        self._sums: dict[str, Tensor] = defaultdict(lambda: torch.zeros(len(self._keys), dtype=torch.float64))
        self._counts: dict[str, int] = defaultdict(int)

    def add(self, slice_name: str, judged: Judged) -> None:
        values = torch.stack([_MEASURES[name](judged, k) for name, k in self._keys])
        self._sums[slice_name] += values.double().nansum(1)
        self._counts[slice_name] += int((judged.num_relevant > 0).sum())

    def means(self, slice_name: str) -> dict[str, float]:
        count = self._counts[slice_name]
        means = (self._sums[slice_name] / count).tolist() if count else [math.nan] * len(self._keys)
        return {f"{name}@{k}": mean for (name, k), mean in zip(self._keys, means, strict=True)}


class _Offered:
    """What the lists are made of: which items, and how popular."""

    def __init__(self, ks: Sequence[int], popularity: Tensor) -> None:
        self._popularity = popularity
        self._num_items = int((popularity > 0).sum())
        self._times = {k: torch.zeros(popularity.shape[0], dtype=torch.int64) for k in ks}

    def add(self, lists: Tensor) -> None:
        for k, times in self._times.items():
            items = lists[:, :k]
            times += torch.bincount(items[items >= 0], minlength=times.shape[0])

    def measures(self) -> dict[str, float]:
        measures = {}
        for k, times in self._times.items():
            measures[f"coverage@{k}"] = int((times > 0).sum()) / self._num_items
        for k, times in self._times.items():
            total = int(times.sum())
            weighted = float((times.double() * self._popularity.double()).sum())
            measures[f"mean_popularity@{k}"] = weighted / total if total else math.nan
        return measures


@torch.no_grad()
def _ranked_lists(scorer: Scorer, holdout: Holdout, user_ids: Tensor, k: int, cold_items: Tensor) -> Tensor:
    scores = scorer.score(user_ids)
    if scores.shape != (user_ids.numel(), holdout.num_items):
        raise ShapeError(
            f"evaluate: {type(scorer).__name__}.score gave shape {tuple(scores.shape)} for {user_ids.numel()} users; "
            f"it must give ({user_ids.numel()}, {holdout.num_items})."
        )
    if cold_items.numel():
        scores[:, cold_items.to(scores.device)] = -math.inf
    return top_k(scores, k, exclude=holdout.seen.take(user_ids), overwrite=True)[0].cpu()


def _ranked_blocks(
    scorer: Scorer, holdout: Holdout, k: int, progress: Callable[[int, int], None] | None
) -> Iterator[tuple[Tensor, Tensor]]:
    """Give ``(user_ids, lists)`` for the users who have something to find, in ascending order of their codes."""
    user_ids = (holdout.relevant.counts() + holdout.cold.counts()).nonzero()[:, 0]
    cold_items = (~holdout.offered_mask).nonzero()[:, 0]
    block_users = min(_BLOCK_USERS, max(1, _BLOCK_BYTES // (4 * max(1, holdout.num_items))))
    num_done = 0
    for block in user_ids.split(block_users):
        if block.numel():
            yield block, _ranked_lists(scorer, holdout, block, k, cold_items)
        num_done += block.numel()
        if progress is not None:
            progress(num_done, user_ids.numel())


def _counts(holdout: Holdout) -> dict[str, int]:
    measured = holdout.relevant.counts() > 0
    return {
        "users": holdout.num_users,
        "users_measured": int(measured.sum()),
        "users_without_held_out_items": int((~measured & (holdout.cold.counts() == 0)).sum()),
        "users_with_cold_items_only": int((~measured & (holdout.cold.counts() > 0)).sum()),
        "items": holdout.num_items,
        "items_offered": int(holdout.offered_mask.sum()),
        "held_out_pairs": holdout.relevant.num_pairs,
        "cold_pairs": holdout.cold.num_pairs,
        "pairs_seen_again": holdout.num_seen_again,
    }


def _about_slices(
    holdout: Holdout, item_slices: Tensor, user_slices: Tensor, of_slice: Sequence[UserItems]
) -> dict[str, dict[str, dict[str, float]]]:
    about: dict[str, dict[str, dict[str, float]]] = {"item_popularity": {}, "user_activity": {}}
    for s, name in enumerate(POPULARITY_SLICES):
        about["item_popularity"][name] = {
            "items": int((item_slices == s).sum()),
            **_range_of(holdout.item_popularity[item_slices == s]),
            "held_out_pairs": of_slice[s].num_pairs,
            "users": int((of_slice[s].counts() > 0).sum()),
        }
    for s, name in enumerate(ACTIVITY_SLICES):
        about["user_activity"][name] = {
            "users": int((user_slices == s).sum()),
            **_range_of(holdout.train.counts()[user_slices == s]),
            "held_out_pairs": int(holdout.relevant.counts()[user_slices == s].sum()),
        }
    cold_users, cold_items = holdout.cold.user_ids(), holdout.cold.items
    num_pairs = holdout.relevant.num_pairs + holdout.cold.num_pairs
    is_new_user = holdout.train.counts()[cold_users] == 0
    is_new_item = holdout.item_popularity[cold_items] == 0
    about["cold"] = {
        "cold": {
            "users": torch.unique(cold_users[is_new_user]).numel(),
            "items": torch.unique(cold_items[is_new_item]).numel(),
            "pairs": holdout.cold.num_pairs,
            "share": holdout.cold.num_pairs / num_pairs if num_pairs else 0.0,
        }
    }
    return about


def _range_of(counts: Tensor) -> dict[str, float]:
    """Return the least and the most training pairs in a slice; nothing when it is empty."""
    return {"least": int(counts.min()), "most": int(counts.max())} if counts.numel() else {}


def _checked_ks(ks: Sequence[int]) -> tuple[int, ...]:
    if not ks or min(ks) < 1:
        raise InputError(f"evaluate: ks is {tuple(ks)}; give at least one length, all of them 1 or more.")
    return tuple(sorted(set(ks)))


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value

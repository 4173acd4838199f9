"""What the report says of the data and of single users: ``data.json`` and ``samples.json``."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft.metrics import UserItems, group_by_user
from weft.random import derive_seed
from weft.tables import Interactions, Split
from weft.tasks.recommendation.outputs import Recommender

_NUM_SAMPLES = 10
_SAMPLE_ITEMS = 10
_SAMPLES_STREAM = 4


def describe_data(source: str, interactions: Interactions, split: Split, leak_check: dict[str, Any]) -> dict[str, Any]:
    """Return the counts, histograms, split and leak check of a run's data, ready for JSON."""
    num_pairs = len(interactions)
    user_degrees = torch.bincount(interactions.user_ids, minlength=interactions.num_users)
    item_degrees = torch.bincount(interactions.item_ids, minlength=interactions.num_items)
    times = interactions.times
    return {
        "source": source,
        "columns": interactions.columns,
        "notes": interactions.notes,
        "num_users": interactions.num_users,
        "num_items": interactions.num_items,
        "num_interactions": num_pairs,
        "num_rows_read": interactions.num_rows_read,
        "num_duplicates": interactions.num_duplicates,
        "density": num_pairs / (interactions.num_users * interactions.num_items),
        "user_degree_histogram": degree_histogram(user_degrees),
        "item_degree_histogram": degree_histogram(item_degrees),
        "time_unit": interactions.time_unit,
        "time_range": None if times is None else [int(times.min()), int(times.max())],
        "split": {
            "strategy": split.strategy,
            "train": len(split.train),
            "validation": len(split.validation),
            "test": len(split.test),
            "boundaries": split.boundaries,
        },
        "leak_check": leak_check,
        "cold": cold_counts(interactions, split),
    }


def degree_histogram(degrees: Tensor) -> dict[str, list[int]]:
    """Return counts of degrees in bins that double in width: ``edges`` 1, 2, 4, ... and one count between each two."""
    top = max(1, int(degrees.max())) if len(degrees) else 1
    num_bins = top.bit_length()
    bins = torch.floor(torch.log2(degrees[degrees > 0].double())).long()
    return {
        "edges": [2**power for power in range(num_bins + 1)],
        "counts": torch.bincount(bins, minlength=num_bins).tolist(),
    }


def cold_counts(interactions: Interactions, split: Split) -> dict[str, int]:
    """Return how many users, items and test purchases training has never seen."""
    known_users = torch.zeros(interactions.num_users, dtype=torch.bool)
    known_items = torch.zeros(interactions.num_items, dtype=torch.bool)
    known_users[interactions.user_ids[split.train]] = True
    known_items[interactions.item_ids[split.train]] = True
    cold_user = ~known_users[interactions.user_ids[split.test]]
    cold_item = ~known_items[interactions.item_ids[split.test]]
    return {
        "num_users": int((~known_users).sum()),
        "num_items": int((~known_items).sum()),
        "test_rows_of_cold_users": int(cold_user.sum()),
        "test_rows_of_cold_items": int(cold_item.sum()),
        "test_rows_cold": int((cold_user | cold_item).sum()),
    }


def sample_users(
    recommender: Recommender,
    known: UserItems,
    interactions: Interactions,
    split: Split,
    seed: int,
    item_names: list[str] | None = None,
) -> list[dict[str, Any]]:
    """Return ten users with test purchases: what they bought, what is offered, what was held out.

    Args:
        recommender: offers what is not in ``known``.
        known: what the offers were made from, for each user.
        interactions: the table.
        split: its parts.
        seed: decides who is shown.
        item_names: a name for each item code, shown instead of its key.
    """
    held_out = group_by_user(
        interactions.user_ids[split.test], interactions.item_ids[split.test], interactions.num_users
    )
    eligible = torch.nonzero((held_out.counts() > 0) & (known.counts() > 0)).squeeze(1)
    draws = torch.Generator().manual_seed(derive_seed(seed, _SAMPLES_STREAM))
    users = eligible[torch.randperm(len(eligible), generator=draws)[:_NUM_SAMPLES]].sort().values
    if not len(users):
        return []
    offered, scores = recommender.rank(users, _SAMPLE_ITEMS)
    names = item_names if item_names is not None else interactions.item_keys
    samples = []
    for row, user in enumerate(users.tolist()):
        wanted = set(_items_of(held_out, user))
        samples.append(
            {
                "user": str(interactions.user_keys[user]),
                "bought": [str(names[item]) for item in _items_of(known, user)],
                "offered": [
                    {"item": str(names[item]), "score": round(score, 4), "hit": item in wanted}
                    for item, score in zip(offered[row].tolist(), scores[row].tolist(), strict=True)
                    if item >= 0
                ],
                "held_out": [str(names[item]) for item in sorted(wanted)],
            }
        )
    return samples


def _items_of(sets: UserItems, user: int) -> list[int]:
    items: list[int] = sets.items[sets.indptr[user] : sets.indptr[user + 1]].tolist()
    return items

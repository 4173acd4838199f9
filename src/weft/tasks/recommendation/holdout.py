"""What an evaluation is made against: who bought what in training, what is held out, and the slices of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from weft.errors import InputError
from weft.metrics import UserItems, group_by_user

if TYPE_CHECKING:
    from weft.tables import Interactions, Split

POPULARITY_SLICES = ("head", "middle", "tail")
ACTIVITY_SLICES = ("low", "middle", "high")


@dataclass(frozen=True)
class Holdout:
    """Held-out pairs of users and items beside the training pairs, both by user code.

    Note [What counts as seen]: an item that a user is known to have bought is not offered to that user again. For the
    validation part that is the training part. For the test part it is training and validation, because on the day the
    test begins a shop knows both; except for published splits, which are measured everywhere against exactly their
    training part. A held-out pair that is also seen cannot be offered, so it is not relevant; ``num_seen_again`` says
    how many there were.

    Note [The cold slice]: a held-out pair whose user or item has no training pair is cold. It says nothing about how
    well a model learned, so the measures leave it out, and ``cold`` is measured and counted apart. Items without
    training pairs are never offered: nothing is known of them but that they will be bought.
    """

    train: UserItems
    """Training pairs."""
    seen: UserItems
    """Pairs that are not offered: training, and validation where it is known (Note [What counts as seen])."""
    relevant: UserItems
    """Held-out pairs that can be hit: not seen, user and item known from training."""
    cold: UserItems
    """Held-out pairs whose user or item is unknown in training."""
    item_popularity: Tensor
    """``(items,)`` int64: how many users bought each item in training."""
    num_seen_again: int
    """Held-out pairs left out because they are seen."""

    @classmethod
    def from_pairs(
        cls, train: UserItems, heldout: UserItems, num_items: int, *, seen: UserItems | None = None
    ) -> Holdout:
        """Return the holdout of ``heldout`` against ``train``.

        Args:
            train: Training pairs of all users.
            heldout: Pairs to find, of the same users.
            num_items: Size of the catalogue; all item ids lie below it.
            seen: Pairs that are not offered; the training pairs when left out.

        Raises:
            InputError: The three do not have the same users, or there is no training pair.
        """
        seen = train if seen is None else seen
        if not train.num_users == heldout.num_users == seen.num_users:
            raise InputError(
                f"Holdout: train has {train.num_users} users, heldout {heldout.num_users}, seen {seen.num_users}; "
                "give all of them one row per user code."
            )
        if train.num_pairs == 0:
            raise InputError("Holdout: there are no training pairs to evaluate against.")
        item_popularity = torch.bincount(train.items, minlength=num_items)
        seen_again = seen.contains(heldout.user_ids(), heldout.items)
        is_cold = (train.counts()[heldout.user_ids()] == 0) | (item_popularity[heldout.items] == 0)
        return cls(
            train=train,
            seen=seen,
            relevant=heldout.keep(~seen_again & ~is_cold),
            cold=heldout.keep(~seen_again & is_cold),
            item_popularity=item_popularity,
            num_seen_again=int(seen_again.sum()),
        )

    @classmethod
    def from_split(cls, interactions: Interactions, split: Split, part: str = "test") -> Holdout:
        """Return the holdout of the ``test`` or ``validation`` part of a split.

        Raises:
            InputError: ``part`` is another word, or there is no training pair.
        """
        if part not in ("test", "validation"):
            raise InputError(f"Holdout: part is {part!r}; choose 'test' or 'validation'.")

        def pairs(rows: Tensor) -> UserItems:
            return group_by_user(interactions.user_ids[rows], interactions.item_ids[rows], interactions.num_users)

        train = pairs(split.train)
        validation_is_known = part == "test" and split.strategy != "published" and split.validation.numel() > 0
        seen = pairs(torch.cat([split.train, split.validation])) if validation_is_known else None
        heldout = pairs(split.test if part == "test" else split.validation)
        return cls.from_pairs(train, heldout, interactions.num_items, seen=seen)

    @property
    def num_users(self) -> int:
        """Number of user codes."""
        return self.train.num_users

    @property
    def num_items(self) -> int:
        """Size of the catalogue, with the items that have no training pair."""
        return self.item_popularity.shape[0]

    @property
    def offered_mask(self) -> Tensor:
        """``(items,)`` bool: items that can be offered, those with a training pair."""
        return self.item_popularity > 0


def item_popularity_slices(popularity: Tensor) -> Tensor:
    """Return the slice of each item: 0 head, 1 middle, 2 tail, -1 for an item without training pairs.

    The head is the most popular items that together make up the first third of all training pairs, the middle the
    next third, the tail the rest. Equal popularity: the lower item id first.

    Args:
        popularity: ``(items,)`` int64 counts.
    """
    order = torch.argsort(popularity, descending=True, stable=True)
    sorted_counts = popularity[order]
    before = sorted_counts.cumsum(0) - sorted_counts
    slices = torch.empty_like(popularity)
    slices[order] = torch.div(3 * before, popularity.sum().clamp(min=1), rounding_mode="floor").clamp(max=2)
    return slices.masked_fill_(popularity == 0, -1)


def user_activity_slices(counts: Tensor) -> Tensor:
    """Return the slice of each user: 0 low, 1 middle, 2 high; thirds of the users by number of training pairs.

    Users with equal counts share a slice, so the thirds are not exact where many users have few pairs.

    Args:
        counts: ``(users,)`` int64.
    """
    if counts.numel() == 0:
        return torch.empty_like(counts)
    ordered = counts.sort().values
    last = (torch.tensor([1, 2]) * counts.numel() + 2) // 3 - 1
    return (counts > ordered[last[0]]).long() + (counts > ordered[last[1]]).long()

"""A set of items per user: what was bought, what is relevant, what was seen."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from weft.errors import DtypeError, IdError, ShapeError


class UserItems(NamedTuple):
    """Items grouped by user: those of user ``u`` are ``items[indptr[u]:indptr[u + 1]]``, ascending, each once."""

    indptr: Tensor
    """``(users + 1,)`` int64, ascending from 0 to the number of pairs."""
    items: Tensor
    """``(pairs,)`` int64 item ids."""

    @property
    def num_users(self) -> int:
        """Number of users, with or without items."""
        return self.indptr.shape[0] - 1

    @property
    def num_pairs(self) -> int:
        """Number of (user, item) pairs."""
        return self.items.shape[0]

    def counts(self) -> Tensor:
        """Return how many items each user has, ``(users,)`` int64."""
        return self.indptr.diff()

    def user_ids(self) -> Tensor:
        """Return the user of each pair, ``(pairs,)`` int64."""
        users = torch.arange(self.num_users, device=self.indptr.device)
        return users.repeat_interleave(self.counts(), output_size=self.num_pairs)

    def take(self, user_ids: Tensor) -> UserItems:
        """Return the items of ``user_ids`` (``(n,)`` int64, in this order) as users ``0..n-1``."""
        starts = self.indptr[user_ids]
        counts = self.indptr[user_ids + 1] - starts
        indptr = _offsets(counts)
        num_pairs = int(indptr[-1])
        shifts = (starts - indptr[:-1]).repeat_interleave(counts, output_size=num_pairs)
        return UserItems(indptr, self.items[shifts + torch.arange(num_pairs, device=self.items.device)])

    def keep(self, pair_mask: Tensor) -> UserItems:
        """Return the pairs where ``pair_mask`` (``(pairs,)`` bool) is true; users stay as they are."""
        kept_until = _offsets(pair_mask.long())
        return UserItems(kept_until[self.indptr], self.items[pair_mask])

    def contains(self, user_ids: Tensor, item_ids: Tensor) -> Tensor:
        """Return for each pair of ``user_ids`` and ``item_ids`` (same shape, int64) whether it is in here, as bool.

        An item id below 0 is in nobody's set.
        """
        if self.num_pairs == 0:
            return torch.zeros_like(item_ids, dtype=torch.bool)
        # One key per pair; the pairs are ascending by (user, item), so are the keys.
        width = int(torch.maximum(self.items.max(), item_ids.max() if item_ids.numel() else self.items.max())) + 1
        keys = self.user_ids() * width + self.items
        wanted = user_ids * width + item_ids
        position = torch.searchsorted(keys, wanted).clamp_(max=self.num_pairs - 1)
        return (keys[position] == wanted) & (item_ids >= 0)


def group_by_user(user_ids: Tensor, item_ids: Tensor, num_users: int) -> UserItems:
    """Return the distinct items of each user.

    Args:
        user_ids: ``(pairs,)`` integers in ``0..num_users-1``, in any order.
        item_ids: ``(pairs,)`` integers, not negative.
        num_users: Number of users; those without a pair get no items.

    Returns:
        Items ascending per user; a pair that is given several times counts once.

    Raises:
        ShapeError: The two are not one-dimensional and of equal length.
        DtypeError: One of them does not hold integers.
        IdError: A user id is negative or not below ``num_users``, or an item id is negative.
    """
    if user_ids.ndim != 1 or user_ids.shape != item_ids.shape:
        raise ShapeError(
            f"group_by_user: user_ids has shape {tuple(user_ids.shape)} and item_ids {tuple(item_ids.shape)}; "
            "give two one-dimensional tensors of equal length."
        )
    for name, ids in (("user_ids", user_ids), ("item_ids", item_ids)):
        if ids.dtype.is_floating_point or ids.dtype.is_complex or ids.dtype == torch.bool:
            raise DtypeError(f"group_by_user: {name} has dtype {ids.dtype}; give integers.")
    user_ids, item_ids = user_ids.long(), item_ids.long()
    if user_ids.numel() == 0:
        return UserItems(torch.zeros(num_users + 1, dtype=torch.int64, device=user_ids.device), item_ids)
    lowest_user, highest_user, lowest_item = int(user_ids.min()), int(user_ids.max()), int(item_ids.min())
    if lowest_user < 0 or highest_user >= num_users:
        worst = lowest_user if lowest_user < 0 else highest_user
        raise IdError(f"group_by_user: user id {worst} is outside 0..{num_users - 1}.")
    if lowest_item < 0:
        raise IdError(f"group_by_user: item id {lowest_item} is negative.")
    width = int(item_ids.max()) + 1
    keys = torch.unique(user_ids * width + item_ids)
    users = torch.div(keys, width, rounding_mode="floor")
    return UserItems(_offsets(torch.bincount(users, minlength=num_users)), keys - users * width)


def _offsets(counts: Tensor) -> Tensor:
    offsets = torch.zeros(counts.shape[0] + 1, dtype=torch.int64, device=counts.device)
    torch.cumsum(counts, 0, out=offsets[1:])
    return offsets

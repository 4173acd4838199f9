"""A purchases table after reading: integer codes, with the user's own keys beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torch import Tensor

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class Interactions:
    """Who took what, when: one row for each (user, item) pair, in ascending (user, item) order.

    A code is the position of the key among the sorted keys, so codes do not depend on the order of the rows read.

    Note [Repeated purchases]: a pair that stands in several rows of the table is one row here, at the time of its
    first purchase. A repeat after the cut of a split by time is therefore no test row (the item is already known for
    that user), and nothing that happened after the cut changes a training row: with times, the weight is that of the
    first purchase (rows of that same time are summed); without times, the weights of all repeats are summed.
    """

    user_ids: Tensor
    """``(n,)`` int64, below ``num_users``."""
    item_ids: Tensor
    """``(n,)`` int64, below ``num_items``."""
    user_keys: pyarrow.Array
    """``(num_users,)``, in the type of the table, ascending; position is code."""
    item_keys: pyarrow.Array
    """``(num_items,)``, in the type of the table, ascending; position is code."""
    times: Tensor | None = None
    """``(n,)`` int64: microseconds since 1970-01-01 UTC, or plain counters when ``time_unit`` is ``"counter"``."""
    weights: Tensor | None = None
    """``(n,)`` float32, finite, not negative."""
    columns: dict[str, str] = field(default_factory=dict)
    """Role (``user``, ``item``, ``time``, ``weight``) to the name of its column."""
    notes: list[str] = field(default_factory=list)
    """What must be said aloud: guessed columns, merged repeats, how times were read."""
    num_rows_read: int = 0
    """Rows of the table, repeats included."""
    num_duplicates: int = 0
    """Rows that were merged into an earlier row of the same user and item."""
    time_unit: str = "microsecond"
    """``"microsecond"``, or ``"counter"`` for integers that are no calendar time, whose order is all that counts."""

    @property
    def num_users(self) -> int:
        """Number of users."""
        return len(self.user_keys)

    @property
    def num_items(self) -> int:
        """Number of items."""
        return len(self.item_keys)

    def __len__(self) -> int:
        """Return the number of rows, one for each pair."""
        return self.user_ids.shape[0]

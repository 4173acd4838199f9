"""A user's tables into weft: reading, columns, splits without leaks."""

from weft.store import Interactions, Split
from weft.tables.reading import read_interactions
from weft.tables.split import (
    cold_items,
    cold_users,
    leak_check,
    split_by_time,
    split_leave_last_out,
    split_published,
    split_random_per_user,
)

__all__ = [
    "Interactions",
    "Split",
    "cold_items",
    "cold_users",
    "leak_check",
    "read_interactions",
    "split_by_time",
    "split_leave_last_out",
    "split_published",
    "split_random_per_user",
]

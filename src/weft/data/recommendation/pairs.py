"""Users and what they took, as arrays, into interactions and a published split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from weft.errors import InputError, TableError
from weft.store import Interactions, Split
from weft.store.repeats import merge_repeats
from weft.store.split import hold_out_per_user


class Pairs(NamedTuple):
    """Rows of who took what, by the published keys."""

    users: NDArray[Any]
    """``(n,)`` keys of users, whole numbers or text."""
    items: NDArray[Any]
    """``(n,)`` keys of items."""
    times: NDArray[np.int64] | None = None
    """``(n,)`` microseconds since 1970, or counters."""
    weights: NDArray[np.float32] | None = None
    """``(n,)`` how much a row counts, not negative."""


def interactions_of(
    where: str, pairs: Pairs, *, columns: Mapping[str, str] | None = None, time_unit: str = "microsecond"
) -> Interactions:
    """Return the interactions of rows, repeats merged as Note [Repeated purchases] says.

    Args:
        where: the data set, for messages.
        pairs: the rows.
        columns: names of the published columns, by role.
        time_unit: of the times.

    Raises:
        TableError: no rows, or a weight that is negative or no number.
    """
    interactions, _ = _merged(where, [pairs], columns, time_unit)
    return interactions


def published_interactions(
    where: str,
    parts: Mapping[str, Pairs],
    *,
    columns: Mapping[str, str] | None = None,
    time_unit: str = "microsecond",
    validation_fraction: float = 0.0,
    seed: int = 0,
) -> tuple[Interactions, Split]:
    """Return the rows of all parts as interactions, and the split into these parts.

    A pair that stands in several parts counts in the first of them, or the test would ask for what was shown; a note
    says how many rows were merged.

    Args:
        where: the data set, for messages.
        parts: ``train``, ``validation`` where it was published, and ``test``, in this order.
        columns: names of the published columns, by role.
        time_unit: of the times.
        validation_fraction: share of each user's training pairs to hold out where no part was published for
            validation, in [0, 1).
        seed: of that draw.

    Raises:
        InputError: a fraction outside [0, 1), or one beside a published part.
        TableError: no rows.
    """
    if not 0 <= validation_fraction < 1:
        raise InputError(f"{where}: validation_fraction={validation_fraction} is not in [0, 1).")
    if validation_fraction and "validation" in parts:
        raise InputError(f"{where}: validation_fraction={validation_fraction}, but a part was published for it.")
    interactions, part_of = _merged(where, list(parts.values()), columns, time_unit)
    rows = {name: torch.from_numpy(np.flatnonzero(part_of == number)) for number, name in enumerate(parts)}
    if "validation" not in rows:
        train = rows["train"]
        users, items = interactions.user_ids[train], interactions.item_ids[train]
        held = hold_out_per_user(users, items, validation_fraction, seed=seed, stream=0)
        rows["train"], rows["validation"] = train[~held], train[held]
    split = Split(rows["train"], rows["validation"], rows["test"], strategy="published")
    return interactions, split


def _merged(
    where: str, parts: Sequence[Pairs], columns: Mapping[str, str] | None, time_unit: str
) -> tuple[Interactions, NDArray[np.int64]]:
    """Return each pair once, ascending, and the number of the first part that it stands in."""
    import pyarrow

    num_rows = sum(len(part.users) for part in parts)
    if num_rows == 0:
        raise TableError(f"{where}: the files hold no pairs.")
    user_keys, user_ids = np.unique(np.concatenate([part.users for part in parts]), return_inverse=True)
    item_keys, item_ids = np.unique(np.concatenate([part.items for part in parts]), return_inverse=True)
    codes = np.split(user_ids * len(item_keys) + item_ids, np.cumsum([len(part.users) for part in parts])[:-1])
    merged = [_merge_part(where, part, code) for part, code in zip(parts, codes, strict=True)]
    part_of = np.repeat(np.arange(len(parts)), [len(part["pair"]) for part in merged])
    joined = {name: np.concatenate([part[name] for part in merged]) for name in merged[0]}
    pairs, first = np.unique(joined["pair"], return_index=True)
    num_duplicates = num_rows - len(pairs)
    later = ", in the first of the parts that it stands in" if len(parts) > 1 else ""
    notes = [f"{num_duplicates:,} of {num_rows:,} pairs stand more than once; each counts once{later}."]
    interactions = Interactions(
        user_ids=torch.from_numpy(pairs // len(item_keys)),
        item_ids=torch.from_numpy(pairs % len(item_keys)),
        user_keys=pyarrow.array(user_keys),
        item_keys=pyarrow.array(item_keys),
        times=torch.from_numpy(joined["time"][first]) if "time" in joined else None,
        weights=torch.from_numpy(joined["weight"][first]) if "weight" in joined else None,
        columns={"user": "user", "item": "item", **(columns or {})},
        notes=notes if num_duplicates else [],
        num_rows_read=num_rows,
        num_duplicates=num_duplicates,
        time_unit=time_unit,
    )
    return interactions, part_of[first]


def _merge_part(where: str, part: Pairs, codes: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return the pairs of one part, each once, with time and weight."""
    columns: dict[str, NDArray[Any]] = {"pair": codes}
    if part.times is not None:
        columns["time"] = part.times.astype(np.int64)
    if part.weights is not None:
        if not (np.isfinite(part.weights).all() and (part.weights >= 0).all()):
            raise TableError(f"{where}: a weight is negative or no number.")
        columns["weight"] = part.weights.astype(np.float32)
    return merge_repeats(columns)

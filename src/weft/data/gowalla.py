"""Gowalla check-ins, in the file format and split that recommendation papers share."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from weft.data.folder import find_dataset
from weft.errors import InputError, TableError
from weft.store import Interactions, Split
from weft.store.split import hold_out_per_user


class Gowalla:
    """Users and the places they checked in at: 29,858 users, 40,981 items, 810,128 training and 217,242 test pairs.

    Reads ``train.txt`` and ``test.txt``: a line is a user and the items of that user, whole numbers with blanks
    between. The published split is kept; there is no time. With ``validation_fraction`` a share of each user's training
    pairs is held out for validation, at random by ``seed``; without it validation is empty.

    Args:
        root: the folder of the two files; else ``WEFT_DATA_DIR/gowalla``.
        validation_fraction: share of the training pairs to hold out, in [0, 1).
        seed: of that draw.

    Raises:
        InputError: no such folder, or a fraction outside [0, 1).
        TableError: a file is missing or a line is malformed; the message has its number.

    Source: Cho et al. 2011; split of Wang et al. 2019 (arXiv:1905.08108), as used by He et al. 2020 (arXiv:2002.02126).
    """

    def __init__(
        self, root: str | os.PathLike[str] | None = None, *, validation_fraction: float = 0.0, seed: int = 0
    ) -> None:
        if not 0 <= validation_fraction < 1:
            raise InputError(f"Gowalla: validation_fraction={validation_fraction} is not in [0, 1).")
        folder = find_dataset("gowalla", root)
        pairs = [read_user_lists(folder / name) for name in ("train.txt", "test.txt")]
        self.interactions, in_test = _merge(*pairs)
        """Training and test pairs together."""
        self.split: Split = _published_split(self.interactions, in_test, validation_fraction, seed)
        """The published split."""


def read_user_lists(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return user and item of each pair in a file of lines ``user item item ...``.

    Blank lines and blanks at a line's end are nothing; a user alone on a line has no pairs.

    Raises:
        TableError: no such file, or a line that holds anything but whole numbers from 0.
    """
    if not path.is_file():
        raise TableError(f"read_user_lists: there is no file {str(path)!r}.")
    users: list[NDArray[np.int64]] = []
    items: list[NDArray[np.int64]] = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            fields = line.split()
            if not all(field.isdigit() and len(field) < 19 for field in fields):
                bad = next(field for field in fields if not (field.isdigit() and len(field) < 19))
                raise TableError(
                    f"read_user_lists: line {number} of {str(path)!r} holds {bad.decode(errors='replace')!r}; "
                    "a line is a user and the items of that user, whole numbers from 0 with blanks between."
                )
            if len(fields) > 1:
                ids = np.array(fields, dtype=np.int64)
                users.append(np.full(len(ids) - 1, ids[0]))
                items.append(ids[1:])
    empty = np.zeros(0, dtype=np.int64)
    return np.concatenate([empty, *users]), np.concatenate([empty, *items])


def _merge(
    train: tuple[NDArray[np.int64], NDArray[np.int64]], test: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> tuple[Interactions, NDArray[np.bool_]]:
    """Return all pairs as interactions, and a mask of those which are test pairs.

    A pair in both files counts as a training pair, or the test would ask for what was shown; a note says how many.
    """
    import pyarrow

    user_keys, user_ids = np.unique(np.concatenate([train[0], test[0]]), return_inverse=True)
    item_keys, item_ids = np.unique(np.concatenate([train[1], test[1]]), return_inverse=True)
    if len(user_keys) == 0:
        raise TableError("Gowalla: train.txt and test.txt hold no pairs.")
    packed, first = np.unique(user_ids * len(item_keys) + item_ids, return_index=True)
    duplicates = len(user_ids) - len(packed)
    notes = [f"{duplicates} pairs stand more than once; each counts once, in training if it stands there."]
    interactions = Interactions(
        user_ids=torch.from_numpy(packed // len(item_keys)),
        item_ids=torch.from_numpy(packed % len(item_keys)),
        user_keys=pyarrow.array(user_keys),
        item_keys=pyarrow.array(item_keys),
        columns={"user": "user", "item": "item"},
        notes=notes if duplicates else [],
        num_rows_read=len(user_ids),
        num_duplicates=duplicates,
    )
    return interactions, first >= len(train[0])


def _published_split(
    interactions: Interactions, in_test: NDArray[np.bool_], validation_fraction: float, seed: int
) -> Split:
    """Return the published split, with a share of the training pairs moved to validation."""
    train = torch.from_numpy(np.flatnonzero(~in_test))
    users, items = interactions.user_ids[train], interactions.item_ids[train]
    held = hold_out_per_user(users, items, validation_fraction, seed=seed, stream=0)
    return Split(
        train=train[~held],
        validation=train[held],
        test=torch.from_numpy(np.flatnonzero(in_test)),
        strategy="published",
    )

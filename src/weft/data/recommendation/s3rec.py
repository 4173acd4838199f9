"""What users took one after the other, and the attributes of items."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.formats.json_file import read_json
from weft.data.formats.text import read_number_lists
from weft.data.published import published_files
from weft.data.raw_files import locate_raw_files
from weft.data.recommendation.pairs import Pairs, published_interactions
from weft.errors import InputError, TableError, name_choices
from weft.store import Interactions, Split

_NAMES = ("Beauty", "LastFM", "Toys_and_Games", "Sports_and_Outdoors", "Yelp")


class S3Rec:
    """Sequences of items, in the files of S3-Rec: ``'Beauty'``, ``'LastFM'`` ... (`NAMES`).

    Beauty: 22,363 users, 12,101 items, 198,502 steps; LastFM: 1,090, 3,646, 52,551. The last item of each user is the
    test, the one before is for validation, the others are to learn from. Times of the interactions are positions in a
    user's sequence, from 0.

    Args:
        name: of the data set; its files are ``<name>.txt`` and ``<name>_item2attributes.json``.
        root: the folder of the files; else ``WEFT_DATA_DIR/s3rec``.

    Raises:
        InputError: another name, or a file is missing.
        TableError: a file is malformed, or a user has fewer than three items.

    Source: Zhou et al. 2020 (arXiv:2008.07873).
    """

    NAMES = _NAMES
    """Names of the data sets."""

    def __init__(self, name: str, root: str | os.PathLike[str] | None = None) -> None:
        if name not in _NAMES:
            raise InputError(f"S3Rec: name={name!r}; expected one of {name_choices(_NAMES)}.")
        names = [f"{name}.txt", f"{name}_item2attributes.json"]
        files = published_files("s3rec", names)
        files += published_files("s3rec", [f"{name}_sample.txt"], optional=True)
        place = locate_raw_files("S3Rec", "s3rec", files, root)
        lines = read_number_lists(place / names[0])
        short = next((line[0] for line in lines if len(line) < 4), None)
        if short is not None:
            raise TableError(f"S3Rec: user {short} of {names[0]!r} has fewer than three items.")
        self.interactions: Interactions
        """All steps."""
        self.split: Split
        """Each user's last step as test, the one before as validation."""
        self.interactions, self.split = published_interactions("S3Rec", _parts(lines), time_unit="counter")
        keys = self.interactions.item_keys.to_numpy()
        self.sequences: list[Tensor] = [_codes(keys, line[1:]) for line in sorted(lines, key=lambda line: int(line[0]))]
        """Items of each user in their order, by code."""
        self.item_attributes: list[Tensor] = _attributes(place / names[1], keys)
        """Attributes of each item, ascending, each once; they count from 1, as published."""
        sample = place / f"{name}_sample.txt"
        self.test_negatives: Tensor | None = _negatives(sample, keys, len(lines)) if sample.is_file() else None
        """``(users, 99)`` items, by code, among which the test item is to be ranked; None where none are published."""


def _parts(lines: Sequence[NDArray[np.int64]]) -> dict[str, Pairs]:
    cuts = {"train": slice(None, -2), "validation": slice(-2, -1), "test": slice(-1, None)}
    parts = {}
    for part, cut in cuts.items():
        items = [line[1:][cut] for line in lines]
        times = [np.arange(len(line) - 1)[cut] for line in lines]
        users = np.repeat([line[0] for line in lines], [len(taken) for taken in items])
        parts[part] = Pairs(users, np.concatenate(items), np.concatenate(times))
    return parts


def _codes(keys: NDArray[np.int64], items: NDArray[np.int64]) -> Tensor:
    """Return the codes of items.

    Raises:
        TableError: an item that no user took.
    """
    codes = np.searchsorted(keys, items)
    unknown = items[keys[np.minimum(codes, len(keys) - 1)] != items]
    if len(unknown):
        raise TableError(f"S3Rec: item {unknown[0]} stands in no sequence.")
    return torch.from_numpy(codes)


def _attributes(path: Path, keys: NDArray[np.int64]) -> list[Tensor]:
    known = read_json(path)
    return [torch.tensor(sorted(set(known.get(str(key), []))), dtype=torch.int64) for key in keys.tolist()]


def _negatives(path: Path, keys: NDArray[np.int64], num_users: int) -> Tensor:
    rows = sorted(read_number_lists(path), key=lambda line: int(line[0]))
    if len(rows) != num_users or len({len(row) for row in rows}) != 1:
        raise TableError(f"S3Rec: {str(path)!r} does not have as many items for each of the {num_users} users.")
    return torch.stack([_codes(keys, row[1:]) for row in rows])

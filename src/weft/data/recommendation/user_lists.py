"""The format that recommendation papers share: a line is a user and the items of that user."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from weft.data.formats.text import read_number_lists
from weft.data.raw_files import RawFile, locate_raw_files
from weft.data.recommendation.pairs import Pairs, published_interactions
from weft.store import Interactions, Split


class UserLists:
    """Users and their items, with the published split; the base of `Gowalla` and its like.

    Args:
        folder: of the data set, below ``WEFT_DATA_DIR``.
        files: ``train.txt`` and ``test.txt``, with where they come from.
        root: folder of the two files; else ``WEFT_DATA_DIR/folder``.
        validation_fraction: share of the training pairs to hold out, in [0, 1).
        seed: of that draw.

    Raises:
        InputError: a file is missing, or a fraction outside [0, 1).
        TableError: a line is malformed; the message has its number.
    """

    def __init__(
        self,
        folder: str,
        files: Sequence[RawFile],
        root: str | os.PathLike[str] | None,
        validation_fraction: float,
        seed: int,
    ) -> None:
        where = type(self).__name__
        place = locate_raw_files(where, folder, files, root)
        parts = {part: Pairs(*read_user_lists(place / f"{part}.txt")) for part in ("train", "test")}
        self.interactions: Interactions
        """Training and test pairs together."""
        self.split: Split
        """The published split."""
        self.interactions, self.split = published_interactions(
            where, parts, validation_fraction=validation_fraction, seed=seed
        )


def read_user_lists(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return user and item of each pair in a file of lines ``user item item ...``.

    Blank lines and blanks at a line's end are nothing; a user alone on a line has no pairs.

    Raises:
        TableError: no such file, or a line that holds anything but whole numbers from 0.
    """
    lines = read_number_lists(path)
    empty = np.zeros(0, dtype=np.int64)
    users = np.repeat([line[0] for line in lines], [len(line) - 1 for line in lines]) if lines else empty
    return users.astype(np.int64), np.concatenate([empty, *(line[1:] for line in lines)])

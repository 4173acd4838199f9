"""Listeners, artists and friends on Last.fm."""

from __future__ import annotations

import os

import numpy as np
import torch
from torch import Tensor

from weft.data.formats.edges import read_columns
from weft.data.published import published_files
from weft.data.raw_files import locate_raw_files
from weft.data.recommendation.pairs import Pairs, published_interactions
from weft.store import Interactions, Split

_FILES = ("data1.txt", "test1.txt", "trustnetwork.txt")


class LastFM:
    """Listeners and their artists: 1,880 users, 4,489 items, 42,135 training and 10,533 test pairs, 25,434 friendships.

    A line of ``data1.txt`` and ``test1.txt`` is user, artist and number of plays, which is the weight.

    Args:
        root: the folder of the files; else ``WEFT_DATA_DIR/lastfm-lightgcn``.
        validation_fraction: share of the training pairs to hold out, in [0, 1).
        seed: of that draw.

    Raises:
        InputError: a file is missing, or a fraction outside [0, 1).
        TableError: a line is malformed.

    Source: Cantador et al. 2011 (HetRec); files and split of the code of He et al. 2020 (arXiv:2002.02126).
    """

    def __init__(
        self, root: str | os.PathLike[str] | None = None, *, validation_fraction: float = 0.0, seed: int = 0
    ) -> None:
        place = locate_raw_files("LastFM", "lastfm-lightgcn", published_files("lastfm-lightgcn", _FILES), root)
        parts = {}
        for part, name in (("train", "data1.txt"), ("test", "test1.txt")):
            users, items = read_columns(place / name, 2).T
            # Some large counts are written as 3.2466e+05.
            plays = read_columns(place / name, 3, dtype=np.float32)[:, 2]
            parts[part] = Pairs(users, items, weights=plays)
        self.interactions: Interactions
        """Training and test pairs together."""
        self.split: Split
        """The published split."""
        self.interactions, self.split = published_interactions(
            "LastFM", parts, columns={"weight": "plays"}, validation_fraction=validation_fraction, seed=seed
        )
        self.trust: Tensor = torch.from_numpy(read_columns(place / "trustnetwork.txt", 2))
        """``(25434, 2)`` int64: who is a friend of whom, by key (12 of the 1,892 have played nothing)."""

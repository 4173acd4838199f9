"""What data sets of ratings have in common: a graph of users and items, and the same as interactions."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.data.graph_dataset import GraphDataset
from weft.data.recommendation.pairs import Pairs, interactions_of, published_interactions
from weft.store import Interactions, Split


class RatingsDataset(GraphDataset):
    """One graph with a relation from users to items that has a rating; the base of data sets of ratings."""

    relation = ("user", "rates", "item")
    """The relation with the ratings."""
    rating = "rating"
    """Column of the relation with the ratings."""

    @cached_property
    def interactions(self) -> Interactions:
        """Users and items by their published numbers, with ratings as weights, and times where there are any.

        A pair that is rated several times counts as Note [Repeated purchases] says.
        """
        return interactions_of(type(self).__name__, self._rows(slice(None)), columns={"weight": self.rating})

    @property
    def split(self) -> Split | None:
        """The published split of the interactions; None where none was published."""
        return None

    def _rows(self, rows: Any) -> Pairs:
        """Return rows of the relation, by published numbers."""
        g = self.content.graphs[0]
        src_type, _, dst_type = self.relation
        users, items = g.edges(etype=self.relation)
        data = g.edges[self.relation].data
        times = data["time"][rows].numpy() * 1_000_000 if "time" in data else None
        return Pairs(
            g.nodes[src_type].data["id"][users[rows]].numpy(),
            g.nodes[dst_type].data["id"][items[rows]].numpy(),
            times,
            data[self.rating][rows].float().reshape(-1).numpy(),
        )


class SplitRatingsDataset(RatingsDataset):
    """Ratings with a published split, in the masks of the relation."""

    masks: tuple[tuple[str, str], ...] = (("train", "train_mask"), ("test", "test_mask"))
    """Each part and the column that tells which ratings are in it."""

    def published_split(self, *, validation_fraction: float = 0.0, seed: int = 0) -> tuple[Interactions, Split]:
        """Return the interactions, and the split of the masks.

        Args:
            validation_fraction: share of each user's training ratings to hold out, in [0, 1).
            seed: of that draw.

        Raises:
            InputError: a fraction outside [0, 1), or one where the masks have a part for validation.
        """
        data = self.content.graphs[0].edges[self.relation].data
        return published_interactions(
            type(self).__name__,
            {part: self._rows(data[mask]) for part, mask in self.masks},
            columns={"weight": self.rating},
            validation_fraction=validation_fraction,
            seed=seed,
        )

    @cached_property
    def _published(self) -> tuple[Interactions, Split]:
        return self.published_split()

    @cached_property
    def interactions(self) -> Interactions:
        """Users and items by their published numbers, with ratings as weights, and times where there are any."""
        return self._published[0]

    @property
    def split(self) -> Split | None:
        """The split of the interactions, that of the masks."""
        return self._published[1]


def numbered(values: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
    """Return the distinct values, ascending, and the place of each value among them."""
    distinct, places = np.unique(values, return_inverse=True)
    return torch.from_numpy(distinct), torch.from_numpy(places)

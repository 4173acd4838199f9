"""Ratings in a shop, with what is known of its items."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from weft.data.dataset import Transform
from weft.data.formats.edges import read_columns
from weft.data.graph_dataset import Content
from weft.data.published import published_files
from weft.data.recommendation.ratings import RatingsDataset
from weft.errors import IdError
from weft.graph import heterograph

_KINDS = ("view", "category", "brand")


class HINAmazonDataset(RatingsDataset):
    """Amazon as a graph of several types: 195,791 ratings of 2,753 items by 6,170 users.

    One graph, ``dataset[0]``. ``('user', 'rates', 'item')``: ``rating`` float32, 1 to 5, ``time`` int64, seconds since
    1970. ``('item', 'has_view', 'view')``: 5,694 edges to 3,857 items looked at as well; ``('item', 'has_category',
    'category')``: 5,508 to 22; ``('item', 'has_brand', 'brand')``: 2,753 to 334. ``id`` int64 of users and items: the
    published number. `interactions` has the ratings as weights, and the times. No split was published.

    Args:
        raw_dir, force_reload, verbose, transform: as for `Dataset`. The files are ``user_item.dat``, ``item_view.dat``,
            ``item_category.dat`` and ``item_brand.dat``, in the folder ``hin-amazon``.

    Raises:
        TableError, IdError: a file is malformed.

    Source: He and McAuley 2016; Shi et al. 2019 (arXiv:1711.10730), HERec.
    """

    def __init__(
        self,
        raw_dir: str | os.PathLike[str] | None = None,
        force_reload: bool = False,
        verbose: bool = False,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(
            "hin-amazon",
            published_files("hin-amazon", ["user_item.dat", *(f"item_{kind}.dat" for kind in _KINDS)]),
            raw_dir=raw_dir,
            force_reload=force_reload,
            verbose=verbose,
            transform=transform,
        )

    def read(self, folder: Path) -> Content:
        """Return the graph."""
        users, items, ratings, times = (
            torch.from_numpy(column.copy()) for column in read_columns(folder / "user_item.dat", 4).T
        )
        edges = {("user", "rates", "item"): (users, items)}
        counts = {"user": int(users.max()) + 1}
        for kind in _KINDS:
            owners, values = (
                torch.from_numpy(column.copy())
                for column in read_columns(folder / f"item_{kind}.dat", 2, delimiter=",").T
            )
            edges["item", f"has_{kind}", kind] = owners, values
            counts[kind] = int(values.max()) + 1
        counts["item"] = (
            max(int((dst if relation == "rates" else src).max()) for (_, relation, _), (src, dst) in edges.items()) + 1
        )
        if min(int(ends.min()) for pair in edges.values() for ends in pair) < 0:
            raise IdError("HINAmazonDataset: the files have a negative number.")
        g = heterograph(edges, counts)
        g.nodes["user"].data.update({"id": torch.arange(counts["user"])})
        g.nodes["item"].data.update({"id": torch.arange(counts["item"])})
        g.edges["rates"].data.update({"rating": ratings.float(), "time": times})
        return Content([g])

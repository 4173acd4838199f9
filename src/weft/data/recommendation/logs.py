"""Logs of shops, to be had from Kaggle: Retailrocket and Instacart."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weft.data.raw_files import RawFile, locate_raw_files
from weft.data.recommendation.pairs import Pairs, interactions_of, published_interactions
from weft.errors import InputError, TableError, name_choices
from weft.store import Interactions, Split

_EVENTS = ("view", "addtocart", "transaction")


class Retailrocket:
    """Visitors of a shop and what they did in 4.5 months: 2,756,101 events of 1,407,580 visitors with 235,061 items.

    Times are those of the events; a pair counts at its first event. No split was published.

    Args:
        events: kinds to read, of ``'view'``, ``'addtocart'`` and ``'transaction'``.
        root: the folder of ``events.csv``; else ``WEFT_DATA_DIR/retailrocket``.

    Raises:
        InputError: another kind of event, or the file is missing.
        TableError: the file is malformed, or has no such event.

    Source: Retailrocket recommender system dataset (Kaggle, 2017).
    """

    split = None
    """None was published."""

    def __init__(self, events: Sequence[str] = _EVENTS, root: str | os.PathLike[str] | None = None) -> None:
        unknown = [event for event in events if event not in _EVENTS]
        if isinstance(events, str) or unknown or not events:
            raise InputError(f"Retailrocket: events={events!r}; expected a list of {name_choices(_EVENTS)}.")
        place = locate_raw_files("Retailrocket", "retailrocket", [RawFile("events.csv")], root)
        table = read_log(
            place / "events.csv", {"visitorid": "int64", "itemid": "int64", "timestamp": "int64", "event": "string"}
        )
        kept = np.isin(table["event"].astype(str), list(events))
        if not kept.any():
            raise TableError(f"Retailrocket: {str(place / 'events.csv')!r} has no event of {list(events)}.")
        # Milliseconds in the file.
        times = table["timestamp"][kept] * 1000
        self.interactions: Interactions = interactions_of(
            "Retailrocket", Pairs(table["visitorid"][kept], table["itemid"][kept], times), columns={"time": "timestamp"}
        )
        """Visitors and items."""


class Instacart:
    """Customers and groceries: 206,209 users, 49,688 products, 32,434,489 rows in earlier orders.

    Earlier orders (``eval_set`` ``prior``) are to learn from; the last order of those users for whom it is published
    (``train``: 131,209 users, 1,384,617 rows) is the test, of which products bought before are left out. The weight is
    the number of orders with the product. There is no time: orders are numbered user by user.

    Args:
        root: the folder of ``orders.csv``, ``order_products__prior.csv`` and ``order_products__train.csv``; else
            ``WEFT_DATA_DIR/instacart``.
        validation_fraction: share of the training pairs to hold out, in [0, 1).
        seed: of that draw.

    Raises:
        InputError: a file is missing, or a fraction outside [0, 1).
        TableError: a file is malformed, or has a product of an order that is not listed.

    Source: The Instacart Online Grocery Shopping Dataset 2017.
    """

    def __init__(
        self, root: str | os.PathLike[str] | None = None, *, validation_fraction: float = 0.0, seed: int = 0
    ) -> None:
        names = ("orders.csv", "order_products__prior.csv", "order_products__train.csv")
        place = locate_raw_files("Instacart", "instacart", [RawFile(name) for name in names], root)
        orders = read_log(place / names[0], {"order_id": "int64", "user_id": "int64"})
        order = np.argsort(orders["order_id"])
        ids, users = orders["order_id"][order], orders["user_id"][order]
        parts = {}
        for part, name in (("train", names[1]), ("test", names[2])):
            rows = read_log(place / name, {"order_id": "int64", "product_id": "int64"})
            found = np.minimum(np.searchsorted(ids, rows["order_id"]), max(len(ids) - 1, 0))
            if len(ids) == 0 or (ids[found] != rows["order_id"]).any():
                raise TableError(f"Instacart: {name!r} has a product of an order that is not in orders.csv.")
            counts = np.ones(len(found), dtype=np.float32)
            parts[part] = Pairs(users[found], rows["product_id"], weights=counts)
        self.interactions: Interactions
        """Earlier and last orders together."""
        self.split: Split
        """Earlier orders, and last ones as the test."""
        self.interactions, self.split = published_interactions(
            "Instacart", parts, columns={"weight": "orders"}, validation_fraction=validation_fraction, seed=seed
        )


def read_log(path: Path, columns: dict[str, str]) -> dict[str, NDArray[Any]]:
    """Return named columns of a CSV file with a header, each of the type that is given.

    Raises:
        TableError: no such file, no such column, or a value of another type.
    """
    import pyarrow
    from pyarrow import csv

    types = {name: pyarrow.type_for_alias(kind) for name, kind in columns.items()}
    convert = csv.ConvertOptions(include_columns=list(columns), column_types=types, strings_can_be_null=False)
    try:
        table = csv.read_csv(path, convert_options=convert)
    except (pyarrow.ArrowInvalid, KeyError, OSError) as error:
        raise TableError(f"read_log: {str(path)!r}: {error}") from error
    empty = [name for name in columns if table[name].null_count]
    if empty:
        raise TableError(f"read_log: {str(path)!r} has a row without {empty[0]!r}.")
    return {name: table[name].to_numpy() for name in columns}

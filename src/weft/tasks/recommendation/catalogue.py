"""The table of items: what may be offered, and what items are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from weft.errors import TableError
from weft.store import Interactions
from weft.tables.connection import table_connection
from weft.tables.sources import column_types, open_source

if TYPE_CHECKING:
    import pyarrow

NAME_COLUMNS = ("name", "title", "item_name", "product_name", "item_title", "product_title")
"""Columns that are taken for an item's name, the first found first."""


class Catalogue(NamedTuple):
    """What the table of items says of the items that were bought."""

    offered: Tensor | None
    """``(num_items,)`` bool, whether the item stands in the table; None without a table."""
    names: list[str] | None
    """A name for each item code, its key where the table has none; None without a column of names."""
    notes: list[str]
    """What must be said aloud."""


def read_catalogue(source: str | None, interactions: Interactions) -> Catalogue:
    """Return what the table ``source`` says; only its items are recommended later.

    The table has the purchases' item column, and may have one of ``NAME_COLUMNS``, which the report shows.

    Raises:
        TableError: the table cannot be read, has no item column, a null or repeated key, or none of the items bought.
        OutputError: the temporary folder cannot be made or is full.
    """
    if source is None:
        return Catalogue(None, None, [])
    import pyarrow
    import pyarrow.compute

    table = _read(source, interactions.columns["item"])
    keys, column = table["key"].combine_chunks(), interactions.columns["item"]
    if keys.null_count:
        raise TableError(
            f"read_catalogue: column {column!r} of {source!r} has {keys.null_count} null keys; every item needs one."
        )
    num_distinct = pyarrow.compute.count_distinct(keys).as_py()
    if num_distinct < len(keys):
        raise TableError(
            f"read_catalogue: column {column!r} of {source!r} repeats {len(keys) - num_distinct} keys; "
            "give each item one row."
        )
    try:
        place = pyarrow.compute.index_in(interactions.item_keys, value_set=keys.cast(interactions.item_keys.type))
    except pyarrow.ArrowException as error:
        raise TableError(
            f"read_catalogue: column {column!r} of {source!r} is {keys.type}, but the purchases have "
            f"{interactions.item_keys.type} ({error})."
        ) from None
    offered = torch.from_numpy(place.is_valid().to_numpy(zero_copy_only=False).copy())
    num_offered = int(offered.sum())
    if num_offered == 0:
        raise TableError(f"read_catalogue: none of the items bought stands in column {column!r} of {source!r}.")
    notes = [f"{len(keys):,} items in {source!r}; {len(keys) - num_offered:,} of them were never bought"]
    if num_offered < len(offered):
        notes.append(
            f"{len(offered) - num_offered:,} items that were bought are not in {source!r}: they are not offered"
        )
    return Catalogue(offered, _names(table, place, interactions), notes)


def _read(source: str, item_column: str) -> pyarrow.Table:
    """Return the columns ``key`` and, if there is one, ``name``."""
    with table_connection("read_catalogue", source) as connection:
        opened = open_source(source, query=False, connection=connection, caller="read_catalogue")
        columns = list(column_types(opened, connection, "read_catalogue"))
        if item_column not in columns:
            raise TableError(
                f"read_catalogue: {source!r} has no column {item_column!r}, which holds the items of the purchases; "
                f"it has {', '.join(map(repr, columns))}."
            )
        wanted = [f'"{item_column.replace(chr(34), chr(34) * 2)}" AS key']
        wanted += [f'CAST("{name}" AS VARCHAR) AS name' for name in NAME_COLUMNS if name in columns][:1]
        return connection.sql(f"SELECT {', '.join(wanted)} FROM {opened.relation}").to_arrow_table()


def _names(table: pyarrow.Table, place: pyarrow.Array, interactions: Interactions) -> list[str] | None:
    if "name" not in table.column_names:
        return None
    named = table["name"].combine_chunks().take(place).to_pylist()
    return [str(key) if name is None else name for name, key in zip(named, interactions.item_keys, strict=True)]

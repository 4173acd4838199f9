"""A purchases table into interactions: read by DuckDB in bounded memory, checked, coded, merged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from weft.errors import TableError
from weft.store import Interactions
from weft.store.repeats import merge_repeats
from weft.tables.columns import choose_columns
from weft.tables.connection import table_connection
from weft.tables.sources import Source, column_types, open_source
from weft.tables.values import Value, time_value, weight_value

if TYPE_CHECKING:
    import duckdb
    import pyarrow

_BATCH_ROWS = 1 << 17
_NESTED = re.compile(r"STRUCT|MAP|UNION|LIST|VARIANT|JSON|.*\]$")


def read_interactions(
    source: Any,
    *,
    user: str | None = None,
    item: str | None = None,
    time: str | None = None,
    weight: str | None = None,
    query: bool = False,
) -> Interactions:
    """Return the purchases of a table, with keys turned into codes and repeats merged.

    Columns that are not named are guessed when only one has a fitting name, and ``notes`` says so. A time is optional;
    a weight is read only when named. Keys keep their type (in CSV, a column is integers when each value is written as
    an integer is, else text, so ``007`` stays). Repeats of a (user, item) pair: Note [Repeated purchases].

    Args:
        source: a Parquet, CSV, CSV.gz or TSV file (text in UTF-8, first line names), a folder of files of one format, a
            glob, a DuckDB query, an Arrow table or a data frame.
        user: name of the user column.
        item: name of the item column.
        time: name of the time column: timestamps, dates, ISO 8601 text, or numbers since 1970.
        weight: name of the weight column: finite numbers, not negative.
        query: ``source`` is an SQL query (known anyway when it begins with SELECT, WITH or FROM).

    Memory: 8 bytes a row for the pair and for the time, 4 for the weight, while merging about three times that, and
    ``MEMORY_LIMIT`` for DuckDB.

    Raises:
        TableError: a missing file, no table, missing or doubtful columns, null keys, unreadable times or weights, no
            rows, one user, one item, or no user with two items.
        OutputError: the temporary folder cannot be made or is full.
    """
    asked = {"user": user, "item": item, "time": time, "weight": weight}
    with table_connection("read_interactions", source, query=query) as connection:
        interactions = _read(connection, source, asked, query)
    _check_learnable(interactions)
    return interactions


@dataclass(frozen=True)
class _Staged:
    """Table ``staged`` of the connection, with columns user, item and, where asked for, time and weight."""

    source: Source
    types: dict[str, str]
    """Role to DuckDB type name."""
    names: dict[str, str]
    """Role to the user's column name."""


def _read(
    connection: duckdb.DuckDBPyConnection, source: Any, asked: dict[str, str | None], query: bool
) -> Interactions:
    """Return the interactions of ``source``; DuckDB's own errors pass through."""
    opened = open_source(source, query=query, connection=connection, caller="read_interactions")
    types = column_types(opened, connection, "read_interactions")
    columns = choose_columns(list(types), asked, opened.name)
    staged = _Staged(opened, {role: types[name] for role, name in columns.names.items()}, columns.names)
    _stage(connection, staged)
    values: dict[str, Value] = {}
    if "time" in staged.names:
        values["time"] = time_value(connection, "staged", "time", staged.types["time"], staged.names["time"])
    if "weight" in staged.names:
        values["weight"] = weight_value("weight", staged.types["weight"], staged.names["weight"])
    num_rows = _check_rows(connection, staged, values)
    user_keys = _make_dictionary(connection, "user", staged)
    item_keys = _make_dictionary(connection, "item", staged)
    rows = merge_repeats(_stream_rows(connection, num_rows, len(item_keys), values))
    merged = num_rows - len(rows["pair"])
    notes = columns.notes + [value.note for value in values.values() if value.note]
    if merged:
        notes.append(_note_repeats(merged, num_rows, set(rows)))
    item_ids = rows["pair"] % len(item_keys)
    rows["pair"] //= len(item_keys)
    tensors = {name: torch.from_numpy(column) for name, column in rows.items()}
    return Interactions(
        user_ids=tensors["pair"],
        item_ids=torch.from_numpy(item_ids),
        user_keys=user_keys,
        item_keys=item_keys,
        times=tensors.get("time"),
        weights=tensors.get("weight"),
        columns=columns.names,
        notes=notes,
        num_rows_read=num_rows,
        num_duplicates=merged,
        time_unit=values["time"].unit if "time" in values else "microsecond",
    )


def _stage(connection: duckdb.DuckDBPyConnection, staged: _Staged) -> None:
    """Make table ``staged``: a view of Parquet and tables in memory, a copy on disk of what is read once."""
    selected = []
    for role, name in staged.names.items():
        type_name = staged.types[role]
        if role in ("user", "item") and _NESTED.match(type_name):
            raise TableError(
                f"read_interactions: column {name!r} is of type {type_name}; a {role} key must be one value."
            )
        # An ENUM would sort by the order of its values, which differs from file to file.
        column = f"CAST({_identifier(name)} AS VARCHAR)" if type_name.startswith("ENUM") else _identifier(name)
        selected.append(f"{column} AS {role}")
    made = "TABLE" if staged.source.read_once else "TEMP VIEW"
    connection.execute(f"CREATE {made} staged AS SELECT {', '.join(selected)} FROM {staged.source.relation}")


def _check_rows(connection: duckdb.DuckDBPyConnection, staged: _Staged, values: dict[str, Value]) -> int:
    """Return the number of rows, or raise ``TableError`` for the first column with a missing or unreadable value."""
    bad = {role: _key_is_bad(role, staged.types[role]) for role in ("user", "item")}
    bad |= {role: value.is_bad for role, value in values.items()}
    counts = ", ".join(f"count(*) FILTER ({condition})" for condition in bad.values())
    num_rows, *num_bad = connection.execute(f"SELECT count(*), {counts} FROM staged").fetchall()[0]
    if num_rows == 0:
        raise TableError(f"read_interactions: {staged.source.name} has no rows.")
    for (role, condition), count in zip(bad.items(), num_bad, strict=True):
        if count:
            row, value = connection.execute(
                f"SELECT row, CAST(value AS VARCHAR) FROM (SELECT row_number() OVER () AS row, {role} AS value, "
                f"{condition} AS is_bad FROM staged) WHERE is_bad LIMIT 1"
            ).fetchall()[0]
            raise TableError(_bad_value_message(role, staged, count, num_rows, row, value))
    return int(num_rows)


def _bad_value_message(role: str, staged: _Staged, count: int, num_rows: int, row: int, value: str | None) -> str:
    """Return what to say about ``count`` bad values of a column, the first of which is ``value`` in row ``row``."""
    contract = {
        "user": "each purchase needs its user",
        "item": "each purchase needs its item",
        "time": "times must be timestamps, dates, ISO 8601 text (2024-12-31T23:59:59) or numbers",
        "weight": "weights must be finite numbers, not negative",
    }[role]
    shown = "nothing (null)" if value is None else repr(value)
    way_out = {
        "time": " or name another column with --time",
        "weight": " or leave out --weight",
    }.get(role, "")
    return (
        f"read_interactions: column {staged.names[role]!r} ({role}) of {staged.source.name} has {count:,} unusable of "
        f"{num_rows:,} values; the first, in row {row:,}, is {shown}. Contract: {contract}. Repair or leave out these "
        f"rows{way_out}."
    )


def _make_dictionary(connection: duckdb.DuckDBPyConnection, role: str, staged: _Staged) -> pyarrow.Array:
    """Make table ``{role}_codes`` (key, code), codes by ascending key, and return the keys in that order."""
    connection.execute(f"CREATE TABLE {role}_keys AS SELECT DISTINCT {role} AS key FROM staged")
    typed = "key"
    if staged.source.is_text and _all_integers(connection, f"{role}_keys"):
        typed = "CAST(key AS BIGINT)"
    connection.execute(
        f"CREATE TABLE {role}_codes AS SELECT key, row_number() OVER (ORDER BY {typed}) - 1 AS code FROM {role}_keys"
    )
    connection.execute(f"DROP TABLE {role}_keys")
    keys = _arrow_reader(connection, f"SELECT {typed} AS key FROM {role}_codes ORDER BY code").read_all()
    return keys["key"].combine_chunks()


def _all_integers(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Return whether each key is written as an integer is written: no leading zero, plus sign, blank or point."""
    written = "CAST(TRY_CAST(key AS BIGINT) AS VARCHAR)"
    answer = connection.execute(f"SELECT coalesce(bool_and(coalesce({written} = key, false)), false) FROM {table}")
    return bool(answer.fetchall()[0][0])


def _stream_rows(
    connection: duckdb.DuckDBPyConnection, num_rows: int, num_items: int, values: dict[str, Value]
) -> dict[str, NDArray[Any]]:
    """Return for each row ``pair`` (user code * num_items + item code), ``time`` and ``weight``."""
    columns: dict[str, NDArray[Any]] = {"pair": np.empty(num_rows, dtype=np.int64)}
    selected = [f"CAST(users.code * {num_items} + items.code AS BIGINT) AS pair"]
    for role, dtype in (("time", np.int64), ("weight", np.float32)):
        if role in values:
            columns[role] = np.empty(num_rows, dtype=dtype)
            selected.append(f"{values[role].expression} AS {role}")
    # The order of the rows is of no consequence, and keeping it would make DuckDB hold rows back.
    connection.execute("SET preserve_insertion_order = false")
    coded = (
        f"SELECT {', '.join(selected)} FROM staged JOIN user_codes AS users ON staged.user = users.key "
        "JOIN item_codes AS items ON staged.item = items.key"
    )
    filled = 0
    for batch in _arrow_reader(connection, coded):
        for name, column in columns.items():
            column[filled : filled + batch.num_rows] = batch.column(name).to_numpy()
        filled += batch.num_rows
    if filled != num_rows:
        raise TableError(f"read_interactions: the table changed while it was read: {num_rows:,} rows, then {filled:,}.")
    return columns


def _note_repeats(merged: int, num_rows: int, columns: set[str]) -> str:
    """Return what is said aloud about merged rows, where ``columns`` tells whether there are times and weights."""
    how = "kept at their first purchase" if "time" in columns else "kept once"
    if "weight" in columns:
        how += ", with the weight of that purchase" if "time" in columns else ", weights summed"
    return f"{merged:,} of {num_rows:,} rows repeat an earlier user and item and were merged: {how}"


def _check_learnable(interactions: Interactions) -> None:
    """Raise ``TableError`` for a table that holds no choice to learn from."""
    for count, what in ((interactions.num_users, "user"), (interactions.num_items, "item")):
        if count < 2:
            raise TableError(
                f"read_interactions: all rows have the same {what} in column {interactions.columns[what]!r}; "
                f"recommendations need two {what}s at least. Is it the right column?"
            )
    if len(interactions) == interactions.num_users:
        raise TableError(
            f"read_interactions: each of the {interactions.num_users:,} users has one item only (repeats count once), "
            "so nothing can be held out and nothing connects the items. Is the user column an order number?"
        )


def _arrow_reader(connection: duckdb.DuckDBPyConnection, select: str) -> pyarrow.RecordBatchReader:
    """Return the rows of a query in batches; DuckDB 1 and 2 call it by different names."""
    relation = connection.sql(select)
    if hasattr(relation, "to_arrow_reader"):
        return relation.to_arrow_reader(_BATCH_ROWS)
    return relation.fetch_arrow_reader(_BATCH_ROWS)


def _key_is_bad(role: str, type_name: str) -> str:
    """Return the SQL condition for a missing key."""
    return f"{role} IS NULL OR isnan({role})" if type_name in ("FLOAT", "DOUBLE") else f"{role} IS NULL"


def _identifier(name: str) -> str:
    """Return a column name as quoted SQL."""
    return '"' + name.replace('"', '""') + '"'

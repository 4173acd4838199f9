"""SQL that turns a column of any type into times or weights, and finds what cannot be turned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from weft.errors import TableError

if TYPE_CHECKING:
    import duckdb

_INTEGER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$")
_FRACTION = re.compile(r"(FLOAT|DOUBLE|DECIMAL)\b")
_CALENDAR = re.compile(r"TIMESTAMP|DATE$")
_LARGEST_FLOAT32 = "3.4028234e38"

EPOCH_UNITS = (("seconds", 1e8, 1e11), ("milliseconds", 1e11, 1e14), ("microseconds", 1e14, 1e17))
"""Numbers from and below these bounds are read as times since 1970: seconds from March 1973 to the year 5138 ..."""


@dataclass(frozen=True)
class Value:
    """How a column becomes a number."""

    expression: str
    """SQL of the number; defined where ``is_bad`` is false."""
    is_bad: str
    """SQL that is true where the value is missing or cannot be read; never null."""
    note: str = ""
    """What must be said aloud about the reading."""
    unit: str = ""
    """``microsecond`` or ``counter``, for times."""


def weight_value(column: str, type_name: str, name: str) -> Value:
    """Return how column ``column`` (quoted SQL) becomes a weight: a finite float32, not negative.

    Raises:
        TableError: a type that holds no numbers.
    """
    if not (_INTEGER.match(type_name) or _FRACTION.match(type_name) or type_name in ("VARCHAR", "BOOLEAN")):
        raise TableError(f"read_interactions: column {name!r} is of type {type_name}; weights must be numbers.")
    number = f"TRY_CAST({column} AS DOUBLE)"
    return Value(f"CAST({number} AS FLOAT)", f"NOT coalesce({number} BETWEEN 0 AND {_LARGEST_FLOAT32}, false)")


def time_value(connection: duckdb.DuckDBPyConnection, table: str, column: str, type_name: str, name: str) -> Value:
    """Return how column ``column`` (quoted SQL) of ``table`` becomes a time.

    Timestamps, dates and ISO 8601 text become microseconds since 1970 in UTC; what names no zone is taken as UTC.
    Numbers are read as seconds, milliseconds or microseconds since 1970 when all lie in the range of one of them, else
    whole numbers are kept as counters.

    Raises:
        TableError: a type that holds no times, or fractions outside the range of seconds since 1970.
    """
    if _CALENDAR.match(type_name):
        return Value(f"epoch_us({column})", f"NOT coalesce(isfinite({column}), false)", unit="microsecond")
    if _INTEGER.match(type_name) or _FRACTION.match(type_name):
        return _number_time(connection, table, column, name)
    if type_name != "VARCHAR":
        raise TableError(
            f"read_interactions: column {name!r} is of type {type_name}; times must be timestamps, dates, ISO 8601 "
            "text or numbers."
        )
    number_rows, text_rows = connection.execute(
        f"SELECT count(TRY_CAST({column} AS DOUBLE)), count({column}) FROM {table}"
    ).fetchall()[0]
    if text_rows and number_rows == text_rows:
        return _number_time(connection, table, column, name)
    instant = f"TRY_CAST({column} AS TIMESTAMPTZ)"
    return Value(f"epoch_us({instant})", f"NOT coalesce(isfinite({instant}), false)", unit="microsecond")


def _number_time(connection: duckdb.DuckDBPyConnection, table: str, column: str, name: str) -> Value:
    """Return how numbers, also as text, become times."""
    number = f"TRY_CAST({column} AS DOUBLE)"
    is_bad = f"NOT coalesce(isfinite({number}) AND abs({number}) < 9e18, false)"
    least, greatest, fractions = connection.execute(
        f"SELECT min(number), max(number), count(*) FILTER (number != trunc(number)) "
        f"FROM (SELECT {number} AS number FROM {table} WHERE NOT {is_bad})"
    ).fetchall()[0]
    for position, (unit, low, high) in enumerate(EPOCH_UNITS):
        if least is not None and low <= least and greatest < high:
            scale = 1000 ** (2 - position)
            exact = f"TRY_CAST({column} AS BIGINT) * {scale}"
            expression = f"CAST(round({number} * {scale}) AS BIGINT)" if fractions else exact
            return Value(expression, is_bad, f"times of column {name!r} read as {unit} since 1970", "microsecond")
    if fractions:
        raise TableError(
            f"read_interactions: column {name!r} holds fractions from {least:g} to {greatest:g}, which are no seconds, "
            "milliseconds or microseconds since 1970. Give timestamps, dates or whole numbers."
        )
    note = f"numbers of column {name!r} are no calendar times: only their order is used"
    return Value(f"TRY_CAST({column} AS BIGINT)", is_bad, note, "counter")

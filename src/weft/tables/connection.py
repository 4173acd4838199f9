"""The DuckDB connection that tables are read through: bounded in memory, and with errors that say what to do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from weft.errors import OutputError, TableError

if TYPE_CHECKING:
    import duckdb

MEMORY_LIMIT = "600MB"
"""What DuckDB may hold in memory; it puts the rest into a temporary folder."""


@contextmanager
def table_connection(caller: str, source: Any, *, query: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection that spills into a temporary folder, which is gone afterwards, and takes bare times as UTC.

    Args:
        caller: the reader, for messages.
        source: what is read through it, for messages.
        query: ``source`` is an SQL query.

    Raises:
        OutputError: the temporary folder cannot be made or written, or memory and it are full.
        TableError: DuckDB cannot read ``source``.
    """
    import duckdb

    try:
        temporary = tempfile.TemporaryDirectory(prefix="weft-", ignore_cleanup_errors=True)
    except OSError as error:
        raise OutputError(
            f"{caller}: no temporary folder can be made: {error.strerror or error}. {_WAY_OUT}"
        ) from error
    with temporary as folder:
        connection = None
        try:
            connection = _connect(Path(folder))
            yield connection
        except duckdb.Error as error:
            if isinstance(error, duckdb.OutOfMemoryException):
                what = f"DuckDB ran out of memory, or of space in the temporary folder {folder!r}"
                raise OutputError(f"{caller}: {what}: {_first_line(error)} {_WAY_OUT}") from error
            if folder in str(error):
                what = f"the temporary folder {folder!r} cannot be written"
                raise OutputError(f"{caller}: {what}: {_whole_message(error)}. {_WAY_OUT}") from error
            name = "the query" if query else repr(source) if isinstance(source, (str, os.PathLike)) else "the table"
            raise TableError(f"{caller}: {name} cannot be read: {_whole_message(error)}") from error
        finally:
            if connection is not None:
                connection.close()


_WAY_OUT = "Free space there, or let TMPDIR name a roomier folder that can be written."


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(str(folder / "staged.duckdb"))
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.execute("SET temp_directory = ?", [str(folder / "spill")])
    connection.execute(f"SET threads = {min(4, torch.get_num_threads())}")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    return connection


def _first_line(error: Exception) -> str:
    """Return the first line of a message."""
    return str(error).strip().split("\n")[0]


def _whole_message(error: Exception) -> str:
    """Return a message on one line, without the drawing that points into the query and advice on DuckDB's options."""
    told, advice, options = str(error).split("\n\nLINE")[0].partition("Possible fixes:")
    lines = [line.strip() for line in told.split("\n")]
    if advice:
        lines += [line.strip() for line in options.split("\n") if line.strip().startswith("file = ")]
    return " ".join(line for line in lines if line)

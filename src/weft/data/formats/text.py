"""Text of words, records and lists of numbers; what is one table of numbers is read by ``edges.read_columns``.

All readers take a file that ends in ``.gz`` as what it holds, and name the file and the line that cannot be read.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from weft.errors import TableError


@contextmanager
def open_text(path: Path, encoding: str = "utf-8") -> Iterator[IO[str]]:
    """Open a text file, which may be compressed; line ends come as they are.

    Raises:
        TableError: no such file, or one that is not in that encoding.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            yield io.TextIOWrapper(stream, encoding=encoding, newline="")
    except (OSError, EOFError) as error:
        raise TableError(f"cannot read {str(path)!r}: {error}.") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{str(path)!r} is no text in {encoding}: {error}.") from error


def read_words(
    path: Path, columns: int, *, delimiter: str = "\t", skip: int = 0, encoding: str = "utf-8"
) -> list[list[str]]:
    """Return the fields of each line; lines with nothing in them are left out.

    Args:
        path: the file.
        columns: how many fields each line has.
        delimiter: between fields.
        skip: number of lines to leave out at the start.
        encoding: of the text.

    Raises:
        TableError: no such file, or a line with another number of fields; the message has its number.
    """
    rows = []
    with open_text(path, encoding) as lines:
        for number, line in enumerate(lines, start=1):
            if number <= skip or not line.strip():
                continue
            fields = line.rstrip("\r\n").split(delimiter)
            if len(fields) != columns:
                raise TableError(
                    f"read_words: line {number} of {str(path)!r} has {len(fields)} fields; expected {columns} with "
                    f"{delimiter!r} between."
                )
            rows.append(fields)
    return rows


def read_records(path: Path, needed: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a CSV file (RFC 4180: fields in quotes may hold commas and line ends).

    Raises:
        TableError: no such file, a column of ``needed`` is missing, or a row is longer or shorter than the header.
    """
    with open_text(path) as lines:
        reader = csv.reader(lines)
        try:
            header = next(reader, [])
            rows = [row for row in reader if row]
        except csv.Error as error:
            raise TableError(f"read_records: line {reader.line_num} of {str(path)!r} is no CSV: {error}.") from error
    missing = [name for name in needed if name not in header]
    if missing:
        raise TableError(f"read_records: {str(path)!r} has no column {missing[0]!r}; it has {header}.")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise TableError(
                f"read_records: row {number} of {str(path)!r} has {len(row)} fields; its header has {len(header)}."
            )
    return header, rows


def number_or_nan(text: str, path: Path, column: str) -> float:
    """Return the number that a field says; NaN for an empty field.

    Raises:
        TableError: it is neither.
    """
    if not text.strip():
        return float("nan")
    try:
        return float(text)
    except ValueError:
        raise TableError(f"column {column!r} of {str(path)!r} holds {text!r}, which is no number.") from None


def read_number_lists(path: Path, *, delimiter: str | None = None) -> list[NDArray[np.int64]]:
    """Return the whole numbers of each line that has any; lines may differ in length.

    Raises:
        TableError: no such file, or a line that holds anything but whole numbers from 0; the message has its number.
    """
    lists = []
    with open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            fields = [field.strip() for field in line.split(delimiter)] if line.strip() else []
            bad = next((field for field in fields if not (field.isdecimal() and len(field) < 19)), None)
            if bad is not None:
                raise TableError(
                    f"read_number_lists: line {number} of {str(path)!r} holds {bad!r}; expected whole numbers from 0 "
                    f"with {'blanks' if delimiter is None else repr(delimiter)} between."
                )
            if fields:
                lists.append(np.array(fields, dtype=np.int64))
    return lists

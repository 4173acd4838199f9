"""What is wrong with a CSV file that DuckDB refuses: the first bad line, found by reading the file's head again."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from itertools import islice
from pathlib import Path

_ROWS_LOOKED_AT = 25_000
"""Some more than DuckDB looks at before it makes up its mind; an error further down names its line by itself."""
_SHOWN = 60
_ADVICE = "Repair that line."


def first_fault(file: Path, delimiter: str) -> str:
    """Return what is wrong with the first bad line and what to do about it; empty when none is found."""
    with file.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    with gzip.open(file) if packed else file.open("rb") as raw:
        lines = io.TextIOWrapper(raw, encoding="utf-8", errors="replace", newline="")
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        begin = 1
        try:
            width = len(next(rows, []))
            begin = rows.line_num + 1
            for row in islice(rows, _ROWS_LOOKED_AT):
                if row and len(row) != width:
                    values = f"{len(row)} value" + ("s" if len(row) != 1 else "")
                    shown = _shown(row, delimiter)
                    return f"line {begin} has {values} where the first line names {width}: {shown}. {_ADVICE}"
                begin = rows.line_num + 1
        except csv.Error as error:
            return f"line {begin} has a quotation mark out of place ({error}). {_ADVICE}"
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            return f"it is a gzip file that is damaged behind line {begin - 1}: {error}"
    return ""


def _shown(row: list[str], delimiter: str) -> str:
    text = delimiter.join(row)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")

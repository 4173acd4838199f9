"""Where a table comes from: files, folders, queries, tables in memory; as something DuckDB can select from."""

from __future__ import annotations

import glob
import gzip
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weft.errors import TableError
from weft.tables.csv_faults import first_fault

if TYPE_CHECKING:
    import duckdb

TEXT_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
PARQUET_SUFFIXES = (".parquet", ".pq")
_HEAD_BYTES = 1 << 16
_QUERY_START = re.compile(r"\s*(select|with|from)\s", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A table that DuckDB can select from."""

    relation: str
    """What stands after FROM."""
    name: str
    """How messages call it."""
    is_text: bool
    """Every column is text, as in CSV; types are found out by weft, so that a key ``007`` stays what it is."""
    read_once: bool
    """Reading it again is dear (CSV) or may give other rows (a query): it is copied to disk first."""
    files: tuple[Path, ...] = ()
    """What a text is read from."""
    delimiter: str = ","
    """What stands between the values of a text."""


def open_source(source: Any, *, query: bool, connection: duckdb.DuckDBPyConnection, caller: str) -> Source:
    """Return ``source`` as a table of ``connection``: a path, folder, glob, query, Arrow table or data frame.

    Text that begins with SELECT, WITH or FROM and is no file is a query, also without ``query``. Messages begin with
    ``caller``, the reader.

    Raises:
        TableError: no such file, an empty folder, mixed formats, or a file that is no table.
    """
    if not isinstance(source, (str, os.PathLike)):
        return _table_in_memory(source, connection, caller)
    text = os.fspath(source)
    if query or (_QUERY_START.match(text) and not os.path.exists(text)):
        return _query(text, connection, caller)
    files = _find_files(text, caller)
    formats = {_format_of(file, caller) for file in files}
    name = repr(text)
    if len(formats) > 1:
        raise TableError(
            f"{caller}: {name} mixes formats: {', '.join(sorted(formats))}. Give a glob, such as '*.parquet'."
        )
    file_format = formats.pop()
    paths = ", ".join(_quote(glob.escape(str(file))) for file in files)
    if file_format == "parquet":
        return Source(f"read_parquet([{paths}])", name, is_text=False, read_once=False)
    delimiter = "\t" if file_format == "tsv" else _delimiter_of(_read_head(files[0], caller))
    options = f"header = true, all_varchar = true, union_by_name = true, delim = '{delimiter}', quote = '\"', skip = 0"
    relation = f"read_csv([{paths}], {options})"
    return Source(relation, name, is_text=True, read_once=True, files=tuple(files), delimiter=delimiter)


def column_types(source: Source, connection: duckdb.DuckDBPyConnection, caller: str) -> dict[str, str]:
    """Return the name and the DuckDB type of each column, in the table's order.

    Raises:
        TableError: a line of a text has too few or too many values, or an open quotation mark.
    """
    import duckdb

    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {source.relation}").fetchall()
    except duckdb.Error as error:
        # DuckDB says only that it could make nothing of the text.
        for file in source.files:
            fault = first_fault(file, source.delimiter)
            if fault:
                raise TableError(f"{caller}: {str(file)!r} cannot be read: {fault}") from error
        raise
    return {row[0]: row[1] for row in described}


def _table_in_memory(table: Any, connection: duckdb.DuckDBPyConnection, caller: str) -> Source:
    """Return an Arrow table or a data frame as a source."""
    import duckdb

    try:
        connection.register("weft_table", table)
    except duckdb.Error as error:
        raise TableError(
            f"{caller}: source is a {type(table).__name__}; it must be a path, a query, an Arrow table or a data frame."
        ) from error
    return Source("weft_table", f"the {type(table).__name__} given", is_text=False, read_once=False)


def _query(text: str, connection: duckdb.DuckDBPyConnection, caller: str) -> Source:
    """Return a query as a source, after running the statements before its last one (ATTACH, CREATE VIEW ...)."""
    import duckdb

    statements = connection.extract_statements(text)
    if not statements or statements[-1].type != duckdb.StatementType.SELECT:
        raise TableError(f"{caller}: the query must end in a SELECT that gives the table.")
    for statement in statements[:-1]:
        connection.execute(statement)
    last = statements[-1].query.strip().rstrip(";")
    return Source(f"({last}\n)", "the query", is_text=False, read_once=True)


def _find_files(text: str, caller: str) -> list[Path]:
    """Return the file, the files of the folder or the matches of the glob, in name order."""
    path = Path(text).expanduser()
    if path.is_file():
        return [path]
    if path.is_dir():
        suffixes = TEXT_SUFFIXES + PARQUET_SUFFIXES
        files = sorted(file for file in path.rglob("*") if _is_visible(file, path) and file.is_file())
        found = [file for file in files if file.name.lower().endswith(suffixes)]
        if not found:
            what = f"holds {len(files)} files, none of which ends in" if files else "is an empty folder; it must hold"
            raise TableError(f"{caller}: {text!r} {what} {', '.join(sorted(suffixes))}.")
        return found
    if glob.has_magic(text):
        found = sorted(Path(match) for match in glob.glob(str(path), recursive=True) if os.path.isfile(match))
        if found:
            return found
        raise TableError(f"{caller}: no file matches {text!r}.")
    raise TableError(f"{caller}: there is no file or folder {text!r}.{_neighbours(path)}")


def _is_visible(file: Path, folder: Path) -> bool:
    """Return False for files such as ``_SUCCESS`` or ``.part`` and for what lies in such folders."""
    return not any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)


def _neighbours(path: Path) -> str:
    """Return a hint at a file of a similar name, or at the folder that is missing."""
    from weft.errors import did_you_mean

    if not path.parent.is_dir():
        return f" Its folder {str(path.parent)!r} does not exist either."
    return did_you_mean(path.name, [file.name for file in path.parent.iterdir()])


def _format_of(file: Path, caller: str) -> str:
    """Return ``parquet``, ``csv`` or ``tsv``, by content first and by name second, or raise ``TableError``."""
    head = _read_head(file, caller)
    name = file.name.lower()
    if head.startswith(b"PAR1"):
        return "parquet"
    if not head:
        raise TableError(f"{caller}: {str(file)!r} is empty: it has no rows and not even column names.")
    reason = _why_not_text(head)
    if name.endswith(PARQUET_SUFFIXES):
        reason = "it does not begin with the mark of a Parquet file"
    if reason:
        raise TableError(
            f"{caller}: {str(file)!r} is not a table: {reason}. Tables are Parquet, or CSV or TSV in UTF-8, "
            "plain or gzipped."
        )
    return "tsv" if ".tsv" in file.suffixes[-2:] else "csv"


def _read_head(file: Path, caller: str) -> bytes:
    """Return the first bytes of a file, unpacked if it is gzipped."""
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
        if not head.startswith(b"\x1f\x8b"):
            return head
        with gzip.open(file) as unpacked:
            return unpacked.read(_HEAD_BYTES)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TableError(f"{caller}: {str(file)!r} is a damaged gzip file: {error}.") from error
    except OSError as error:
        raise TableError(f"{caller}: {str(file)!r} cannot be read: {error.strerror or error}.") from error


def _delimiter_of(head: bytes) -> str:
    """Return what stands most often between the names on the first line: comma, semicolon, tab or bar."""
    line = re.sub(r'"[^"]*"', "", head.decode(errors="replace").split("\n")[0])
    return max(",;\t|", key=line.count)


def _why_not_text(head: bytes) -> str:
    """Return why these bytes are no UTF-8 text, or the empty string."""
    if head.startswith(b"PK\x03\x04"):
        return "it is a zip archive or a spreadsheet; save the sheet as CSV"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it is text in UTF-16; save it in UTF-8"
    if b"\0" in head:
        return "it holds binary data"
    try:
        # A character may be cut at the end of the head.
        head[:-3].decode() if len(head) == _HEAD_BYTES else head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 6:
            return f"byte {error.start} is not UTF-8"
    return ""


def _quote(text: str) -> str:
    """Return an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"

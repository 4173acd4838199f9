"""One CSV file: its columns of IDs as text, the others as arrays, then as tensors."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from weft.errors import TableError, did_you_mean, name_choices

if TYPE_CHECKING:
    import pyarrow

Columns = dict[str, NDArray[Any]]
Parser = Callable[[Columns], Mapping[str, Any]]
# A sheet that was saved with its row numbers has a column without a name.
_NAMELESS = ("", "Unnamed: 0")
_HEADER_BYTES = 1 << 16


class Table:
    """A CSV file that was read.

    Raises:
        TableError: no such file, one that is empty or not all of whose rows have as many values, or that lacks a
            column.
    """

    def __init__(self, folder: Path, name: str, separator: str, ids: Mapping[str, str]) -> None:
        """Read ``name``; ``ids`` gives columns of IDs, which must be there, with what they are IDs of."""
        self.name = name
        self._table = _read(folder / name, name, separator, list(ids))
        for column, what in ids.items():
            if column not in self._table.column_names:
                raise TableError(
                    f"CSVDataset: {name!r} has no column {column!r}, the ID of {what}; it has "
                    f"{name_choices(self._table.column_names)}.{did_you_mean(column, self._table.column_names)}"
                )
        self._ids = list(ids)

    @property
    def num_rows(self) -> int:
        """Number of rows, without the header."""
        return int(self._table.num_rows)

    @property
    def names(self) -> list[str]:
        """Names of all columns."""
        return list(self._table.column_names)

    def ids(self, column: str) -> pyarrow.Array:
        """Return a column of IDs, as text.

        Raises:
            TableError: a row has none.
        """
        import pyarrow.compute as compute

        values = self._table[column].combine_chunks()
        empty = compute.equal(values, "")
        if compute.any(empty).as_py():
            raise self.fault(int(compute.index(empty, True).as_py()), column, "has no ID")
        return values

    def num_different(self, column: str) -> int:
        """Return how many values a column has; 0 where there is no such column."""
        return len(self._table[column].unique()) if column in self.names else 0

    def fault(self, row: int, column: str, what: str) -> TableError:
        """Return an error that names file, row and column; rows count from 1, without the header."""
        return TableError(f"CSVDataset: {self.name!r}, row {row + 1}, column {column!r}: {what}.")

    def data(self, skip: tuple[str, ...], parser: Parser | None) -> dict[str, Tensor]:
        """Return the columns that are no IDs, as tensors with a row a row.

        Args:
            skip: further columns that are no data.
            parser: what makes arrays of them; None for the rule of `CSVDataset`.

        Raises:
            TableError: a column cannot be read as numbers, or a parser gives something else than a row a row.
        """
        names = [name for name in self.names if name not in (*self._ids, *skip, *_NAMELESS)]
        if parser is not None:
            columns = {name: self._table[name].combine_chunks().to_numpy(zero_copy_only=False) for name in names}
            return self._of_parser(parser(columns))
        return {name: self._numbers(name) for name in names}

    def _of_parser(self, parsed: Any) -> dict[str, Tensor]:
        if not isinstance(parsed, Mapping):
            raise TableError(
                f"CSVDataset: the parser of {self.name!r} gives a {type(parsed).__name__}; expected a dict."
            )
        found = {}
        for name, values in parsed.items():
            try:
                found[name] = _narrow(values if isinstance(values, Tensor) else torch.as_tensor(np.asarray(values)))
            except (TypeError, ValueError) as error:
                raise TableError(
                    f"CSVDataset: the parser of {self.name!r} gives no numbers for {name!r}: {error}."
                ) from error
            if found[name].dim() == 0 or len(found[name]) != self.num_rows:
                raise TableError(
                    f"CSVDataset: the parser of {self.name!r} gives {name!r} in the shape {tuple(found[name].shape)}; "
                    f"expected a row for each of {self.num_rows}."
                )
        return found

    def _numbers(self, name: str) -> Tensor:
        """Return a column of numbers, of truth values, or of several numbers in one text."""
        import pyarrow

        values = self._table[name].combine_chunks()
        kind = values.type
        if pyarrow.types.is_null(kind):
            return torch.full((len(values),), torch.nan)
        if pyarrow.types.is_boolean(kind):
            if values.null_count:
                raise self.fault(int(np.flatnonzero(values.is_null())[0]), name, "is empty among truth values")
            return torch.from_numpy(values.to_numpy(zero_copy_only=False).copy())
        if pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind):
            return _narrow(torch.from_numpy(values.to_numpy(zero_copy_only=False).copy()))
        if pyarrow.types.is_string(kind):
            return self._several(name, values)
        raise TableError(
            f"CSVDataset: {self.name!r}: column {name!r} holds {kind}, not numbers. Give a parser that makes numbers "
            "of it, or leave the column out."
        )

    def _several(self, name: str, values: pyarrow.Array) -> Tensor:
        """Return a column of texts such as ``0.5, 2`` or ``[0.5 2]`` as a matrix."""
        import pyarrow.compute as compute

        if values.null_count:
            raise self.fault(int(np.flatnonzero(values.is_null())[0]), name, "is empty among texts")
        bare = compute.utf8_trim(compute.fill_null(values, ""), characters=" \t[]()")
        parts = compute.split_pattern_regex(bare, pattern=r"\s*,\s*|\s+")
        lengths = compute.list_value_length(parts).to_numpy()
        flat = compute.list_flatten(parts)
        numbers = _as_numbers(flat)
        if numbers is None:
            row = int(np.searchsorted(lengths.cumsum(), _first_text(flat), side="right"))
            raise self.fault(
                row, name, f"{values[row].as_py()!r} is no number and no list of numbers; a parser can make some of it"
            )
        if len(lengths) and (lengths != lengths[0]).any():
            row = int((lengths != lengths[0]).argmax())
            raise self.fault(row, name, f"has {lengths[row]} numbers, the first row has {lengths[0]}")
        return _narrow(torch.from_numpy(numbers.copy()).reshape(len(lengths), -1))


def _read(path: Path, name: str, separator: str, ids: list[str]) -> pyarrow.Table:
    """Return the file as a table, with columns of IDs as text."""
    import pyarrow
    import pyarrow.csv

    if not path.is_file():
        raise TableError(f"CSVDataset: there is no file {str(path)!r}, which meta.yaml names.")
    faults: list[tuple[int | None, int, int]] = []

    def keep(row: Any) -> str:
        faults.append((row.number, row.actual_columns, row.expected_columns))
        return "skip"

    def read(use_threads: bool) -> pyarrow.Table:
        faults.clear()
        content = path.read_bytes() if path.stat().st_size < _HEADER_BYTES else b"\n"
        return pyarrow.csv.read_csv(
            # A header alone has to end its line.
            io.BytesIO(content + b"\n") if content and b"\n" not in content else path,
            read_options=pyarrow.csv.ReadOptions(use_threads=use_threads),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=keep
            ),
            convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(ids, pyarrow.string())),
        )

    try:
        table = read(True)
        if faults:
            # Rows are counted by a reader that goes from top to bottom.
            read(False)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowKeyError) as error:
        raise TableError(f"CSVDataset: {name!r} cannot be read: {error}.") from error
    if faults:
        number, found, expected = faults[0]
        row = "a row" if number is None else f"row {number - 1}"
        raise TableError(f"CSVDataset: {name!r}, {row}: has {found} values; the header has {expected}.")
    twice = [column for place, column in enumerate(table.column_names) if column in table.column_names[:place]]
    if twice:
        raise TableError(f"CSVDataset: {name!r} has two columns {twice[0]!r}.")
    return table


def _as_numbers(texts: pyarrow.Array) -> NDArray[Any] | None:
    """Return texts as int64, else as float64; None where one is no number."""
    import pyarrow

    for kind in (pyarrow.int64(), pyarrow.float64()):
        try:
            return np.asarray(texts.cast(kind).to_numpy(zero_copy_only=False))
        except pyarrow.ArrowInvalid:
            continue
    return None


def _first_text(texts: pyarrow.Array) -> int:
    """Return the place of the first that is no number."""
    for place, text in enumerate(texts.to_pylist()):
        try:
            float(text)
        except ValueError:
            return place
    return 0


def _narrow(values: Tensor) -> Tensor:
    """Return numbers with a fraction as float32, which layers take."""
    return values.float() if values.dtype == torch.float64 else values

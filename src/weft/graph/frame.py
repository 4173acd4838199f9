"""Columns of features over the nodes of a type or the edges of a relation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from weft import checks
from weft.errors import FieldError, InputError, ShapeError, did_you_mean, name_choices
from weft.graph.columns import Columns, Scheme
from weft.graph.init import Initializer, zero_initializer


class Frame:
    """Named tensors with one row for each node of a type, or for each edge of a relation."""

    def __init__(
        self,
        num_rows: int,
        kind: str,
        owner: str,
        device: torch.device,
        columns: Columns | None = None,
        initializers: dict[str | None, Initializer] | None = None,
    ) -> None:
        """Take checked columns.

        Args:
            num_rows: number of nodes or edges.
            kind: ``node`` or ``edge``.
            owner: how the type reads in a message ("node type 'user'").
            device: of the graph.
            columns: name to tensor.
            initializers: column name to what fills rows without a value; under None, of columns that have none.
        """
        self.num_rows = num_rows
        self.kind = kind
        self.owner = owner
        self.device = device
        self.columns = Columns() if columns is None else columns
        self.initializers: dict[str | None, Initializer] = {} if initializers is None else initializers

    def get(self, where: str, name: str) -> Tensor:
        """Return a column.

        Raises:
            FieldError: there is none of that name.
        """
        if name not in self.columns:
            raise FieldError(
                f"{where}: {self.kind} feature {name!r} is not set on {self.owner}, which has "
                f"{name_choices(self.columns)}.{did_you_mean(name, self.columns)}"
            )
        return self.columns[name]

    def set(self, where: str, name: str, value: Tensor) -> None:
        """Set a column.

        Raises:
            ShapeError: not one row for each node or edge.
            DeviceError: not on the graph's device.
        """
        self._check_name(where, name)
        label = f"{self.kind} feature {name!r}"
        checks.rows(where, label, value, self.num_rows, lambda: f"{self.owner} has {self.num_rows} {self.kind}s")
        checks.device(where, label, value, self.device, self.owner)
        self.columns[name] = value

    def set_rows(self, where: str, name: str, rows: Tensor, value: Tensor) -> None:
        """Set some rows of a column; the others keep their values; in a new column, the initializer fills them.

        Args:
            where: function named in messages.
            name: of the column.
            rows: ``(n,)`` int64, checked.
            value: ``(n, *trailing)``.
        """
        self._check_name(where, name)
        label = f"{self.kind} feature {name!r}"
        checks.rows(where, label, value, len(rows), lambda: f"{len(rows)} {self.kind}s were selected")
        checks.device(where, label, value, self.device, self.owner)
        old = self.columns.get(name)
        if old is None:
            old = self.initial(name, Scheme(tuple(value.shape[1:]), value.dtype), slice(0, self.num_rows))
        self._check_scheme(where, name, Scheme(tuple(old.shape[1:]), old.dtype), value)
        self.columns[name] = old.index_copy(0, rows, value)

    def write(self, where: str, values: Mapping[str, Tensor], rows: Tensor | None = None) -> None:
        """Set several columns, or some rows of them; when one does not fit, none is set.

        Args:
            where: function named in messages.
            values: name to ``(num_rows, *trailing)``, or to ``(len(rows), *trailing)``.
            rows: as in ``set_rows``; None for all.
        """
        written = self.copy()
        for name, value in values.items():
            if rows is None:
                written.set(where, name, value)
            else:
                written.set_rows(where, name, rows, value)
        self.columns = written.columns

    def renamed(self, where: str, name: str, new_name: str) -> Columns:
        """Return one column under another name, not yet made if it is not here."""
        if name not in self.columns:
            self.get(where, name)
        return self.columns.only(name, new_name)

    def _check_scheme(self, where: str, name: str, scheme: Scheme, value: Tensor) -> None:
        if scheme.shape != value.shape[1:] or scheme.dtype != value.dtype:
            raise ShapeError(
                f"{where}: {self.kind} feature {name!r} has rows of shape {scheme.shape} and {scheme.dtype}, but the "
                f"rows given are {tuple(value.shape[1:])} and {value.dtype}; set the whole feature to change them."
            )

    def _check_name(self, where: str, name: str) -> None:
        if not isinstance(name, str):
            raise InputError(f"{where}: a feature's name is a string; got {name!r}.")

    def has_initializer(self, name: str) -> bool:
        """Return whether one was set for a column, or for all."""
        return self.initializers.get(name) is not None or self.initializers.get(None) is not None

    def initial(self, name: str, scheme: Scheme, rows: slice) -> Tensor:
        """Return what the initializer of a column gives for rows ``start`` to ``stop``: zeros unless one was set."""
        initializer = self.initializers.get(name) or self.initializers.get(None) or zero_initializer
        shape = (rows.stop - rows.start, *scheme.shape)
        value = initializer(shape, scheme.dtype, self.device, rows)
        if not isinstance(value, Tensor) or tuple(value.shape) != shape or value.dtype != scheme.dtype:
            given = (
                f"a tensor {tuple(value.shape)} of {value.dtype}"
                if isinstance(value, Tensor)
                else f"a {type(value).__name__}"
            )
            raise ShapeError(
                f"the initializer of {self.kind} feature {name!r} of {self.owner} returned {given}; expected a tensor "
                f"{shape} of {scheme.dtype}, as its arguments say."
            )
        return value

    def schemes(self) -> dict[str, Scheme]:
        """Return the shape and dtype of a row of each column."""
        return {name: self.columns.scheme(name) for name in self.columns}

    def copy(self) -> Frame:
        """Return a frame with the same tensors whose columns can be set apart from this one's."""
        return self._with(self.num_rows, Columns(self.columns))

    def sharing(self, other: Frame) -> Frame:
        """Return this frame with the columns and initializers of another of as many rows; its owner stays."""
        return Frame(
            self.num_rows, self.kind, self.owner, self.device, Columns(other.columns), dict(other.initializers)
        )

    def select(self, rows: Tensor) -> Frame:
        """Return the frame of some rows, ``(n,)`` int64, checked; see Note [Lazy rows]."""
        return self._with(len(rows), self.columns.select(rows))

    def emptied(self, num_rows: int) -> Frame:
        """Return a frame of the same type with another number of rows and no columns."""
        return self._with(num_rows, Columns())

    def extended(self, where: str, count: int, data: Mapping[str, Tensor] | None = None) -> Frame:
        """Return the frame with ``count`` more rows; the initializer fills columns that ``data`` does not name.

        Args:
            where: function named in messages.
            count: number of rows to append.
            data: name to ``(count, *trailing)``; a name that is new gets initial values in the old rows.

        Raises:
            ShapeError, DeviceError: a column of ``data`` that does not fit.
        """
        longer = self._with(self.num_rows + count, Columns())
        added = dict(data or {})
        for name, value in added.items():
            self._check_name(where, name)
            label = f"{self.kind} feature {name!r}"
            checks.rows(where, label, value, count, lambda: f"{count} {self.kind}s are added to {self.owner}")
            checks.device(where, label, value, self.device, self.owner)
        for name in [*self.columns, *(name for name in added if name not in self.columns)]:
            if name in self.columns:
                old, scheme = self.columns[name], self.columns.scheme(name)
            else:
                scheme = Scheme(tuple(added[name].shape[1:]), added[name].dtype)
                old = self.initial(name, scheme, slice(0, self.num_rows))
            new = added.get(name)
            if new is None:
                new = self.initial(name, scheme, slice(self.num_rows, longer.num_rows))
            self._check_scheme(where, name, scheme, new)
            longer.columns[name] = torch.cat([old, new])
        return longer

    def mapped(self, function: Callable[[Tensor], Tensor]) -> Frame:
        """Return the frame after a function of each column that works row by row, a cast for instance."""
        return self._with(self.num_rows, self.columns.mapped(function))

    def to(self, device: torch.device, *, non_blocking: bool = False) -> Frame:
        """Return the frame with its tensors on a device."""
        moved = self.mapped(lambda column: column.to(device, non_blocking=non_blocking))
        moved.device = device
        return moved

    def _with(self, num_rows: int, columns: Columns) -> Frame:
        return Frame(num_rows, self.kind, self.owner, self.device, columns, dict(self.initializers))


def node_frame(ntype: str, num_rows: int, device: torch.device) -> Frame:
    """Return an empty frame for the nodes of a type."""
    return Frame(num_rows, "node", f"node type {ntype!r}", device)


def edge_frame(etype: tuple[str, str, str], num_rows: int, device: torch.device) -> Frame:
    """Return an empty frame for the edges of a relation."""
    return Frame(num_rows, "edge", f"relation {etype}", device)

"""Columns of features over the nodes of a type or the edges of a relation."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from weft import checks
from weft.errors import FieldError, InputError, ShapeError, did_you_mean, name_choices


class Scheme(NamedTuple):
    """What one row of a column looks like."""

    shape: tuple[int, ...]
    dtype: torch.dtype


class Frame:
    """Named tensors with one row for each node of a type, or for each edge of a relation."""

    def __init__(
        self, num_rows: int, kind: str, owner: str, device: torch.device, columns: dict[str, Tensor] | None = None
    ) -> None:
        """Take checked columns.

        Args:
            num_rows: number of nodes or edges.
            kind: ``node`` or ``edge``.
            owner: how the type reads in a message ("node type 'user'").
            device: of the graph.
            columns: name to tensor.
        """
        self.num_rows = num_rows
        self.kind = kind
        self.owner = owner
        self.device = device
        self.columns: dict[str, Tensor] = {} if columns is None else columns

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
        checks.rows(where, label, value, self.num_rows, f"{self.owner} has {self.num_rows} {self.kind}s")
        checks.device(where, label, value, self.device, self.owner)
        self.columns[name] = value

    def set_rows(self, where: str, name: str, rows: Tensor, value: Tensor) -> None:
        """Set some rows of a column; the others keep their values, or are 0 in a new column.

        Args:
            where: function named in messages.
            name: of the column.
            rows: ``(n,)`` int64, checked.
            value: ``(n, *trailing)``.
        """
        self._check_name(where, name)
        label = f"{self.kind} feature {name!r}"
        checks.rows(where, label, value, len(rows), f"{len(rows)} {self.kind}s were selected")
        checks.device(where, label, value, self.device, self.owner)
        old = self.columns.get(name)
        if old is None:
            old = value.new_zeros((self.num_rows, *value.shape[1:]))
        if old.shape[1:] != value.shape[1:] or old.dtype != value.dtype:
            raise ShapeError(
                f"{where}: {label} has rows of shape {tuple(old.shape[1:])} and {old.dtype}, but the rows given are "
                f"{tuple(value.shape[1:])} and {value.dtype}; set the whole feature to change them."
            )
        self.columns[name] = old.index_copy(0, rows, value)

    def _check_name(self, where: str, name: str) -> None:
        if not isinstance(name, str):
            raise InputError(f"{where}: a feature's name is a string; got {name!r}.")

    def schemes(self) -> dict[str, Scheme]:
        """Return the shape and dtype of a row of each column."""
        return {name: Scheme(tuple(value.shape[1:]), value.dtype) for name, value in self.columns.items()}

    def copy(self) -> Frame:
        """Return a frame with the same tensors whose columns can be set apart from this one's."""
        return Frame(self.num_rows, self.kind, self.owner, self.device, dict(self.columns))

    def to(self, device: torch.device) -> Frame:
        """Return the frame with its tensors on a device."""
        moved = {name: value.to(device) for name, value in self.columns.items()}
        return Frame(self.num_rows, self.kind, self.owner, device, moved)


def node_frame(ntype: str, num_rows: int, device: torch.device) -> Frame:
    """Return an empty frame for the nodes of a type."""
    return Frame(num_rows, "node", f"node type {ntype!r}", device)


def edge_frame(etype: tuple[str, str, str], num_rows: int, device: torch.device) -> Frame:
    """Return an empty frame for the edges of a relation."""
    return Frame(num_rows, "edge", f"relation {etype}", device)

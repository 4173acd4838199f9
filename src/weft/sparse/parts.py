"""What a sparse matrix is made of: a pattern and values. SparseMatrix adds the methods, topic by topic."""

from __future__ import annotations

import builtins
from typing import TypeVar

import torch
from torch import Tensor

from weft.errors import DeviceError, InputError, ShapeError
from weft.sparse.pattern import Pattern


class SparseParts:
    """A pattern, and a value for each entry."""

    def __init__(self, pattern: Pattern, val: Tensor) -> None:
        """Take checked parts as they are; users call the constructors of ``weft.sparse``."""
        self._pattern = pattern
        self._val = val

    def derive(self: M, pattern: Pattern, val: Tensor) -> M:
        """Return a matrix of the same class made of other parts, taken as they are."""
        return type(self)(pattern, val)

    def with_values(self: M, val: Tensor) -> M:
        """Return a matrix with the same entries and other values, taken as they are."""
        return type(self)(self._pattern, val)

    @property
    def pattern(self) -> Pattern:
        """Places of the entries, shared by matrices that differ in values only."""
        return self._pattern

    @property
    def val(self) -> Tensor:
        """``(nnz,)`` or ``(nnz, D)`` values, in the order of the entries."""
        return self._val

    @property
    def shape(self) -> tuple[builtins.int, builtins.int]:
        """Numbers of rows and columns."""
        return self._pattern.shape

    @property
    def nnz(self) -> builtins.int:
        """Number of entries, duplicates and zeros included."""
        return self._pattern.nnz

    @property
    def dtype(self) -> torch.dtype:
        """Dtype of the values."""
        return self._val.dtype

    @property
    def device(self) -> torch.device:
        """Where entries and values lie."""
        return self._val.device

    @property
    def row(self) -> Tensor:
        """``(nnz,)`` row of each entry."""
        return self._pattern.relation.coo()[0]

    @property
    def col(self) -> Tensor:
        """``(nnz,)`` column of each entry."""
        return self._pattern.relation.coo()[1]


M = TypeVar("M", bound=SparseParts)
"""A sparse matrix; what is made from one is of its class."""


def check_values(where: str, val: Tensor, nnz: builtins.int, device: torch.device) -> Tensor:
    """Return the values of ``nnz`` entries.

    Raises:
        InputError: no tensor.
        ShapeError: neither ``(nnz,)`` nor ``(nnz, D)``.
        DeviceError: not where the entries are.
    """
    if not isinstance(val, Tensor):
        raise InputError(f"{where}: val is a {type(val).__name__}; expected a tensor of ({nnz},) or ({nnz}, D) values.")
    if val.dim() not in (1, 2) or val.shape[0] != nnz:
        raise ShapeError(
            f"{where}: val has shape {tuple(val.shape)}, but the matrix has {nnz} entries; expected ({nnz},) or "
            f"({nnz}, D)."
        )
    if val.device != device:
        raise DeviceError(f"{where}: val is on {val.device}, but the indices are on {device}; move one with .to().")
    return val


def check_matrix(where: str, name: str, value: object) -> None:
    """Raise InputError unless a value is a sparse matrix."""
    if not isinstance(value, SparseParts):
        raise InputError(f"{where}: {name} is a {type(value).__name__}; expected a SparseMatrix.")


def check_dim(where: str, dim: object) -> builtins.int:
    """Return ``dim``; raise InputError unless it is 0 or 1."""
    if isinstance(dim, bool) or not isinstance(dim, builtins.int) or dim not in (0, 1):
        raise InputError(f"{where}: got dim={dim!r}; expected 0 for rows or 1 for columns.")
    return dim

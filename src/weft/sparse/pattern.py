"""Where a sparse matrix has entries: a relation from rows to columns, and what follows from it alone.

Note [Order of values]: entry ``e`` of a matrix is edge ``e`` of its relation, and its value is ``val[e]``. Every
operation that keeps the entries keeps their order; values never move because a format was made.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from weft.kernels import Compressed, distinct_pairs, sort_columns
from weft.relation import Relation

_SWAPPED = {"coo": "coo", "csr": "csc", "csc": "csr", "diag": "diag"}


class Groups(NamedTuple):
    """The distinct places of a pattern by row and then column, and the entries of each."""

    rows: Tensor
    """``(P,)`` of the ID type."""
    cols: Tensor
    """``(P,)`` of the ID type."""
    offsets: Tensor
    """``(P + 1,)`` int64: entries of place ``p`` are ``entries[offsets[p]:offsets[p + 1]]``, in their order."""
    entries: Tensor
    """``(nnz,)`` int32 or int64."""


class Pattern:
    """Places of entries, immutable; matrices that differ in values only share one, and the formats made for it."""

    def __init__(self, relation: Relation, layout: str = "coo") -> None:
        """Take a relation whose sources are rows and whose destinations are columns.

        Args:
            relation: the places.
            layout: how it was given: ``coo``, ``csr``, ``csc``, or ``diag`` for all of a main diagonal in order.
        """
        self.relation = relation
        self.layout = layout
        self._groups: Groups | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return self.relation.num_src, self.relation.num_dst

    @property
    def nnz(self) -> int:
        """Number of entries, duplicates included."""
        return self.relation.num_edges

    def transposed(self) -> Pattern:
        """Return the pattern with rows and columns exchanged; shares all formats."""
        return Pattern(self.relation.reverse(), _SWAPPED[self.layout])

    def compressed(self, dim: int) -> Compressed:
        """Return the entries grouped by row for ``dim`` 0, by column for 1."""
        return self.relation.csr() if dim == 0 else self.relation.csc()

    def index_tensors(self, dim: int) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return CSR (``dim`` 0) or CSC (1) as users see it, in the ID type.

        The third part is None where the pattern was given in that format, so that values stand in its order, and
        where there are no entries.
        """
        indptr, indices, eids, _ = self.compressed(dim)
        idtype = self.relation.idtype
        if self.nnz == 0 or self.layout in ("diag", ("csr", "csc")[dim]):
            entries = None
        elif eids is None:
            entries = torch.arange(self.nnz, dtype=idtype, device=indices.device)
        else:
            entries = eids.to(idtype)
        return indptr.to(idtype), indices.to(idtype), entries

    def groups(self) -> Groups:
        """Return the distinct places in order; made once."""
        if self._groups is None:
            csr = self.relation.csr()
            indices, entries = sort_columns(csr)
            ordered = csr._replace(indices=indices, eids=None)
            rows, cols, starts = distinct_pairs(ordered, idtype=self.relation.idtype)
            offsets = torch.cat([starts, starts.new_full((1,), self.nnz)])
            self._groups = Groups(rows, cols, offsets, entries)
        return self._groups

    def has_duplicate(self) -> bool:
        """Return whether a place has several entries."""
        return self.layout != "diag" and self.groups().rows.shape[0] < self.nnz

    def to(self, device: torch.device | str | int) -> Pattern:
        """Return the pattern on a device; itself when it is there already."""
        moved = self.relation.to(device)
        return self if moved is self.relation else Pattern(moved, self.layout)

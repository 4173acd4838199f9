"""Several entries at one place: added up, or paired between matrices."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.kernels import Compressed, spmm
from weft.kernels.broadcast import FLOATS
from weft.relation import Relation
from weft.sparse.parts import M
from weft.sparse.pattern import Groups, Pattern


def coalesce(A: M) -> M:
    """Return the matrix with one entry a place, by row and then column, where duplicates are added up.

    Differentiable, twice; DGL's is not.

    Source: DGL's ``SparseMatrix.coalesce``.
    """
    groups = A.pattern.groups()
    return A.derive(distinct_pattern(groups, A.pattern), group_sums(groups, A.val))


def distinct_pattern(groups: Groups, pattern: Pattern) -> Pattern:
    """Return the pattern of the distinct places of another."""
    num_rows, num_cols = pattern.shape
    return Pattern(Relation.from_coo(groups.rows, groups.cols, num_rows, num_cols, in_range=True))


def group_sums(groups: Groups, val: Tensor) -> Tensor:
    """Return ``(P, *D)``: the sum of the values at each distinct place.

    Args:
        groups: places of a pattern.
        val: ``(nnz, *D)`` in the order of the entries.
    """
    num_places = groups.rows.shape[0]
    if num_places == val.shape[0]:
        return val.index_select(0, groups.entries)
    if val.dtype in FLOATS:
        # Each place is a row of one layout; which columns stand beside does not matter to a sum of edge values.
        owners = Compressed(groups.offsets, groups.entries, groups.entries, val.shape[0])
        return spmm(owners, None, val, "copy_rhs", "sum")
    place = torch.repeat_interleave(torch.arange(num_places, device=val.device), groups.offsets.diff())
    return val.new_zeros(num_places, *val.shape[1:]).index_add(0, place, val.index_select(0, groups.entries))


def joined(A: M, B: M) -> Pattern:
    """Return the pattern with the entries of two matrices of one shape, those of ``A`` first."""
    idtype = torch.promote_types(A.row.dtype, B.row.dtype)
    row = torch.cat([A.row.to(idtype), B.row.to(idtype)])
    col = torch.cat([A.col.to(idtype), B.col.to(idtype)])
    num_rows, num_cols = A.shape
    return Pattern(Relation.from_coo(row, col, num_rows, num_cols, in_range=True))

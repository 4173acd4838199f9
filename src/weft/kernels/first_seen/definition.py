"""``weft::first_seen``: distinct IDs in the order in which they first appear, and where each went."""

from __future__ import annotations

import torch
from torch import Tensor

from weft.errors import DtypeError, IdError, InputError
from weft.kernels import native as library
from weft.kernels.first_seen import native, reference

torch.library.define("weft::first_seen", "(Tensor known, Tensor ids, SymInt num_ids) -> (Tensor, Tensor)")


def first_seen(ids: Tensor, num_ids: int, known: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Return distinct IDs, numbered from 0 in the order in which they first appear.

    Args:
        ids: ``(n,)`` int32 or int64, each in ``[0, num_ids)``.
        num_ids: how many IDs there may be.
        known: ``(k,)`` of the same dtype, distinct: IDs that come first whether or not they appear.

    Returns:
        ``(unique, inverse)``: the IDs, ``known`` first, and ``(n,)`` the place in ``unique`` of each of ``ids``.

    Raises:
        IdError: an ID is negative or past the end.
        InputError: ``known`` repeats an ID.
        DtypeError: dtypes differ or are no ID types.

    >>> first_seen(torch.tensor([7, 2, 7, 5]), 9, known=torch.tensor([5]))
    (tensor([5, 7, 2]), tensor([1, 2, 1, 0]))
    """
    known = ids.new_empty(0) if known is None else known
    if ids.dtype not in (torch.int32, torch.int64) or known.dtype != ids.dtype:
        raise DtypeError(f"first_seen: ids are {ids.dtype}, known {known.dtype}; both must be int32 or both int64.")
    unique, inverse = torch.ops.weft.first_seen(known, ids, num_ids)
    return unique, inverse


def _refuse(known: Tensor, ids: Tensor, num_ids: int) -> None:
    """Raise what is wrong with the IDs; return when nothing is."""
    for name, given in (("known", known), ("ids", ids)):
        if given.numel() == 0:
            continue
        low, high = (int(value) for value in given.aminmax())
        if low < 0 or high >= num_ids:
            raise IdError(f"first_seen: {name} hold {low if low < 0 else high}, but IDs go from 0 to {num_ids - 1}.")
    values, counts = torch.unique(known, return_counts=True)
    if len(values) < len(known):
        raise InputError(f"first_seen: known holds {int(values[counts > 1][0])} more than once; give each ID once.")


@torch.library.impl("weft::first_seen", "CompositeExplicitAutograd")
def _run_first_seen(known: Tensor, ids: Tensor, num_ids: int) -> tuple[Tensor, Tensor]:
    if library.use_native(known, ids):
        result = native.first_seen(known, ids, num_ids)
        if result is not None:
            return result
    _refuse(known, ids, num_ids)
    return reference.first_seen(known, ids)


@torch.library.register_fake("weft::first_seen")
def _fake_first_seen(known: Tensor, ids: Tensor, num_ids: int) -> tuple[Tensor, Tensor]:
    return ids.new_empty(torch.library.get_ctx().new_dynamic_size()), torch.empty_like(ids)

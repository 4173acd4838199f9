"""Random entries of each row or column."""

from __future__ import annotations

import torch
from torch import Tensor

from weft import checks
from weft.errors import DtypeError, InputError, ShapeError
from weft.kernels import gather_rows
from weft.random import hash_uniform
from weft.sparse.parts import M, check_dim, check_matrix
from weft.sparse.selection import from_lines, line_ids


def sample(A: M, dim: int, fanout: int, ids: Tensor | None = None, replace: bool = False, bias: bool = False) -> M:
    """Return random entries of each row (``dim`` 0) or column (1).

    Args:
        A: a matrix.
        dim: 0 or 1.
        fanout: entries to draw from each line; all for -1. Without replacement a line with fewer gives all it has.
        ids: ``(k,)`` lines to draw from, repeats allowed; all by default.
        replace: draw with replacement: exactly ``fanout`` from each line that has any.
        bias: draw in proportion to the values, float and not negative; entries of value 0 are not drawn.

    Returns:
        ``(k, m)`` or ``(n, k)``, entries line after line. Differentiable. `torch.manual_seed` decides what is drawn,
        on any device and for any number of threads.

    Raises:
        IdError: an ID is negative or past the end.
        InputError: another ``dim`` or ``fanout``, or values that are no weights.
        DtypeError, ShapeError: ``bias`` with values that are no floats, or vectors.

    Source: DGL's ``SparseMatrix.sample``. Without replacement and with weights: Efraimidis and Spirakis 2006, "Weighted
    random sampling with a reservoir".
    """
    check_matrix("sample", "A", A)
    check_dim("sample", dim)
    fanout = checks.whole_number("sample", "fanout", fanout, least=-1, meaning="a number of entries, -1 for all")
    lines = torch.arange(A.shape[dim], device=A.device) if ids is None else line_ids("sample", A, dim, ids)
    which, ends, entries = gather_rows(A.pattern.compressed(dim), lines)
    weights = _weights(A)[entries] if bias else None
    if weights is not None:
        which, ends, entries, weights = (part[weights > 0] for part in (which, ends, entries, weights))
    if fanout >= 0:
        seed = int(torch.randint(2**62, ()))
        counts = torch.bincount(which, minlength=lines.shape[0])
        draw = _with_replacement if replace else _without_replacement
        drawn = draw(seed, which, counts, weights, fanout)
        which, ends, entries = which[drawn], ends[drawn], entries[drawn]
    return from_lines(A, dim, torch.bincount(which, minlength=lines.shape[0]), ends, entries, "coo")


def _weights(A: M) -> Tensor:
    """Return the values as checked weights."""
    if A.val.dim() != 1:
        raise ShapeError(f"sample: bias=True with values {tuple(A.val.shape)}; expected ({A.nnz},), a weight an entry.")
    if not A.val.is_floating_point():
        raise DtypeError(f"sample: bias=True with values of {A.dtype}; expected floats: use .float().")
    weights = A.val.detach().double()
    if not bool(((weights >= 0) & weights.isfinite()).all()):
        raise InputError("sample: bias=True, but a value is negative, infinite or NaN; weights count from 0.")
    return weights


def _without_replacement(seed: int, which: Tensor, counts: Tensor, weights: Tensor | None, fanout: int) -> Tensor:
    """Return ascending positions into the candidates: ``fanout`` of each line, those with the best keys."""
    positions = torch.arange(which.shape[0], device=which.device)
    keys = hash_uniform(seed, positions).double()
    if weights is None:
        # One sort by line and then key: 24 bits of key leave room for 2 ** 29 lines in a float64.
        order = torch.argsort(which + keys, stable=True)
    else:
        # The largest of u ** (1 / w); in logarithms, and with u kept off 0.
        order = torch.argsort((keys + 2.0**-25).log() / weights, descending=True, stable=True)
        order = order[torch.argsort(which[order], stable=True)]
    # Candidates stand line after line, so that a line has the same places before and after the sort.
    chosen = torch.zeros_like(which, dtype=torch.bool)
    chosen[order[positions - (counts.cumsum(0) - counts)[which] < fanout]] = True
    return chosen.nonzero().squeeze(1)


def _with_replacement(seed: int, which: Tensor, counts: Tensor, weights: Tensor | None, fanout: int) -> Tensor:
    """Return positions into the candidates, line after line and ascending in a line, ``fanout`` for each line."""
    before = counts.cumsum(0) - counts
    lines = (counts > 0).nonzero().squeeze(1).unsqueeze(1)
    slots = torch.arange(fanout, device=which.device)
    uniform = hash_uniform(seed, lines, slots).double()
    first, last = before[lines], before[lines] + counts[lines] - 1
    if weights is None:
        drawn = first + (uniform * counts[lines]).long()
    else:
        sums = weights.cumsum(0)
        start = sums[first] - weights[first]
        drawn = torch.searchsorted(sums, start + uniform * (sums[last] - start), right=True)
    return torch.minimum(torch.maximum(drawn, first), last).sort(1).values.reshape(-1)

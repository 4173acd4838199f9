"""Runs of consecutive rows: reduced, normalised, multiplied by a matrix each."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from weft import checks, kernels
from weft.errors import ShapeError
from weft.ops.gspmm import REDUCERS


def segment_reduce(
    seglen: Any, value: Float[Tensor, "rows *trailing"], reducer: str = "sum"
) -> Float[Tensor, "segments *trailing"]:
    """Return the reduction of each run of consecutive rows.

    Args:
        seglen: ``(S,)`` lengths, int32 or int64, that add up to the rows of ``value``.
        value: ``(N, *trailing)``.
        reducer: ``sum``, ``mean``, ``max`` or ``min``.

    Returns:
        ``(S, *trailing)``; 0 for an empty segment.

    Raises:
        InputError: an unknown reducer.
        ShapeError: lengths are negative or do not add up.

    Source: DGL's ``dgl.ops.segment_reduce``.
    """
    checks.choice("segment_reduce", "reducer", reducer, REDUCERS)
    checks.floating("segment_reduce", "value", value)
    return kernels.segment_reduce(segment_offsets("segment_reduce", seglen, "value", value), value, reducer)


def segment_softmax(seglen: Any, value: Float[Tensor, "rows *trailing"]) -> Float[Tensor, "rows *trailing"]:
    """Return rows normalised over the run that they belong to.

    ``out[i] = exp(value[i] - m) / sum(exp(value[j] - m))`` over the rows ``j`` of the segment of ``i``, where ``m`` is
    their maximum; each trailing number on its own.

    Args:
        seglen: ``(S,)`` lengths, int32 or int64, that add up to the rows of ``value``.
        value: ``(N, *trailing)``.

    Returns:
        ``(N, *trailing)``; an empty segment has no rows.

    Raises:
        ShapeError: lengths are negative or do not add up.

    Source: DGL's ``dgl.ops.segment_softmax``.

    >>> segment_softmax([2, 1], torch.tensor([1.0, 1.0, 5.0]))
    tensor([0.5000, 0.5000, 1.0000])
    """
    checks.floating("segment_softmax", "value", value)
    offsets = segment_offsets("segment_softmax", seglen, "value", value)
    # A softmax over the edges of a row looks at offsets only: who sends along an edge does not matter.
    nobody = offsets.new_zeros(1).expand(value.shape[0])
    return kernels.edge_softmax(kernels.Compressed(offsets, nobody, None, 1), value)


def segment_mm(
    a: Float[Tensor, "rows d1"], b: Float[Tensor, "segments d1 d2"], seglen_a: Any
) -> Float[Tensor, "rows d2"]:
    """Return each run of consecutive rows multiplied by a matrix of its own.

    ``out[i] = a[i] @ b[s]``, where ``s`` is the segment of row ``i``.

    Args:
        a: ``(N, D1)``.
        b: ``(S, D1, D2)``, dtype of ``a``.
        seglen_a: ``(S,)`` lengths, int32 or int64, that add up to the rows of ``a``.

    Returns:
        ``(N, D2)``. All segments are one operator, forward and backward. 16-bit types are computed in float32 and
        rounded once.

    Raises:
        ShapeError: lengths are negative or do not add up, or shapes do not fit.
        DtypeError: ``a`` and ``b`` differ in dtype.

    Source: DGL's ``dgl.ops.segment_mm``.

    >>> segment_mm(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[[10.0]], [[100.0]]]), [1, 2]).flatten()
    tensor([ 10., 200., 300.])
    """
    return kernels.segment_mm(a, b, segment_offsets("segment_mm", seglen_a, "a", a))


def gather_mm(
    a: Float[Tensor, "rows d1"], b: Float[Tensor, "matrices d1 d2"], *, idx_b: Any
) -> Float[Tensor, "rows d2"]:
    """Return each row multiplied by the matrix that it names.

    ``out[i] = a[i] @ b[idx_b[i]]``. Rows that are in the order of their matrices already cost a little less.

    Args:
        a: ``(N, D1)``.
        b: ``(R, D1, D2)``, dtype of ``a``.
        idx_b: ``(N,)`` int32 or int64: the matrix of each row.

    Returns:
        ``(N, D2)``. Neither ``a`` nor the result is copied to group the rows. 16-bit types are computed in float32 and
        rounded once.

    Raises:
        IdError: an index that is negative or past the end of ``b``.
        ShapeError: shapes do not fit.
        DtypeError: ``a`` and ``b`` differ in dtype.

    Source: DGL's ``dgl.ops.gather_mm``.

    >>> gather_mm(torch.tensor([[1.0], [2.0]]), torch.tensor([[[10.0]], [[100.0]]]), idx_b=[1, 0]).flatten()
    tensor([100.,  20.])
    """
    chosen = checks.ids("gather_mm", "idx_b", idx_b, device=a.device)
    checks.id_range("gather_mm", "idx_b", chosen, b.shape[0], lambda: f"{b.shape[0]} matrices")
    return kernels.gather_mm(a, b, chosen)


def segment_offsets(where: str, seglen: Any, name: str, value: Tensor) -> Tensor:
    """Return ``(S + 1,)`` int64: where each segment begins, and the number of rows of ``value``.

    Raises:
        ShapeError: lengths are negative or do not add up.
    """
    lengths = checks.ids(where, name="seglen", data=seglen, dtype=torch.int64, device=value.device)
    if not torch.compiler.is_compiling():
        if len(lengths) and int(lengths.min()) < 0:
            raise ShapeError(f"{where}: seglen holds {int(lengths.min())}; lengths count from 0.")
        if int(lengths.sum()) != value.shape[0]:
            raise ShapeError(f"{where}: seglen adds up to {int(lengths.sum())}, but {name} has {value.shape[0]} rows.")
    return torch.nn.functional.pad(lengths.cumsum(0), (1, 0))

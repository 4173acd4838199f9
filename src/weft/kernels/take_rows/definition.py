"""``weft::take_rows``: chosen rows of a table, such as the features of a batch's nodes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft.errors import DtypeError, IdError, ShapeError
from weft.kernels.dispatch import implementation
from weft.kernels.take_rows import native, reference

torch.library.define("weft::take_rows", "(Tensor table, Tensor ids) -> Tensor")


def take_rows(table: Tensor, ids: Tensor) -> Tensor:
    """Return some rows of a table: ``out[i] = table[ids[i]]``.

    Args:
        table: ``(n, *trailing)`` of any dtype. For IDs on a GPU it may lie in memory of the host: where that is pinned,
            the GPU reads the rows itself, else the CPU collects them first.
        ids: ``(k,)`` int32 or int64, in ``[0, n)``; repeats allowed.

    Returns:
        ``(k, *trailing)``, dtype of ``table``, on the device of ``ids``. The gradient of the table is dense: each row
        gets the sum of what its copies got.

    Raises:
        IdError: an ID is negative or past the end. Not looked for in a compiled program.
        ShapeError, DtypeError: the tensors are not of the kind above.

    >>> take_rows(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1, 1, 0]))
    tensor([[3., 4.],
            [3., 4.],
            [1., 2.]])
    """
    if table.dim() == 0 or ids.dim() != 1:
        raise ShapeError(
            f"take_rows: table has shape {tuple(table.shape)} and ids {tuple(ids.shape)}; expected (rows, ...) and "
            "(num_ids,)."
        )
    if ids.dtype not in (torch.int32, torch.int64):
        raise DtypeError(f"take_rows: ids are {ids.dtype}; expected int32 or int64. Convert with .long().")
    if not torch.compiler.is_compiling() and ids.numel():
        low, high = (int(one) for one in ids.aminmax())
        if low < 0 or high >= table.shape[0]:
            wrong = low if low < 0 else high
            raise IdError(f"take_rows: ids hold {wrong}, but the table has {table.shape[0]} rows, counted from 0.")
    out: Tensor = torch.ops.weft.take_rows(table, ids)
    return out


@torch.library.impl("weft::take_rows", "CompositeExplicitAutograd")
def _run(table: Tensor, ids: Tensor) -> Tensor:
    rows: Tensor = implementation("take_rows", native, reference, table, ids).take_rows(table, ids)
    return rows


@torch.library.register_fake("weft::take_rows")
def _fake(table: Tensor, ids: Tensor) -> Tensor:
    return table.new_empty((ids.shape[0], *table.shape[1:]), device=ids.device)


def _setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
    table, ids = inputs
    ctx.num_rows, ctx.device = table.shape[0], table.device
    ctx.save_for_backward(ids)


def _backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
    (ids,) = ctx.saved_tensors
    grad = grad.to(ctx.device)
    return grad.new_zeros(ctx.num_rows, *grad.shape[1:]).index_add(0, ids.to(ctx.device), grad), None


torch.library.register_autograd("weft::take_rows", _backward, setup_context=_setup_context)

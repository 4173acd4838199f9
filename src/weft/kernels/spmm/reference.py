"""spmm in plain PyTorch: the meaning of the operator, and the oracle of its tests."""

from __future__ import annotations

import operator
from collections.abc import Callable

import torch
from torch import Tensor

from weft.kernels.broadcast import align, trailing
from weft.kernels.compressed import Compressed, rows_of_positions

_COMPUTE = {torch.bfloat16: torch.float32, torch.float16: torch.float32}


def combine(op: str, lhs: Tensor | None, rhs: Tensor | None) -> Tensor:
    """Return the messages ``op(lhs, rhs)`` of operands that have a row per edge."""
    if op == "copy_lhs":
        assert lhs is not None
        return lhs
    assert rhs is not None
    if op == "copy_rhs":
        return rhs
    assert lhs is not None
    num_trailing = max(lhs.dim(), rhs.dim()) - 1
    lhs, rhs = align(lhs, num_trailing), align(rhs, num_trailing)
    if op == "dot":
        return (lhs * rhs).sum(-1, keepdim=True)
    binary: dict[str, Callable[[Tensor, Tensor], Tensor]]
    binary = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv}
    return binary[op](lhs, rhs)


def messages(csc: Compressed, u: Tensor | None, e: Tensor | None, op: str) -> Tensor:
    """Return ``(E, *out)`` messages by position; 16-bit floats are computed in float32."""
    per_edge_u = None if u is None or op == "copy_rhs" else u.to(_COMPUTE.get(u.dtype, u.dtype))[csc.indices]
    per_edge_e = None if e is None or op == "copy_lhs" else e.to(_COMPUTE.get(e.dtype, e.dtype))
    if per_edge_e is not None and csc.eids is not None:
        per_edge_e = per_edge_e[csc.eids]
    return combine(op, per_edge_u, per_edge_e)


def spmm(csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str) -> Tensor:
    """Return ``(num_rows, *out)``; see :func:`weft.kernels.spmm`."""
    dtype = (e if u is None else u).dtype  # type: ignore[union-attr]
    message = messages(csc, u, e, op)
    rows = rows_of_positions(csc.indptr, csc.num_edges())
    out = message.new_zeros(csc.num_rows(), *trailing(message))
    if reduce in ("sum", "mean"):
        out = out.index_add(0, rows, message)
        if reduce == "mean":
            out = out / csc.indptr.diff().clamp(min=1).reshape(-1, *[1] * (out.dim() - 1))
    else:
        index = rows.reshape(-1, *[1] * (message.dim() - 1)).expand_as(message)
        out = out.scatter_reduce(0, index, message, "amax" if reduce == "max" else "amin", include_self=False)
    return out.to(dtype)


def spmm_arg(csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str) -> tuple[Tensor, Tensor]:
    """Return the extreme and the lowest position that reaches it (-1 in a row without edges)."""
    out = spmm(csc, u, e, op, reduce)
    message = messages(csc, u, e, op)
    rows = rows_of_positions(csc.indptr, csc.num_edges())
    index = rows.reshape(-1, *[1] * (message.dim() - 1)).expand_as(message)
    extreme = torch.zeros_like(out, dtype=message.dtype).scatter_reduce(
        0, index, message, "amax" if reduce == "max" else "amin", include_self=False
    )
    wins = (message == extreme[rows]) | (message.isnan() & extreme[rows].isnan())
    position = torch.arange(csc.num_edges(), device=message.device).reshape(-1, *[1] * (message.dim() - 1))
    none = torch.iinfo(torch.int64).max
    candidates = torch.where(wins, position, none)
    arg = torch.full(out.shape, none, device=out.device).scatter_reduce(0, index, candidates, "amin")
    return out, torch.where(arg == none, -1, arg).to(csc.indices.dtype)


def _targets(arg: Tensor, ids: Tensor | None) -> Tensor:
    positions = arg.long().clamp(min=0)
    return positions if ids is None or ids.shape[0] == 0 else ids.long()[positions]


def arg_gather(x: Tensor, arg: Tensor, ids: Tensor | None) -> Tensor:
    """Return ``out[r, f] = x[ids[arg[r, f]], f]``, 0 where ``arg`` is -1; see csrc/kernels/arg_move.h."""
    if x.shape[0] == 0:
        return x.new_zeros(arg.shape)
    wide = align(x, arg.dim() - 1).expand(x.shape[0], *arg.shape[1:])
    return torch.where(arg < 0, 0, wide.gather(0, _targets(arg, ids)))


def arg_scatter(values: Tensor, arg: Tensor, ids: Tensor | None, num_out: int, sizes: list[int]) -> Tensor:
    """Return ``out[ids[arg[r, f]], f] += values[r, f]`` ``(num_out, *sizes)``; the transpose of :func:`arg_gather`."""
    from weft.kernels.broadcast import sum_to

    wide = values.new_zeros(num_out, *arg.shape[1:], dtype=_COMPUTE.get(values.dtype, values.dtype))
    if num_out > 0:
        kept = torch.where(arg < 0, 0, values).to(wide.dtype)
        wide = wide.scatter_add(0, _targets(arg, ids), kept)
    return sum_to(wide, sizes).to(values.dtype)

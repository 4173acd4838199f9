"""spmm in native code: csrc/kernels/spmm.h and arg_move.h."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor

from weft.kernels import native
from weft.kernels.broadcast import MESSAGE_OPS, message_trailing, strides, trailing
from weft.kernels.compressed import Compressed, contiguous

REDUCES = ("sum", "mean", "max", "min")
# Numbers moved in the time that starting threads takes.
_SMALL = 1 << 15
_P, _I, _L = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64
_SPMM = (_P, _P, _P, _I, _L, _L, _L, _I, _I, _I, _P, _P, _L, _L, _I, _P, _P, _P, _P, _P, _L, _I)
_GATHER = (_P, _P, _P, _I, _I, _P, _L, _L, _L, _P, _I)
_SCATTER = (_P, _P, _P, _I, _I, _P, _L, _L, _L, _I, _I, _P, _I)


def sizes_array(sizes: Sequence[int]) -> ctypes.Array[ctypes.c_int64]:
    """Return sizes or strides as the C array that kernels take."""
    return (_L * len(sizes))(*sizes)


def threads_for(work: int) -> int:
    """Return the number of threads worth starting for about ``work`` numbers moved."""
    return 1 if work < _SMALL else native.num_threads()


def _run(csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str, *, keep_arg: bool) -> list[Tensor]:
    if op == "copy_lhs":
        e = None
    elif op == "copy_rhs":
        u = None
    csc = contiguous(csc)
    u = None if u is None else u.contiguous()
    e = None if e is None else e.contiguous()
    some = u if e is None else e
    assert some is not None
    sizes = message_trailing("spmm", op, u, e)
    out = some.new_empty(csc.num_rows(), *sizes)
    results = [out]
    if keep_arg:
        results.append(torch.empty_like(out, dtype=csc.indices.dtype))
    if out.numel() == 0:
        return results
    u_sizes = sizes if u is None else trailing(u)
    e_sizes = sizes if e is None else trailing(e)
    status = native.function("weft_spmm", _SPMM)(
        native.pointer(csc.indptr),
        native.pointer(csc.indices),
        native.pointer(csc.eids),
        native.index_bits(csc.indices, csc.eids),
        csc.num_rows(),
        csc.num_cols,
        csc.num_edges(),
        native.DTYPE_CODES[some.dtype],
        MESSAGE_OPS.index(op),
        REDUCES.index(reduce),
        native.pointer(u),
        native.pointer(e),
        prod(u_sizes),
        prod(e_sizes),
        len(sizes),
        sizes_array(sizes),
        sizes_array(strides(u_sizes, sizes)),
        sizes_array(strides(e_sizes, sizes)),
        native.pointer(out),
        native.pointer(results[1]) if keep_arg else None,
        prod(sizes),
        threads_for(csc.num_edges() * prod(sizes)),
    )
    native.check(status, "spmm")
    return results


def spmm(csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str) -> Tensor:
    """Return ``(num_rows, *out)``; see :func:`weft.kernels.spmm`."""
    return _run(csc, u, e, op, reduce, keep_arg=False)[0]


def spmm_arg(csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str) -> tuple[Tensor, Tensor]:
    """Return the extreme and the lowest position that reaches it (-1 in a row without edges)."""
    out, arg = _run(csc, u, e, op, reduce, keep_arg=True)
    return out, arg


def _offsets(sizes: Sequence[int], out_sizes: Sequence[int]) -> Tensor:
    """Return ``(features,)`` int64: where each feature of ``out_sizes`` lies in a row of ``sizes``."""
    return torch.arange(prod(sizes)).reshape(list(sizes)).expand(list(out_sizes)).contiguous().view(-1)


def arg_gather(x: Tensor, arg: Tensor, ids: Tensor | None) -> Tensor:
    """Return ``out[r, f] = x[ids[arg[r, f]], f]``, 0 where ``arg`` is -1."""
    x, arg = x.contiguous(), arg.contiguous()
    ids = None if ids is None else ids.contiguous()
    out = x.new_empty(arg.shape)
    if out.numel() == 0:
        return out
    offsets = _offsets(trailing(x), trailing(arg))
    status = native.function("weft_arg_gather", _GATHER)(
        native.pointer(x),
        native.pointer(arg),
        native.pointer(ids),
        native.index_bits(arg, ids),
        native.DTYPE_CODES[x.dtype],
        native.pointer(offsets),
        arg.shape[0],
        offsets.shape[0],
        prod(trailing(x)),
        native.pointer(out),
        threads_for(arg.numel()),
    )
    native.check(status, "arg_gather")
    return out


def arg_scatter(
    values: Tensor, arg: Tensor, ids: Tensor | None, num_out: int, sizes: list[int], *, rows_own: bool
) -> Tensor:
    """Return ``out[ids[arg[r, f]], f] += values[r, f]`` ``(num_out, *sizes)``; 16-bit floats are added in float32."""
    dtype = values.dtype
    if dtype in (torch.bfloat16, torch.float16):
        values = values.float()
    values, arg = values.contiguous(), arg.contiguous()
    ids = None if ids is None else ids.contiguous()
    out = values.new_zeros(num_out, *sizes)
    if out.numel() == 0 or values.numel() == 0:
        return out.to(dtype)
    offsets = _offsets(sizes, trailing(arg))
    status = native.function("weft_arg_scatter", _SCATTER)(
        native.pointer(values),
        native.pointer(arg),
        native.pointer(ids),
        native.index_bits(arg, ids),
        native.DTYPE_CODES[values.dtype],
        native.pointer(offsets),
        arg.shape[0],
        offsets.shape[0],
        prod(sizes),
        int(rows_own),
        int(prod(sizes) == offsets.shape[0]),
        native.pointer(out),
        threads_for(arg.numel()),
    )
    native.check(status, "arg_scatter")
    return out.to(dtype)

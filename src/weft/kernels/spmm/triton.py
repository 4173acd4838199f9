"""spmm for GPUs, in Triton: a program has a chunk of a row's edges and a block of features; Note [Row chunks].

Rows of features are read coalesced, edges a block at a time, and added in a fixed order. 16-bit floats are added in
float32, float64 in float64. Features broadcast through a table of offsets, which is left out where there is nothing
to broadcast.
"""

from __future__ import annotations

from math import prod

import torch
import triton
import triton.language as tl
from torch import Tensor

from weft.kernels import chunks as chunking
from weft.kernels.broadcast import MESSAGE_OPS, message_trailing, trailing
from weft.kernels.compressed import Compressed, contiguous

BLOCK_EDGES = 16
LARGEST_BLOCK = 128
"""Features of a program, at most."""


@triton.jit
def combined(left, right, OP: tl.constexpr):
    """Return the message of two operands; ``OP`` numbers MESSAGE_OPS."""
    if OP == 0:
        return left
    elif OP == 1:
        return right
    elif OP == 2:
        return left + right
    elif OP == 3:
        return left - right
    elif OP == 4:
        return left * right
    else:
        return left / right


@triton.jit
def feature_places(table, features, inside, PLAIN: tl.constexpr):
    """Return where features lie in a row: in their order, or as a table says."""
    if PLAIN:
        return features.to(tl.int64)
    else:
        return tl.load(table + features, mask=inside, other=0)


@triton.jit
def chunk_of(chunk, row, indptr, starts, CHUNK: tl.constexpr):
    """Return the first and last position of a chunk, its number in the row, and the row's number of chunks."""
    first = tl.load(indptr + row)
    last = tl.load(indptr + row + 1)
    number = chunk - tl.load(starts + row)
    num_chunks = tl.maximum((last - first + CHUNK - 1) // CHUNK, 1)
    begin = first + number * CHUNK
    return begin, tl.minimum(begin + CHUNK, last), number, num_chunks


@triton.jit
def _add_rows(
    indptr, indices, eids, u, e, u_table, e_table, rows, starts, slots, out, partial, num_rows, u_width, e_width, width,
    OP: tl.constexpr, MEAN: tl.constexpr, HAS_EIDS: tl.constexpr, U_PLAIN: tl.constexpr, E_PLAIN: tl.constexpr,
    ACC: tl.constexpr, CHUNK: tl.constexpr, EDGES: tl.constexpr, FEATURES: tl.constexpr,
):  # fmt: skip
    chunk = tl.program_id(0)
    row = tl.load(rows + chunk)
    if row < num_rows:
        begin, end, number, num_chunks = chunk_of(chunk, row, indptr, starts, CHUNK)
        features = tl.program_id(1) * FEATURES + tl.arange(0, FEATURES)
        inside = features < width
        u_place = feature_places(u_table, features, inside, U_PLAIN)
        e_place = feature_places(e_table, features, inside, E_PLAIN)
        total = tl.zeros((FEATURES,), ACC)
        for position in range(begin, end, EDGES):
            at = position + tl.arange(0, EDGES)
            here = at < end
            mask = here[:, None] & inside[None, :]
            left = tl.zeros((EDGES, FEATURES), ACC)
            right = left
            if OP != 1:
                node = tl.load(indices + at, mask=here, other=0).to(tl.int64)
                left = tl.load(u + node[:, None] * u_width + u_place[None, :], mask=mask, other=0.0).to(ACC)
            if OP != 0:
                edge = at
                if HAS_EIDS:
                    edge = tl.load(eids + at, mask=here, other=0).to(tl.int64)
                right = tl.load(e + edge[:, None] * e_width + e_place[None, :], mask=mask, other=1.0).to(ACC)
            total += tl.sum(tl.where(mask, combined(left, right, OP), 0.0), 0)
        if num_chunks == 1:
            if MEAN:
                total = total / tl.maximum(end - begin, 1).to(ACC)
            tl.store(out + row * width + features, total.to(out.dtype.element_ty), mask=inside)
        else:
            slot = tl.load(slots + row) + number
            tl.store(partial + slot * width + features, total, mask=inside)


@triton.jit
def _join_sums(
    indptr, slots, partial, out, width,
    MEAN: tl.constexpr, ACC: tl.constexpr, CHUNK: tl.constexpr, FEATURES: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0).to(tl.int64)
    degree = tl.load(indptr + row + 1) - tl.load(indptr + row)
    if degree > CHUNK:
        features = tl.program_id(1) * FEATURES + tl.arange(0, FEATURES)
        inside = features < width
        slot = tl.load(slots + row)
        total = tl.zeros((FEATURES,), ACC)
        for number in range(0, (degree + CHUNK - 1) // CHUNK):
            total += tl.load(partial + (slot + number) * width + features, mask=inside, other=0.0)
        if MEAN:
            total = total / degree.to(ACC)
        tl.store(out + row * width + features, total.to(out.dtype.element_ty), mask=inside)


@triton.jit
def better(value, best, arg, LARGEST: tl.constexpr):
    """Return where a value takes the place of the best so far: the first, a larger (smaller) one, the first NaN."""
    if LARGEST:
        beats = value > best
    else:
        beats = value < best
    return (arg < 0) | beats | ((value != value) & (best == best))


@triton.jit
def _extreme_rows(
    indptr, indices, eids, u, e, u_table, e_table, rows, starts, slots, out, arg_out, partial, partial_arg, num_rows,
    u_width, e_width, width,
    OP: tl.constexpr, LARGEST: tl.constexpr, HAS_EIDS: tl.constexpr, U_PLAIN: tl.constexpr, E_PLAIN: tl.constexpr,
    ACC: tl.constexpr, CHUNK: tl.constexpr, FEATURES: tl.constexpr,
):  # fmt: skip
    chunk = tl.program_id(0)
    row = tl.load(rows + chunk)
    if row < num_rows:
        begin, end, number, num_chunks = chunk_of(chunk, row, indptr, starts, CHUNK)
        features = tl.program_id(1) * FEATURES + tl.arange(0, FEATURES)
        inside = features < width
        u_place = feature_places(u_table, features, inside, U_PLAIN)
        e_place = feature_places(e_table, features, inside, E_PLAIN)
        best = tl.zeros((FEATURES,), ACC)
        arg = tl.full((FEATURES,), -1, tl.int64)
        for at in range(begin, end):
            left = tl.zeros((FEATURES,), ACC)
            right = left
            if OP != 1:
                node = tl.load(indices + at).to(tl.int64)
                left = tl.load(u + node * u_width + u_place, mask=inside, other=0.0).to(ACC)
            if OP != 0:
                edge = at
                if HAS_EIDS:
                    edge = tl.load(eids + at).to(tl.int64)
                right = tl.load(e + edge * e_width + e_place, mask=inside, other=1.0).to(ACC)
            value = combined(left, right, OP)
            wins = better(value, best, arg, LARGEST)
            best = tl.where(wins, value, best)
            arg = tl.where(wins, at, arg)
        if num_chunks == 1:
            tl.store(out + row * width + features, best.to(out.dtype.element_ty), mask=inside)
            tl.store(arg_out + row * width + features, arg.to(arg_out.dtype.element_ty), mask=inside)
        else:
            slot = tl.load(slots + row) + number
            tl.store(partial + slot * width + features, best, mask=inside)
            tl.store(partial_arg + slot * width + features, arg, mask=inside)


@triton.jit
def _join_extremes(
    indptr, slots, partial, partial_arg, out, arg_out, width,
    LARGEST: tl.constexpr, ACC: tl.constexpr, CHUNK: tl.constexpr, FEATURES: tl.constexpr,
):  # fmt: skip
    row = tl.program_id(0).to(tl.int64)
    degree = tl.load(indptr + row + 1) - tl.load(indptr + row)
    if degree > CHUNK:
        features = tl.program_id(1) * FEATURES + tl.arange(0, FEATURES)
        inside = features < width
        slot = tl.load(slots + row)
        best = tl.zeros((FEATURES,), ACC)
        arg = tl.full((FEATURES,), -1, tl.int64)
        for number in range(0, (degree + CHUNK - 1) // CHUNK):
            value = tl.load(partial + (slot + number) * width + features, mask=inside, other=0.0)
            position = tl.load(partial_arg + (slot + number) * width + features, mask=inside, other=-1)
            wins = better(value, best, arg, LARGEST)
            best = tl.where(wins, value, best)
            arg = tl.where(wins, position, arg)
        tl.store(out + row * width + features, best.to(out.dtype.element_ty), mask=inside)
        tl.store(arg_out + row * width + features, arg.to(arg_out.dtype.element_ty), mask=inside)


def accumulator(dtype: torch.dtype) -> tl.dtype:
    """Return what values of a dtype are added in."""
    return tl.float64 if dtype == torch.float64 else tl.float32


def feature_block(width: int) -> int:
    """Return how many features a program takes: a power of two."""
    return min(triton.next_power_of_2(max(width, 1)), LARGEST_BLOCK)


def offset_table(tensor: Tensor | None, sizes: list[int], like: Tensor) -> tuple[Tensor, bool]:
    """Return where each feature of ``sizes`` lies in a row of an operand, and whether that is just its number."""
    if tensor is None or trailing(tensor) == sizes:
        return like, True
    own = trailing(tensor)
    places = torch.arange(prod(own), device=like.device).reshape(own)
    return places.expand(sizes).contiguous().view(-1), False


class _Launch:
    """What both kernels are given: operands, chunks and sizes."""

    def __init__(self, csc: Compressed, u: Tensor | None, e: Tensor | None, op: str) -> None:
        u = None if op == "copy_rhs" or u is None else u.contiguous()
        e = None if op == "copy_lhs" or e is None else e.contiguous()
        some = u if e is None else e
        assert some is not None
        self.csc, self.op = contiguous(csc), MESSAGE_OPS.index(op)
        self.sizes = message_trailing("spmm", op, u, e)
        self.width = prod(self.sizes)
        self.out = some.new_empty(csc.num_rows(), *self.sizes)
        self.chunks: chunking.RowChunks = chunking.row_chunks(self.csc.indptr, csc.num_edges())
        self.acc = accumulator(some.dtype)
        self.partial_dtype = torch.float64 if some.dtype == torch.float64 else torch.float32
        self.block = feature_block(self.width)
        self.num_blocks = triton.cdiv(self.width, self.block)
        u_table, self.u_plain = offset_table(u, self.sizes, self.csc.indptr)
        e_table, self.e_plain = offset_table(e, self.sizes, self.csc.indptr)
        indices = self.csc.indices
        # Pointers that no kernel follows: an operand or edge IDs that are not there.
        self.read = (
            self.csc.indptr, indices, indices if self.csc.eids is None else self.csc.eids,
            some if u is None else u, some if e is None else e, u_table, e_table,
        )  # fmt: skip
        self.widths = (0 if u is None else prod(trailing(u)), 0 if e is None else prod(trailing(e)), self.width)

    def partial(self, dtype: torch.dtype) -> Tensor:
        """Return room for the results of chunks of rows that have several."""
        return self.out.new_empty(self.chunks.num_slots, self.width, dtype=dtype)

    def grid(self, programs: int) -> tuple[int, int]:
        """Return the shape of a launch."""
        return programs, self.num_blocks


def spmm(csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str) -> Tensor:
    """Return ``(num_rows, *out)``; see :func:`weft.kernels.spmm`."""
    if reduce in ("max", "min"):
        return spmm_arg(csc, u, e, op, reduce)[0]
    launch = _Launch(csc, u, e, op)
    if launch.out.numel() == 0:
        return launch.out
    chunks, partial = launch.chunks, launch.partial(launch.partial_dtype)
    _add_rows[launch.grid(chunks.rows.shape[0])](
        *launch.read, chunks.rows, chunks.starts, chunks.slots, launch.out, partial, csc.num_rows(), *launch.widths,
        OP=launch.op, MEAN=reduce == "mean", HAS_EIDS=csc.eids is not None, U_PLAIN=launch.u_plain,
        E_PLAIN=launch.e_plain, ACC=launch.acc, CHUNK=chunking.CHUNK, EDGES=BLOCK_EDGES, FEATURES=launch.block,
    )  # fmt: skip
    if csc.num_edges() > chunking.CHUNK:
        _join_sums[launch.grid(csc.num_rows())](
            launch.csc.indptr, chunks.slots, partial, launch.out, launch.width,
            MEAN=reduce == "mean", ACC=launch.acc, CHUNK=chunking.CHUNK, FEATURES=launch.block,
        )  # fmt: skip
    return launch.out


def spmm_arg(csc: Compressed, u: Tensor | None, e: Tensor | None, op: str, reduce: str) -> tuple[Tensor, Tensor]:
    """Return the extreme and the lowest position that reaches it (-1 in a row without edges)."""
    launch = _Launch(csc, u, e, op)
    arg = torch.empty_like(launch.out, dtype=csc.indices.dtype)
    if launch.out.numel() == 0:
        return launch.out, arg
    chunks = launch.chunks
    partial, partial_arg = launch.partial(launch.partial_dtype), launch.partial(torch.int64)
    _extreme_rows[launch.grid(chunks.rows.shape[0])](
        *launch.read, chunks.rows, chunks.starts, chunks.slots, launch.out, arg, partial, partial_arg, csc.num_rows(),
        *launch.widths,
        OP=launch.op, LARGEST=reduce == "max", HAS_EIDS=csc.eids is not None, U_PLAIN=launch.u_plain,
        E_PLAIN=launch.e_plain, ACC=launch.acc, CHUNK=chunking.CHUNK, FEATURES=launch.block,
    )  # fmt: skip
    if csc.num_edges() > chunking.CHUNK:
        _join_extremes[launch.grid(csc.num_rows())](
            launch.csc.indptr, chunks.slots, partial, partial_arg, launch.out, arg, launch.width,
            LARGEST=reduce == "max", ACC=launch.acc, CHUNK=chunking.CHUNK, FEATURES=launch.block,
        )  # fmt: skip
    return launch.out, arg

"""sddmm for GPUs, in Triton: a program has a chunk of a row's edges and a block of features, or one dot an edge.

Rows are known from the chunk (Note [Row chunks]), so that no list of every edge's row is made. 16-bit floats are
computed in float32, float64 in float64. A dot is added in blocks of its features, always in the same order.
"""

from __future__ import annotations

from math import prod

import triton
import triton.language as tl
from torch import Tensor

from weft.kernels import chunks as chunking
from weft.kernels.broadcast import message_trailing, trailing
from weft.kernels.compressed import Compressed, contiguous
from weft.kernels.spmm.triton import accumulator, chunk_of, combined, feature_block, feature_places, offset_table

_OPS = ("copy_lhs", "copy_rhs", "add", "sub", "mul", "div")
_TARGETS = ("u", "v", "e")
BLOCK_EDGES = 16
BLOCK_DOTS = 64
"""Edges of a block when each has a dot."""


@triton.jit
def row_of(node, row, edge, TARGET: tl.constexpr):
    """Return the row of an operand that an edge reads; ``TARGET`` numbers u, v, e."""
    if TARGET == 0:
        return node
    elif TARGET == 1:
        # As many as there are edges; the row is the same for all of a chunk.
        return node * 0 + row
    else:
        return edge


@triton.jit
def _edge_values(
    indptr, indices, eids, lhs, rhs, lhs_table, rhs_table, rows, starts, out, num_rows, lhs_width, rhs_width, width,
    OP: tl.constexpr, LHS_TARGET: tl.constexpr, RHS_TARGET: tl.constexpr, HAS_EIDS: tl.constexpr,
    LHS_PLAIN: tl.constexpr, RHS_PLAIN: tl.constexpr, ACC: tl.constexpr, CHUNK: tl.constexpr, EDGES: tl.constexpr,
    FEATURES: tl.constexpr,
):  # fmt: skip
    chunk = tl.program_id(0)
    row = tl.load(rows + chunk)
    if row < num_rows:
        begin, end, number, num_chunks = chunk_of(chunk, row, indptr, starts, CHUNK)
        features = tl.program_id(1) * FEATURES + tl.arange(0, FEATURES)
        inside = features < width
        lhs_place = feature_places(lhs_table, features, inside, LHS_PLAIN)
        rhs_place = feature_places(rhs_table, features, inside, RHS_PLAIN)
        for position in range(begin, end, EDGES):
            at = position + tl.arange(0, EDGES)
            here = at < end
            mask = here[:, None] & inside[None, :]
            node = tl.load(indices + at, mask=here, other=0).to(tl.int64)
            edge = at.to(tl.int64)
            if HAS_EIDS:
                edge = tl.load(eids + at, mask=here, other=0).to(tl.int64)
            left_row = row_of(node, row, edge, LHS_TARGET)
            left = tl.load(lhs + left_row[:, None] * lhs_width + lhs_place[None, :], mask=mask, other=0.0).to(ACC)
            right = left
            if OP != 0:
                right_row = row_of(node, row, edge, RHS_TARGET)
                places = right_row[:, None] * rhs_width + rhs_place[None, :]
                right = tl.load(rhs + places, mask=mask, other=1.0).to(ACC)
            value = combined(left, right, OP).to(out.dtype.element_ty)
            tl.store(out + edge[:, None] * width + features[None, :], value, mask=mask)


@triton.jit
def _edge_dots(
    indptr, indices, eids, lhs, rhs, lhs_table, rhs_table, rows, starts, out, num_rows, lhs_width, rhs_width, width,
    dot_size,
    LHS_TARGET: tl.constexpr, RHS_TARGET: tl.constexpr, HAS_EIDS: tl.constexpr,
    LHS_PLAIN: tl.constexpr, RHS_PLAIN: tl.constexpr, ACC: tl.constexpr, CHUNK: tl.constexpr, EDGES: tl.constexpr,
    FEATURES: tl.constexpr,
):  # fmt: skip
    chunk = tl.program_id(0)
    row = tl.load(rows + chunk)
    if row < num_rows:
        begin, end, number, num_chunks = chunk_of(chunk, row, indptr, starts, CHUNK)
        head = tl.program_id(1).to(tl.int64)
        lhs_place = head
        rhs_place = head
        if not LHS_PLAIN:
            lhs_place = tl.load(lhs_table + head)
        if not RHS_PLAIN:
            rhs_place = tl.load(rhs_table + head)
        for position in range(begin, end, EDGES):
            at = position + tl.arange(0, EDGES)
            here = at < end
            node = tl.load(indices + at, mask=here, other=0).to(tl.int64)
            edge = at.to(tl.int64)
            if HAS_EIDS:
                edge = tl.load(eids + at, mask=here, other=0).to(tl.int64)
            left_row = lhs + row_of(node, row, edge, LHS_TARGET) * lhs_width + lhs_place * dot_size
            right_row = rhs + row_of(node, row, edge, RHS_TARGET) * rhs_width + rhs_place * dot_size
            total = tl.zeros((EDGES,), ACC)
            for first in range(0, dot_size, FEATURES):
                features = first + tl.arange(0, FEATURES)
                mask = here[:, None] & (features < dot_size)[None, :]
                left = tl.load(left_row[:, None] + features[None, :], mask=mask, other=0.0).to(ACC)
                right = tl.load(right_row[:, None] + features[None, :], mask=mask, other=0.0).to(ACC)
                total += tl.sum(left * right, 1)
            tl.store(out + edge * width + head, total.to(out.dtype.element_ty), mask=here)


def sddmm(csc: Compressed, lhs: Tensor, rhs: Tensor | None, op: str, lhs_target: str, rhs_target: str) -> Tensor:
    """Return ``(E, *out)`` in edge-ID order; see :func:`weft.kernels.sddmm`."""
    csc = contiguous(csc)
    sizes = message_trailing("sddmm", op, lhs, rhs)
    dot_size = 1
    if op == "dot":
        assert rhs is not None
        dot_size = max(lhs.shape[-1], rhs.shape[-1])
        lhs, rhs = (operand.expand(*operand.shape[:-1], dot_size) for operand in (lhs, rhs))
    lhs, rhs = lhs.contiguous(), None if rhs is None else rhs.contiguous()
    out = lhs.new_empty(csc.num_edges(), *sizes)
    if out.numel() == 0:
        return out
    if dot_size == 0:
        return out.zero_()
    # What a table of places covers: all features, or the vectors that are multiplied.
    walked = sizes[:-1] if op == "dot" else sizes
    shown = [None if one is None else one[..., 0] if op == "dot" else one for one in (lhs, rhs)]
    tables = [offset_table(one, walked, csc.indptr) for one in shown]
    chunks, width = chunking.row_chunks(csc.indptr, csc.num_edges()), prod(sizes)
    other = lhs if rhs is None else rhs
    arguments = (
        csc.indptr, csc.indices, csc.indices if csc.eids is None else csc.eids, lhs, other,
        *(table for table, _ in tables), chunks.rows, chunks.starts, out, csc.num_rows(),
        prod(trailing(lhs)), prod(trailing(other)), width,
    )  # fmt: skip
    options = {
        "LHS_TARGET": _TARGETS.index(lhs_target),
        "RHS_TARGET": _TARGETS.index(rhs_target),
        "HAS_EIDS": csc.eids is not None,
        "LHS_PLAIN": tables[0][1],
        "RHS_PLAIN": tables[1][1],
        "ACC": accumulator(lhs.dtype),
        "CHUNK": chunking.CHUNK,
    }
    programs = chunks.rows.shape[0]
    if op == "dot":
        block = feature_block(dot_size)
        _edge_dots[(programs, width)](*arguments, dot_size, EDGES=BLOCK_DOTS, FEATURES=block, **options)
    else:
        block = feature_block(width)
        grid = (programs, triton.cdiv(width, block))
        _edge_values[grid](*arguments, OP=_OPS.index(op), EDGES=BLOCK_EDGES, FEATURES=block, **options)
    return out

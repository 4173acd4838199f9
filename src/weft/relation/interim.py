"""Kernels in plain PyTorch, standing in until ``weft.kernels`` has them all."""

from __future__ import annotations

import torch

from weft.kernels import compressed_to_coo


def _expand(c):
    rows, cols = compressed_to_coo(c)
    return rows.long(), cols.long()


def _binary(op, lhs, rhs):
    if op == "copy_lhs":
        return lhs
    if op == "copy_rhs":
        return rhs
    depth = max(lhs.dim(), rhs.dim())
    lhs = lhs.reshape(lhs.shape[0], *(1,) * (depth - lhs.dim()), *lhs.shape[1:])
    rhs = rhs.reshape(rhs.shape[0], *(1,) * (depth - rhs.dim()), *rhs.shape[1:])
    if op == "dot":
        return (lhs * rhs).sum(-1, keepdim=True)
    return {"add": lhs.add, "sub": lhs.sub, "mul": lhs.mul, "div": lhs.div}[op](rhs)


def _reduce(rows, num_rows, message, reduce):
    out = torch.zeros(num_rows, *message.shape[1:], dtype=message.dtype)
    if reduce == "sum":
        return out.index_add(0, rows, message)
    index = rows.reshape(-1, *(1,) * (message.dim() - 1)).expand_as(message)
    return out.scatter_reduce(
        0, index, message, {"max": "amax", "min": "amin", "mean": "mean"}[reduce], include_self=False
    )


def spmm(csc, u, e, op, reduce, reverse=None):
    rows, cols = _expand(csc)
    return _reduce(rows, csc.num_rows, _binary(op, None if u is None else u[cols], e), reduce)


def sddmm(csc, lhs, rhs, op, lhs_target="u", rhs_target="v", reverse=None):
    rows, cols = _expand(csc)

    def pick(x, target):
        return None if x is None else x if target == "e" else x[cols if target == "u" else rows]

    return _binary(op, pick(lhs, lhs_target), pick(rhs, rhs_target))


def edge_softmax(csc, scores):
    rows, _ = _expand(csc)
    top = _reduce(rows, csc.num_rows, scores.detach(), "max")
    e = (scores - top[rows]).exp()
    return e / _reduce(rows, csc.num_rows, e, "sum")[rows]


def segment_reduce(offsets, values, reduce):
    rows = torch.repeat_interleave(torch.arange(len(offsets) - 1), offsets.diff())
    return _reduce(rows, len(offsets) - 1, values, reduce)

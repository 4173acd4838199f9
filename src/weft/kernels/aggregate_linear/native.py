"""aggregate_linear in native code: csrc/kernels/aggregate_linear.h. 16-bit floats are computed in float32."""

from __future__ import annotations

import ctypes
from typing import NamedTuple

from torch import Tensor

from weft.kernels import native
from weft.kernels.aggregate_linear.reference import Edges, Gradients, Needs, Terms, no_gradient, self_rows
from weft.kernels.edge_softmax.reference import accumulation_dtype
from weft.kernels.spmm.native import threads_for

_P, _I, _L = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64
_ARGUMENTS = (
    *(_P, _P, _L, _L, _P, _P, _P, _L),
    *(_P, _L, _L),
    *(_P, _L, _L, _P, _L, _L),
    *(_P, _L, _P, _P),
    *(_P, _L, _P, _P, _P),
    *(_I, _I, _I),
)


class _Job(NamedTuple):
    """A call of the kernel, in its words; what is None is left out."""

    num_rows: int
    edges: Edges | None = None
    feat: Tensor | None = None
    weight: Tensor | None = None
    own: Tensor | None = None
    own_weight: Tensor | None = None
    bias: Tensor | None = None
    out: Tensor | None = None
    sum: Tensor | None = None
    left: Tensor | None = None
    grad_weight: Tensor | None = None
    grad_own_weight: Tensor | None = None
    grad_bias: Tensor | None = None


def _width(tensor: Tensor | None) -> int:
    return 0 if tensor is None else tensor.shape[1]


def _strided(matrix: Tensor | None) -> tuple[int | None, int, int]:
    return (None, 0, 0) if matrix is None else (matrix.data_ptr(), matrix.stride(0), matrix.stride(1))


def _run(job: _Job) -> None:
    dtype = next(tensor.dtype for tensor in (job.feat, job.own) if tensor is not None)
    edges = None if job.edges is None else _dense_edges(job.edges)
    feat, own, left, bias = _dense(job.feat), _dense(job.own), _dense(job.left), _dense(job.bias)
    num_edges = 0 if edges is None else edges.indices.shape[0]
    code = native.function("weft_aggregate_linear", _ARGUMENTS)(
        None if edges is None else native.pointer(edges.indptr),
        None if edges is None else native.pointer(edges.indices),
        job.num_rows,
        num_edges,
        native.pointer(feat),
        None if edges is None else native.pointer(edges.src_scale),
        None if edges is None else native.pointer(edges.dst_scale),
        _width(feat),
        *_strided(job.weight),
        native.pointer(own),
        0 if own is None else own.shape[0],
        _width(own),
        *_strided(job.own_weight),
        native.pointer(bias),
        _width(job.out),
        native.pointer(job.out),
        native.pointer(job.sum),
        native.pointer(left),
        _width(left),
        native.pointer(job.grad_weight),
        native.pointer(job.grad_own_weight),
        native.pointer(job.grad_bias),
        native.DTYPE_CODES[dtype],
        64 if edges is None else native.index_bits(edges.indices),
        threads_for(num_edges * _width(feat) + job.num_rows * (_width(job.out) + _width(left)) * 16),
    )
    native.check(code, "aggregate_linear")


def _dense(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else tensor.contiguous()


def _dense_edges(edges: Edges) -> Edges:
    indptr, indices = edges.indptr.contiguous(), edges.indices.contiguous()
    return Edges(indptr, indices, _dense(edges.src_scale), _dense(edges.dst_scale))


def _wide(terms: Terms) -> Terms:
    dtype = accumulation_dtype(terms.feat.dtype)
    return Terms(*(None if tensor is None else tensor.to(dtype) for tensor in terms))  # type: ignore[arg-type]


def aggregate_linear(edges: Edges, terms: Terms, bias: Tensor | None, keep_sum: bool) -> tuple[Tensor, Tensor]:
    """Return the result and, when asked for, the scaled sums over edges (else empty)."""
    dtype, terms = terms.feat.dtype, _wide(terms)
    num_rows = edges.indptr.shape[0] - 1
    out = terms.feat.new_empty(num_rows, terms.weight.shape[1])
    summed = terms.feat.new_empty(num_rows if keep_sum else 0, terms.feat.shape[1])
    _run(
        _Job(
            num_rows,
            edges,
            terms.feat,
            terms.weight,
            own=None if terms.self_weight is None else self_rows(terms, num_rows),
            own_weight=terms.self_weight,
            bias=None if bias is None else bias.to(out.dtype),
            out=out,
            sum=summed if keep_sum else None,
        )
    )
    return out.to(dtype), summed


def aggregate_linear_backward(
    reverse: Edges | None, terms: Terms, grad: Tensor, summed: Tensor | None, needs: Needs
) -> Gradients:
    """Return the gradients of what ``needs`` says, and empty tensors; see Note [Gradients without the sum]."""
    dtype, terms = terms.feat.dtype, _wide(terms)
    grad = grad.to(terms.feat.dtype)
    grads = [
        grad.new_empty(shape) if needed else None for shape, needed in zip(_shapes(terms, grad), needs, strict=True)
    ]
    own_rows_done = bias_done = False
    if reverse is not None:
        job = _source_job(reverse, terms, grad, grads)
        own_rows_done, bias_done = terms.self_feat is None, job.grad_bias is not None
        _run(job)
    elif needs[1]:
        _run(_Job(grad.shape[0], own=grad, left=summed, grad_own_weight=grads[1]))
    with_self = terms.self_weight is not None and not own_rows_done and (needs[2] or needs[3])
    with_bias = needs[4] and not bias_done
    if with_self or with_bias:
        _run(_destination_job(terms, grad, grads, with_self, with_bias))
    feat, weight, self_feat, self_weight, bias = (
        no_gradient(terms.feat).to(dtype) if one is None else one.to(dtype) for one in grads
    )
    return feat, weight, self_feat, self_weight, bias


def _shapes(terms: Terms, grad: Tensor) -> list[tuple[int, ...]]:
    self_in = 0 if terms.self_weight is None else terms.self_weight.shape[0]
    return [
        tuple(terms.feat.shape),
        tuple(terms.weight.shape),
        (grad.shape[0], self_in),
        (self_in, grad.shape[1]),
        (grad.shape[1],),
    ]


def _source_job(reverse: Edges, terms: Terms, grad: Tensor, grads: list[Tensor | None]) -> _Job:
    """Return the job that walks the reverse layout: sources, and their own rows where those are destinations too."""
    job = _Job(
        terms.feat.shape[0],
        reverse,
        grad,
        terms.weight.t(),
        out=grads[0],
        left=terms.feat,
        grad_weight=grads[1],
    )
    own_rows = terms.self_weight is not None and terms.self_feat is None
    if not own_rows and (grads[4] is None or grad.shape[0] > terms.feat.shape[0]):
        return job
    if own_rows:
        assert terms.self_weight is not None
        job = job._replace(own_weight=terms.self_weight.t(), grad_own_weight=grads[3])
    return job._replace(own=grad, grad_bias=grads[4])


def _destination_job(terms: Terms, grad: Tensor, grads: list[Tensor | None], with_self: bool, with_bias: bool) -> _Job:
    """Return the job for what has a row for each destination."""
    job = _Job(grad.shape[0], own=grad, grad_bias=grads[4] if with_bias else None)
    if not with_self:
        return job
    assert terms.self_weight is not None
    job = job._replace(left=self_rows(terms, grad.shape[0]), grad_own_weight=grads[3])
    return job if grads[2] is None else job._replace(own_weight=terms.self_weight.t(), out=grads[2])

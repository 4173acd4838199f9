"""``weft::dot_attention``: inner product, softmax, dropout and weighted sum over edges in one pass."""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor

from weft.errors import DtypeError, InputError, ShapeError
from weft.kernels import native as library
from weft.kernels.autocast import chooses_dtype
from weft.kernels.compressed import Compressed, tensors_of
from weft.kernels.conversion import transpose_traced
from weft.kernels.dot_attention import native, reference
from weft.kernels.dot_attention.reference import Inputs
from weft.kernels.edge_attention import Edges, attend_by_steps, gradients_by_steps
from weft.kernels.edge_softmax.reference import accumulation_dtype

torch.library.define(
    "weft::dot_attention",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor query, Tensor key, Tensor value, Tensor? bias, Tensor scale, "
    "float dropout, Tensor seed, Tensor? reverse_indptr, Tensor? reverse_indices, Tensor? reverse_eids) "
    "-> (Tensor, Tensor)",
)
torch.library.define(
    "weft::dot_attention_backward",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor reverse_indptr, Tensor reverse_indices, "
    "Tensor? reverse_eids, Tensor query, Tensor key, Tensor value, Tensor? bias, Tensor scale, Tensor out, "
    "Tensor grad, Tensor stats, float dropout, Tensor seed, bool with_bias) "
    "-> (Tensor, Tensor, Tensor, Tensor, Tensor)",
)


def dot_attention(
    csc: Compressed,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: Tensor,
    bias: Tensor | None = None,
    dropout: float = 0.0,
    seed: int | Tensor = 0,
    reverse: Compressed | None = None,
) -> Tensor:
    """Sum the values of neighbours, weighted by scaled dot-product attention.

    ``out[v] = sum(z * alpha * value[u])`` over the edges ``e = (u, v)``, where ``alpha`` is the softmax over the edges
    of ``v`` of ``scale * <key[u], query[v]> + bias[e]``, each head on its own, and ``z`` is 0 with probability
    ``dropout``, else ``1 / (1 - dropout)``.

    Args:
        csc: ``E`` edges; rows are destinations.
        query: ``(num_rows, H, K)`` float32, float64, bfloat16 or float16. 16-bit types are computed in float32.
        key: ``(num_cols, H, K)``, dtype of ``query``.
        value: ``(num_cols, H, D)``, dtype of ``query``.
        scale: ``(H,)``, float64 for a float64 ``query``, else float32.
        bias: ``(E, H)`` in edge-ID order, dtype of ``query``. An edge with -inf has no weight.
        dropout: probability in ``[0, 1]`` that an edge and head is left out.
        seed: of the dropout, as in :func:`gat_attention`.
        reverse: the transposed ``csc``, walked by the backward pass, which makes it when it is not given.

    Returns:
        ``(num_rows, H, D)``, dtype of ``query``; 0 for a row without edges, or with none of a weight. Nothing of the
        size of the edges is stored but the gradient of ``bias``, backward included (Note [Scores made again] in
        csrc/kernels/scored_attention.h); second derivatives take memory of the edges' size. Same bits for any number of
        threads.

    Raises:
        ShapeError, DtypeError: the tensors are not of the kind above.
        InputError: ``dropout`` is no probability.

    Source: Vaswani et al. 2017 (arXiv:1706.03762); on edges: Dwivedi and Bresson 2020 (arXiv:2012.09699).

    >>> csc = Compressed(torch.tensor([0, 2, 2]), torch.tensor([0, 1]), None, 2)
    >>> value = torch.tensor([[[2.0]], [[4.0]]])
    >>> dot_attention(csc, torch.zeros(2, 1, 3), torch.ones(2, 1, 3), value, torch.ones(1)).flatten()
    tensor([3., 0.])
    """
    _check(csc, Inputs(query, key, value, bias, scale), dropout)
    if not isinstance(seed, Tensor):
        seed = torch.tensor(seed, dtype=torch.int64)
    out, _ = torch.ops.weft.dot_attention(
        csc.indptr,
        csc.indices,
        csc.eids,
        query,
        key,
        value,
        bias,
        scale,
        dropout,
        seed,
        *tensors_of(reverse),
    )
    return out


def _check(csc: Compressed, inputs: Inputs, dropout: float) -> None:
    query, key, value, bias, scale = inputs
    if query.dim() != 3 or query.shape[0] != csc.num_rows():
        raise ShapeError(
            f"dot_attention: query has shape {tuple(query.shape)}; expected ({csc.num_rows()}, heads, dim), a row for "
            "each destination."
        )
    heads, dim = query.shape[1:]
    if key.shape != (csc.num_cols, heads, dim):
        raise ShapeError(
            f"dot_attention: key has shape {tuple(key.shape)}; expected ({csc.num_cols}, {heads}, {dim}), a row for "
            "each source."
        )
    if value.dim() != 3 or value.shape[:2] != (csc.num_cols, heads):
        raise ShapeError(
            f"dot_attention: value has shape {tuple(value.shape)}; expected ({csc.num_cols}, {heads}, dim), a row for "
            "each source."
        )
    if bias is not None and bias.shape != (csc.num_edges(), heads):
        raise ShapeError(
            f"dot_attention: bias has shape {tuple(bias.shape)}; expected ({csc.num_edges()}, {heads}), a number for "
            "each edge and head."
        )
    if scale.shape != (heads,):
        raise ShapeError(f"dot_attention: scale has shape {tuple(scale.shape)}; expected ({heads},), one for a head.")
    _check_dtypes(inputs)
    if not 0 <= dropout <= 1:
        raise InputError(f"dot_attention: dropout is {dropout}, but a probability lies between 0 and 1.")


def _check_dtypes(inputs: Inputs) -> None:
    query, key, value, bias, scale = inputs
    if chooses_dtype(query):
        return
    dtypes = {key.dtype, value.dtype, *(() if bias is None else (bias.dtype,))}
    if query.dtype not in library.DTYPE_CODES or dtypes != {query.dtype}:
        bias_text = "" if bias is None else f", bias {bias.dtype}"
        raise DtypeError(
            f"dot_attention: query is {query.dtype}, key {key.dtype}, value {value.dtype}{bias_text}; all must be the "
            "same of float32, float64, bfloat16 and float16. Convert with .to()."
        )
    if scale.dtype != accumulation_dtype(query.dtype):
        raise DtypeError(
            f"dot_attention: scale is {scale.dtype}; expected {accumulation_dtype(query.dtype)} for a query of "
            f"{query.dtype}. Convert with .to()."
        )


@torch.library.impl("weft::dot_attention", "CompositeExplicitAutograd")
def _run(*arguments: Any) -> tuple[Tensor, Tensor]:
    edges, inputs = Edges(*arguments[:3]), Inputs(*arguments[3:8])
    dropout, seed = arguments[8:10]
    device = native if library.use_native(*edges, *inputs, seed) else reference
    return device.dot_attention(edges, inputs, dropout, seed)


@torch.library.impl("weft::dot_attention_backward", "CompositeExplicitAutograd")
def _run_backward(*arguments: Any) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    edges, reverse, inputs = Edges(*arguments[:3]), Edges(*arguments[3:6]), Inputs(*arguments[6:11])
    out, grad, stats, dropout, seed, with_bias = arguments[11:]
    if library.use_native(*edges, *reverse, *inputs, out, grad, stats, seed):
        return native.dot_attention_backward(edges, reverse, inputs, out, grad, stats, dropout, seed, with_bias)
    *grads, bias, scale = reference.dot_attention_backward(edges, inputs, out, grad, stats, dropout, seed)
    return grads[0], grads[1], grads[2], bias if with_bias else bias.new_empty(0, bias.shape[1]), scale


@torch.library.register_fake("weft::dot_attention")
def _fake(*arguments: Any) -> tuple[Tensor, Tensor]:
    num_rows, value = arguments[0].shape[0] - 1, arguments[5]
    _, num_heads, dim = value.shape
    stats = value.new_empty(num_rows, 2, num_heads, dtype=accumulation_dtype(value.dtype))
    return value.new_empty(num_rows, num_heads, dim), stats


@torch.library.register_fake("weft::dot_attention_backward")
def _fake_backward(*arguments: Any) -> tuple[Tensor, ...]:
    indices, inputs, with_bias = arguments[1], Inputs(*arguments[6:11]), arguments[-1]
    query, scale = inputs.query, inputs.scale
    return (
        *(query.new_empty(tensor.shape) for tensor in inputs[:3]),
        query.new_empty(indices.shape[0] if with_bias else 0, query.shape[1]),
        scale.new_empty(scale.shape),
    )


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    indptr, indices, eids, query, key, value, bias, scale, dropout, seed, *reverse = inputs
    out, stats = output
    ctx.mark_non_differentiable(stats)
    # Else a zero gradient is made for the statistics.
    ctx.set_materialize_grads(False)
    ctx.dropout = dropout
    ctx.save_for_backward(indptr, indices, eids, *reverse, query, key, value, bias, scale, out, stats, seed)


def _backward(ctx: Any, grad: Tensor | None, *_: Tensor | None) -> tuple[Tensor | None, ...]:
    if grad is None:
        return (None,) * 13
    *layouts, query, key, value, bias, scale, out, stats, seed = ctx.saved_tensors
    edges, reverse = Edges(*layouts[:3]), layouts[3:]
    if reverse[0] is None:
        reverse = tensors_of(transpose_traced(Compressed(edges.indptr, edges.indices, edges.eids, key.shape[0])))
    if torch.is_grad_enabled():
        steps = functools.partial(_by_steps, edges, Edges(*reverse), ctx.dropout, seed)
        found = gradients_by_steps(steps, (query, key, value, bias, scale), ctx.needs_input_grad[3:8], grad)
        return None, None, None, *found, *[None] * 5
    with_bias = bias is not None and ctx.needs_input_grad[6]
    *grads, by_bias, by_scale = torch.ops.weft.dot_attention_backward(
        *edges, *reverse, query, key, value, bias, scale, out, grad, stats, ctx.dropout, seed, with_bias
    )
    return None, None, None, *grads, by_bias if with_bias else None, by_scale, *[None] * 5


def _by_steps(edges: Edges, reverse: Edges, dropout: float, seed: Tensor, *inputs: Any) -> Tensor:
    rows, cols = edges.ends()
    query, key, value, bias, scale = inputs
    scores = (query[rows] * key[cols]).sum(-1) * scale.to(query.dtype)
    return attend_by_steps(edges, scores if bias is None else scores + bias, value, dropout, seed, reverse)


torch.library.register_autograd("weft::dot_attention", _backward, setup_context=_setup_context)

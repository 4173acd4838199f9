"""``weft::gat_aggregate``: all of a GAT layer but its linear map: scores, softmax, dropout, weighted sum and bias."""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu

from weft.errors import DtypeError, InputError, ShapeError
from weft.kernels import native as library
from weft.kernels.autocast import chooses_dtype
from weft.kernels.compressed import Compressed, tensors_of
from weft.kernels.dispatch import implementation
from weft.kernels.edge_attention import Edges, attend_by_steps, gradients_by_steps
from weft.kernels.gat_attention import native, reference
from weft.kernels.gat_attention.gradient import fake_stats, reversed_layout
from weft.kernels.gat_attention.reference import Options

torch.library.define(
    "weft::gat_aggregate",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor feat, Tensor attn_src, Tensor attn_dst, Tensor? bias, "
    "float negative_slope, float dropout, Tensor seed, bool keep_positive, "
    "Tensor? reverse_indptr, Tensor? reverse_indices, Tensor? reverse_eids) "
    "-> (Tensor, Tensor, Tensor, Tensor, Tensor)",
)


def gat_aggregate(
    csc: Compressed,
    feat: Tensor,
    attn_src: Tensor,
    attn_dst: Tensor,
    bias: Tensor | None = None,
    negative_slope: float = 0.2,
    dropout: float = 0.0,
    seed: int | Tensor = 0,
    reverse: Compressed | None = None,
) -> Tensor:
    """Sum the features of neighbours, weighted by attention whose scores are inner products of the features.

    ``out[v] = sum(z * alpha * feat[u]) + bias`` over the edges ``(u, v)``, where ``alpha`` is the softmax over the
    edges of ``v`` of ``leaky_relu(<attn_src, feat[u]> + <attn_dst, feat[v]>, negative_slope)``, each head on its own,
    and ``z`` is the dropout of :func:`gat_attention`. The same as scores, :func:`gat_attention` and a sum one after the
    other, with fewer passes over the features and less memory.

    Args:
        csc: ``E`` edges; rows are destinations, and the first of the sources: ``num_rows <= num_cols``.
        feat: ``(num_cols, H, D)`` float32, float64, bfloat16 or float16. 16-bit types are computed in float32.
        attn_src: ``(H, D)``, dtype of ``feat``.
        attn_dst: ``(H, D)``, dtype of ``feat``.
        bias: ``(H, D)``, dtype of ``feat``.
        negative_slope: of the leaky ReLU.
        dropout: probability in ``[0, 1]`` that an edge and head is left out.
        seed: of the dropout, as in :func:`gat_attention`.
        reverse: the transposed ``csc``, walked by the backward pass, which makes it when it is not given.

    Returns:
        ``(num_rows, H, D)``, dtype of ``feat``; the bias alone for a row without edges. Nothing of the size of the
        edges is stored, backward included; second derivatives take memory of the edges' size. Same bits for any number
        of threads.

    Raises:
        ShapeError, DtypeError: the tensors are not of the kind above.
        InputError: ``dropout`` is no probability.

    Source: Velickovic et al. 2018 (arXiv:1710.10903).

    >>> csc = Compressed(torch.tensor([0, 2, 2]), torch.tensor([0, 1]), None, 2)
    >>> gat_aggregate(csc, torch.tensor([[[2.0]], [[4.0]]]), torch.zeros(1, 1), torch.zeros(1, 1)).flatten()
    tensor([3., 0.])
    """
    _check(csc, feat, attn_src, attn_dst, bias, dropout)
    if not isinstance(seed, Tensor):
        seed = torch.tensor(seed, dtype=torch.int64)
    needs = any(one is not None and one.requires_grad for one in (feat, attn_src, attn_dst))
    out, *_ = torch.ops.weft.gat_aggregate(
        csc.indptr,
        csc.indices,
        csc.eids,
        feat,
        attn_src,
        attn_dst,
        bias,
        negative_slope,
        dropout,
        seed,
        torch.is_grad_enabled() and needs,
        *tensors_of(reverse),
    )
    return out


def _check(
    csc: Compressed, feat: Tensor, attn_src: Tensor, attn_dst: Tensor, bias: Tensor | None, dropout: float
) -> None:
    if feat.dim() != 3 or feat.shape[0] != csc.num_cols:
        raise ShapeError(
            f"gat_aggregate: feat has shape {tuple(feat.shape)}; expected ({csc.num_cols}, heads, dim), a row for each "
            "source."
        )
    if csc.num_rows() > csc.num_cols:
        raise ShapeError(
            f"gat_aggregate: there are {csc.num_rows()} destinations and {csc.num_cols} sources; destinations must be "
            "the first of the sources. Where they have features of their own, gat_attention takes scores."
        )
    vectors = {"attn_src": attn_src, "attn_dst": attn_dst, **({} if bias is None else {"bias": bias})}
    for name, one in vectors.items():
        if one.shape != feat.shape[1:]:
            raise ShapeError(
                f"gat_aggregate: {name} has shape {tuple(one.shape)}; expected {tuple(feat.shape[1:])}, a vector for "
                "each head."
            )
    differ = {one.dtype for one in vectors.values()} != {feat.dtype} and not chooses_dtype(feat)
    if feat.dtype not in library.DTYPE_CODES or differ:
        dtypes = ", ".join(f"{name} {one.dtype}" for name, one in vectors.items())
        raise DtypeError(
            f"gat_aggregate: feat is {feat.dtype}, {dtypes}; all must be the same of float32, float64, bfloat16 and "
            "float16. Convert with .to()."
        )
    if not 0 <= dropout <= 1:
        raise InputError(f"gat_aggregate: dropout is {dropout}, but a probability lies between 0 and 1.")


@torch.library.impl("weft::gat_aggregate", "CompositeExplicitAutograd")
def _run(
    indptr: Tensor,
    indices: Tensor,
    eids: Tensor | None,
    feat: Tensor,
    attn_src: Tensor,
    attn_dst: Tensor,
    bias: Tensor | None,
    negative_slope: float,
    dropout: float,
    seed: Tensor,
    keep_positive: bool,
    *reverse: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    edges, options = Edges(indptr, indices, eids), Options(negative_slope, dropout, seed)
    module = implementation("gat_aggregate", native, reference, *edges, feat, attn_src, attn_dst, bias)
    score_src, score_dst = module.gat_scores(feat, attn_src, attn_dst, indptr.shape[0] - 1)
    given = edges, feat, score_src, score_dst, bias, options
    if module is not reference:
        return *module.gat_attention(*given, keep_positive), score_src, score_dst
    out, stats, positive = reference.gat_attention(*given)
    positive = positive if keep_positive else positive.new_empty(0, *positive.shape[1:])
    return out, stats, positive, score_src, score_dst


@torch.library.register_fake("weft::gat_aggregate")
def _fake(*arguments: Any) -> tuple[Tensor, ...]:
    indptr, feat, keep_positive = arguments[0], arguments[3], arguments[10]
    out, stats, positive = fake_stats(indptr, feat, keep_positive)
    scores = (stats.new_empty(count, feat.shape[1]) for count in (feat.shape[0], indptr.shape[0] - 1))
    return out, stats, positive, *scores


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
    indptr, indices, eids, feat, attn_src, attn_dst, bias, negative_slope, dropout, seed, _, *reverse = inputs
    ctx.mark_non_differentiable(*output[1:])
    # Else a zero gradient of the size of the features is made for each of them.
    ctx.set_materialize_grads(False)
    ctx.options = negative_slope, dropout
    ctx.save_for_backward(indptr, indices, eids, *reverse, feat, attn_src, attn_dst, bias, *output, seed)


def _backward(ctx: Any, grad: Tensor | None, *_: Tensor | None) -> tuple[Tensor | None, ...]:
    if grad is None:
        return (None,) * 14
    *layouts, feat, attn_src, attn_dst, bias, out, stats, positive, score_src, score_dst, seed = ctx.saved_tensors
    reverse = reversed_layout(layouts[:3], layouts[3:], feat.shape[0])
    negative_slope, dropout = ctx.options
    options = Options(negative_slope, dropout, seed)
    if torch.is_grad_enabled():
        steps = functools.partial(_by_steps, Edges(*layouts[:3]), Edges(*reverse), options)
        inputs = (feat, attn_src, attn_dst, bias)
        return None, None, None, *gradients_by_steps(steps, inputs, ctx.needs_input_grad[3:7], grad), *[None] * 7
    known, by_dst, by_bias = torch.ops.weft.gat_backward_destinations(
        score_dst, out, grad, stats, positive, bias, options.negative_slope
    )
    del out, stats, positive
    ctx.maybe_clear_saved_tensors()  # Note [Two halves]
    by_bias = by_bias if bias is not None else None
    if not any(ctx.needs_input_grad[3:6]):
        return *[None] * 6, by_bias, *[None] * 7
    by_feat, _, by_attn_src, by_attn_dst = torch.ops.weft.gat_backward_sources(
        *reverse, feat, score_src, grad, known, attn_src, attn_dst, by_dst, *options
    )
    return None, None, None, by_feat, by_attn_src, by_attn_dst, by_bias, *[None] * 7


def _by_steps(
    edges: Edges,
    reverse: Edges,
    options: Options,
    feat: Tensor,
    attn_src: Tensor,
    attn_dst: Tensor,
    bias: Tensor | None,
) -> Tensor:
    rows, cols = edges.ends()
    raw = (feat * attn_src).sum(-1)[cols] + (feat * attn_dst).sum(-1)[rows]
    scores = leaky_relu(raw, options.negative_slope)
    out = attend_by_steps(edges, scores, feat, options.dropout, options.seed, reverse)
    return out if bias is None else out + bias


torch.library.register_autograd("weft::gat_aggregate", _backward, setup_context=_setup_context)

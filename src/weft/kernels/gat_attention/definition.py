"""``weft::gat_attention``: score, leaky ReLU, softmax, dropout and weighted sum of GAT in one pass."""

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
    "weft::gat_attention",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor feat, Tensor score_src, Tensor score_dst, "
    "float negative_slope, float dropout, Tensor seed, bool keep_positive, "
    "Tensor? reverse_indptr, Tensor? reverse_indices, Tensor? reverse_eids) -> (Tensor, Tensor, Tensor)",
)


def gat_attention(
    csc: Compressed,
    feat: Tensor,
    score_src: Tensor,
    score_dst: Tensor,
    negative_slope: float = 0.2,
    dropout: float = 0.0,
    seed: int | Tensor = 0,
    reverse: Compressed | None = None,
) -> Tensor:
    """Sum the features of neighbours, weighted by attention.

    ``out[v] = sum(z * alpha * feat[u])`` over the edges ``(u, v)``, where ``alpha`` is the softmax over the edges of
    ``v`` of ``leaky_relu(score_src[u] + score_dst[v], negative_slope)``, each head on its own, and ``z`` is 0 with
    probability ``dropout``, else ``1 / (1 - dropout)``.

    Args:
        csc: ``E`` edges; rows are destinations.
        feat: ``(num_cols, H, D)`` float32, float64, bfloat16 or float16. 16-bit types are computed in float32.
        score_src: ``(num_cols, H)``, dtype of ``feat``.
        score_dst: ``(num_rows, H)``, dtype of ``feat``.
        negative_slope: of the leaky ReLU.
        dropout: probability in ``[0, 1]`` that an edge and head is left out.
        seed: of the dropout: ``z`` is ``weft.random.keep_mask(dropout, seed, edge_id, head)``, so the same seed drops
            the same edges. A 0-dimensional int64 tensor is taken too, which ``torch.compile`` does not specialise on.
        reverse: the transposed ``csc``, walked by the backward pass, which makes it when it is not given.

    Returns:
        ``(num_rows, H, D)``, dtype of ``feat``; 0 for a row without edges. Nothing of the size of the edges is stored,
        backward included (Note [Nothing an edge] in csrc/kernels/gat_attention.h): a gradient costs one more tensor
        of the size of the result. Second derivatives take memory of the edges' size. Same bits for any number of
        threads.

    Raises:
        ShapeError, DtypeError: the tensors are not of the kind above.
        InputError: ``dropout`` is no probability.

    Source: Velickovic et al. 2018 (arXiv:1710.10903).

    >>> csc = Compressed(torch.tensor([0, 2, 2]), torch.tensor([0, 1]), None, 2)
    >>> gat_attention(csc, torch.tensor([[[2.0]], [[4.0]]]), torch.zeros(2, 1), torch.zeros(2, 1)).flatten()
    tensor([3., 0.])
    """
    _check(csc, feat, score_src, score_dst, dropout)
    if not isinstance(seed, Tensor):
        seed = torch.tensor(seed, dtype=torch.int64)
    out, _, _ = torch.ops.weft.gat_attention(
        csc.indptr,
        csc.indices,
        csc.eids,
        feat,
        score_src,
        score_dst,
        negative_slope,
        dropout,
        seed,
        torch.is_grad_enabled() and score_dst.requires_grad,
        *tensors_of(reverse),
    )
    return out


def _check(csc: Compressed, feat: Tensor, score_src: Tensor, score_dst: Tensor, dropout: float) -> None:
    if feat.dim() != 3 or feat.shape[0] != csc.num_cols:
        raise ShapeError(
            f"gat_attention: feat has shape {tuple(feat.shape)}; expected ({csc.num_cols}, heads, dim), a row for each "
            "source."
        )
    for name, scores, count in (("score_src", score_src, csc.num_cols), ("score_dst", score_dst, csc.num_rows())):
        if scores.shape != (count, feat.shape[1]):
            raise ShapeError(
                f"gat_attention: {name} has shape {tuple(scores.shape)}; expected ({count}, {feat.shape[1]}), a score "
                "for each node and head."
            )
    differ = {score_src.dtype, score_dst.dtype} != {feat.dtype} and not chooses_dtype(feat)
    if feat.dtype not in library.DTYPE_CODES or differ:
        raise DtypeError(
            f"gat_attention: feat is {feat.dtype}, score_src {score_src.dtype} and score_dst {score_dst.dtype}; all "
            "must be the same of float32, float64, bfloat16 and float16. Convert with .to()."
        )
    if not 0 <= dropout <= 1:
        raise InputError(f"gat_attention: dropout is {dropout}, but a probability lies between 0 and 1.")


@torch.library.impl("weft::gat_attention", "CompositeExplicitAutograd")
def _run(
    indptr: Tensor,
    indices: Tensor,
    eids: Tensor | None,
    feat: Tensor,
    score_src: Tensor,
    score_dst: Tensor,
    negative_slope: float,
    dropout: float,
    seed: Tensor,
    keep_positive: bool,
    *reverse: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:
    edges, options = Edges(indptr, indices, eids), Options(negative_slope, dropout, seed)
    module = implementation("gat_attention", native, reference, indptr, indices, eids, feat, score_src, score_dst)
    if module is not reference:
        return module.gat_attention(edges, feat, score_src, score_dst, None, options, keep_positive)
    out, stats, positive = reference.gat_attention(edges, feat, score_src, score_dst, None, options)
    return out, stats, positive if keep_positive else positive.new_empty(0, *positive.shape[1:])


@torch.library.register_fake("weft::gat_attention")
def _fake(
    indptr: Tensor,
    indices: Tensor,
    eids: Tensor | None,
    feat: Tensor,
    score_src: Tensor,
    score_dst: Tensor,
    negative_slope: float,
    dropout: float,
    seed: Tensor,
    keep_positive: bool,
    *reverse: Tensor | None,
) -> tuple[Tensor, Tensor, Tensor]:
    return fake_stats(indptr, feat, keep_positive)


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor, Tensor]) -> None:
    indptr, indices, eids, feat, score_src, score_dst, negative_slope, dropout, seed, _, *reverse = inputs
    out, stats, positive = output
    ctx.mark_non_differentiable(stats, positive)
    # Else a zero gradient of the size of the features is made for each of them.
    ctx.set_materialize_grads(False)
    ctx.options = negative_slope, dropout
    ctx.save_for_backward(indptr, indices, eids, *reverse, feat, score_src, score_dst, out, stats, positive, seed)


def _backward(ctx: Any, grad: Tensor | None, *_: Tensor | None) -> tuple[Tensor | None, ...]:
    if grad is None:
        return (None,) * 13
    *layouts, feat, score_src, score_dst, out, stats, positive, seed = ctx.saved_tensors
    reverse = reversed_layout(layouts[:3], layouts[3:], feat.shape[0])
    negative_slope, dropout = ctx.options
    options = Options(negative_slope, dropout, seed)
    if torch.is_grad_enabled():
        steps = functools.partial(_by_steps, Edges(*layouts[:3]), Edges(*reverse), options)
        grads = gradients_by_steps(steps, (feat, score_src, score_dst), ctx.needs_input_grad[3:6], grad)
        return None, None, None, *grads, *[None] * 7
    known, by_dst, _ = torch.ops.weft.gat_backward_destinations(
        score_dst, out, grad, stats, positive, None, options.negative_slope
    )
    del out, stats, positive
    ctx.maybe_clear_saved_tensors()  # Note [Two halves]
    by_feat, by_src, *_ = torch.ops.weft.gat_backward_sources(
        *reverse, feat, score_src, grad, known, None, None, None, *options
    )
    return None, None, None, by_feat, by_src.to(feat.dtype), by_dst.to(feat.dtype), *[None] * 7


def _by_steps(
    edges: Edges, reverse: Edges, options: Options, feat: Tensor, score_src: Tensor, score_dst: Tensor
) -> Tensor:
    rows, cols = edges.ends()
    scores = leaky_relu(score_src[cols] + score_dst[rows], options.negative_slope)
    return attend_by_steps(edges, scores, feat, options.dropout, options.seed, reverse)


torch.library.register_autograd("weft::gat_attention", _backward, setup_context=_setup_context)

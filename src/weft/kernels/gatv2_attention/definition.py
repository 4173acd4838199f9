"""``weft::gatv2_attention``: score, softmax, dropout and weighted sum of GATv2 in one pass."""

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
from weft.kernels.conversion import transpose_traced
from weft.kernels.edge_attention import Edges, attend_by_steps, gradients_by_steps
from weft.kernels.edge_softmax.reference import accumulation_dtype
from weft.kernels.gatv2_attention import native, reference
from weft.kernels.gatv2_attention.reference import Inputs, Options

torch.library.define(
    "weft::gatv2_attention",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor feat_src, Tensor feat_dst, Tensor attn, "
    "float negative_slope, float dropout, Tensor seed, "
    "Tensor? reverse_indptr, Tensor? reverse_indices, Tensor? reverse_eids) -> (Tensor, Tensor)",
)
torch.library.define(
    "weft::gatv2_attention_backward",
    "(Tensor indptr, Tensor indices, Tensor? eids, Tensor reverse_indptr, Tensor reverse_indices, "
    "Tensor? reverse_eids, Tensor feat_src, Tensor feat_dst, Tensor attn, Tensor out, Tensor grad, Tensor stats, "
    "float negative_slope, float dropout, Tensor seed) -> (Tensor, Tensor, Tensor)",
)


def gatv2_attention(
    csc: Compressed,
    feat_src: Tensor,
    feat_dst: Tensor,
    attn: Tensor,
    negative_slope: float = 0.2,
    dropout: float = 0.0,
    seed: int | Tensor = 0,
    reverse: Compressed | None = None,
) -> Tensor:
    """Sum the features of neighbours, weighted by the attention of GATv2.

    ``out[v] = sum(z * alpha * feat_src[u])`` over the edges ``(u, v)``, where ``alpha`` is the softmax over the edges
    of ``v`` of ``<attn, leaky_relu(feat_src[u] + feat_dst[v], negative_slope)>``, each head on its own, and ``z`` is 0
    with probability ``dropout``, else ``1 / (1 - dropout)``.

    Args:
        csc: ``E`` edges; rows are destinations.
        feat_src: ``(num_cols, H, D)`` float32, float64, bfloat16 or float16. 16-bit types are computed in float32.
        feat_dst: ``(num_rows, H, D)``, dtype of ``feat_src``.
        attn: ``(H, D)``, dtype of ``feat_src``.
        negative_slope: of the leaky ReLU.
        dropout: probability in ``[0, 1]`` that an edge and head is left out.
        seed: of the dropout, as in :func:`gat_attention`.
        reverse: the transposed ``csc``, walked by the backward pass, which makes it when it is not given.

    Returns:
        ``(num_rows, H, D)``, dtype of ``feat_src``; 0 for a row without edges. Nothing of the size of the edges is
        stored, backward included (Note [Scores made again] in csrc/kernels/scored_attention.h); second derivatives take
        memory of the edges' size. Same bits for any number of threads.

    Raises:
        ShapeError, DtypeError: the tensors are not of the kind above.
        InputError: ``dropout`` is no probability.

    Source: Brody, Alon and Yahav 2022 (arXiv:2105.14491).

    >>> csc = Compressed(torch.tensor([0, 2, 2]), torch.tensor([0, 1]), None, 2)
    >>> gatv2_attention(csc, torch.tensor([[[2.0]], [[4.0]]]), torch.zeros(2, 1, 1), torch.zeros(1, 1)).flatten()
    tensor([3., 0.])
    """
    _check(csc, feat_src, feat_dst, attn, dropout)
    if not isinstance(seed, Tensor):
        seed = torch.tensor(seed, dtype=torch.int64)
    out, _ = torch.ops.weft.gatv2_attention(
        csc.indptr,
        csc.indices,
        csc.eids,
        feat_src,
        feat_dst,
        attn,
        negative_slope,
        dropout,
        seed,
        *tensors_of(reverse),
    )
    return out


def _check(csc: Compressed, feat_src: Tensor, feat_dst: Tensor, attn: Tensor, dropout: float) -> None:
    if feat_src.dim() != 3 or feat_src.shape[0] != csc.num_cols:
        raise ShapeError(
            f"gatv2_attention: feat_src has shape {tuple(feat_src.shape)}; expected ({csc.num_cols}, heads, dim), a "
            "row for each source."
        )
    heads, dim = feat_src.shape[1:]
    if feat_dst.shape != (csc.num_rows(), heads, dim):
        raise ShapeError(
            f"gatv2_attention: feat_dst has shape {tuple(feat_dst.shape)}; expected ({csc.num_rows()}, {heads}, "
            f"{dim}), a row for each destination."
        )
    if attn.shape != (heads, dim):
        raise ShapeError(
            f"gatv2_attention: attn has shape {tuple(attn.shape)}; expected ({heads}, {dim}), a vector for each head."
        )
    differ = {feat_dst.dtype, attn.dtype} != {feat_src.dtype} and not chooses_dtype(feat_src)
    if feat_src.dtype not in library.DTYPE_CODES or differ:
        raise DtypeError(
            f"gatv2_attention: feat_src is {feat_src.dtype}, feat_dst {feat_dst.dtype} and attn {attn.dtype}; all must "
            "be the same of float32, float64, bfloat16 and float16. Convert with .to()."
        )
    if not 0 <= dropout <= 1:
        raise InputError(f"gatv2_attention: dropout is {dropout}, but a probability lies between 0 and 1.")


@torch.library.impl("weft::gatv2_attention", "CompositeExplicitAutograd")
def _run(
    indptr: Tensor,
    indices: Tensor,
    eids: Tensor | None,
    feat_src: Tensor,
    feat_dst: Tensor,
    attn: Tensor,
    negative_slope: float,
    dropout: float,
    seed: Tensor,
    *reverse: Tensor | None,
) -> tuple[Tensor, Tensor]:
    edges, inputs = Edges(indptr, indices, eids), Inputs(feat_src, feat_dst, attn)
    device = native if library.use_native(*edges, *inputs, seed) else reference
    return device.gatv2_attention(edges, inputs, Options(negative_slope, dropout, seed))


@torch.library.impl("weft::gatv2_attention_backward", "CompositeExplicitAutograd")
def _run_backward(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    edges, reverse, inputs = Edges(*arguments[:3]), Edges(*arguments[3:6]), Inputs(*arguments[6:9])
    out, grad, stats = arguments[9:12]
    options = Options(*arguments[12:])
    if library.use_native(*edges, *reverse, *inputs, out, grad, stats, options.seed):
        return native.gatv2_attention_backward(edges, reverse, inputs, out, grad, stats, options)
    return reference.gatv2_attention_backward(edges, inputs, out, grad, stats, options)


@torch.library.register_fake("weft::gatv2_attention")
def _fake(indptr: Tensor, indices: Tensor, eids: Tensor | None, feat_src: Tensor, *rest: Any) -> tuple[Tensor, Tensor]:
    num_rows, (_, num_heads, dim) = indptr.shape[0] - 1, feat_src.shape
    stats = feat_src.new_empty(num_rows, 2, num_heads, dtype=accumulation_dtype(feat_src.dtype))
    return feat_src.new_empty(num_rows, num_heads, dim), stats


@torch.library.register_fake("weft::gatv2_attention_backward")
def _fake_backward(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    feat_src, feat_dst, attn = arguments[6:9]
    return feat_src.new_empty(feat_src.shape), feat_src.new_empty(feat_dst.shape), feat_src.new_empty(attn.shape)


def _setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
    indptr, indices, eids, feat_src, feat_dst, attn, negative_slope, dropout, seed, *reverse = inputs
    out, stats = output
    ctx.mark_non_differentiable(stats)
    # Else a zero gradient is made for the statistics.
    ctx.set_materialize_grads(False)
    ctx.options = negative_slope, dropout
    ctx.save_for_backward(indptr, indices, eids, *reverse, feat_src, feat_dst, attn, out, stats, seed)


def _backward(ctx: Any, grad: Tensor | None, *_: Tensor | None) -> tuple[Tensor | None, ...]:
    if grad is None:
        return (None,) * 12
    *layouts, feat_src, feat_dst, attn, out, stats, seed = ctx.saved_tensors
    edges, reverse = Edges(*layouts[:3]), layouts[3:]
    if reverse[0] is None:
        reverse = tensors_of(transpose_traced(Compressed(edges.indptr, edges.indices, edges.eids, feat_src.shape[0])))
    if torch.is_grad_enabled():
        negative_slope, dropout = ctx.options
        steps = functools.partial(_by_steps, edges, Edges(*reverse), Options(negative_slope, dropout, seed))
        grads = gradients_by_steps(steps, (feat_src, feat_dst, attn), ctx.needs_input_grad[3:6], grad)
        return None, None, None, *grads, *[None] * 6
    grads = torch.ops.weft.gatv2_attention_backward(
        *edges, *reverse, feat_src, feat_dst, attn, out, grad, stats, *ctx.options, seed
    )
    return None, None, None, *grads, *[None] * 6


def _by_steps(
    edges: Edges, reverse: Edges, options: Options, feat_src: Tensor, feat_dst: Tensor, attn: Tensor
) -> Tensor:
    rows, cols = edges.ends()
    scores = (leaky_relu(feat_src[cols] + feat_dst[rows], options.negative_slope) * attn).sum(-1)
    return attend_by_steps(edges, scores, feat_src, options.dropout, options.seed, reverse)


torch.library.register_autograd("weft::gatv2_attention", _backward, setup_context=_setup_context)

"""The gradient of GAT's attention: ``weft::gat_backward_destinations`` and ``weft::gat_backward_sources``.

Note [Two halves]: what the first operator leaves of a destination is four numbers a head. With it the result and the
sums over positive scores have done their part, so the tensors that autograd saved are let go before the second operator
asks for room for its gradients. Of tensors with a row of features for every node, three are there at a time at most:
the features, and either what was saved or what is made.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from weft.kernels.compressed import Compressed, tensors_of
from weft.kernels.conversion import transpose_traced
from weft.kernels.dispatch import implementation
from weft.kernels.edge_attention import Edges
from weft.kernels.edge_softmax.reference import accumulation_dtype
from weft.kernels.gat_attention import native, reference
from weft.kernels.gat_attention.reference import Options, Vectors

torch.library.define(
    "weft::gat_backward_destinations",
    "(Tensor score_dst, Tensor out, Tensor grad, Tensor stats, Tensor positive, Tensor? bias, float negative_slope) "
    "-> (Tensor, Tensor, Tensor)",
)
torch.library.define(
    "weft::gat_backward_sources",
    "(Tensor reverse_indptr, Tensor reverse_indices, Tensor? reverse_eids, Tensor feat, Tensor score_src, Tensor grad, "
    "Tensor known, Tensor? attn_src, Tensor? attn_dst, Tensor? grad_score_dst, float negative_slope, float dropout, "
    "Tensor seed) -> (Tensor, Tensor, Tensor, Tensor)",
)


@torch.library.impl("weft::gat_backward_destinations", "CompositeExplicitAutograd")
def _destinations(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    module = implementation("gat_backward_destinations", native, reference, *arguments[:-1])
    return module.gat_backward_destinations(*arguments)


@torch.library.impl("weft::gat_backward_sources", "CompositeExplicitAutograd")
def _sources(
    indptr: Tensor,
    indices: Tensor,
    eids: Tensor | None,
    feat: Tensor,
    score_src: Tensor,
    grad: Tensor,
    known: Tensor,
    attn_src: Tensor | None,
    attn_dst: Tensor | None,
    grad_score_dst: Tensor | None,
    *options: Any,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    vectors = None
    if attn_src is not None and attn_dst is not None and grad_score_dst is not None:
        vectors = Vectors(attn_src, attn_dst, grad_score_dst)
    tensors = (feat, score_src, grad, known)
    module = implementation(
        "gat_backward_sources", native, reference, indptr, indices, eids, *tensors, *(vectors or ())
    )
    return module.gat_backward_sources(Edges(indptr, indices, eids), *tensors, vectors, Options(*options))


@torch.library.register_fake("weft::gat_backward_destinations")
def _fake_destinations(*arguments: Any) -> tuple[Tensor, Tensor, Tensor]:
    _, out, grad, stats, _, bias, _ = arguments
    num_rows, num_heads, dim = out.shape
    return (
        stats.new_empty(num_rows, 4, num_heads),
        stats.new_empty(num_rows, num_heads),
        grad.new_empty(0 if bias is None else num_heads, dim),
    )


@torch.library.register_fake("weft::gat_backward_sources")
def _fake_sources(*arguments: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    feat, known, attn_src = arguments[3], arguments[6], arguments[7]
    num_heads, dim = (0 if attn_src is None else feat.shape[1]), feat.shape[2]
    by_attn = (feat.new_empty(num_heads, dim) for _ in range(2))
    return feat.new_empty(feat.shape), known.new_empty(feat.shape[:2]), *by_attn


def reversed_layout(layout: list[Tensor | None], reverse: list[Tensor | None], num_src: int) -> Any:
    """Return ``indptr, indices, eids`` of the transposed layout, made where it was not given."""
    if reverse[0] is not None:
        return reverse
    indptr, indices, eids = layout
    return tensors_of(transpose_traced(Compressed(indptr, indices, eids, num_src)))  # type: ignore[arg-type]


def fake_stats(indptr: Tensor, feat: Tensor, keep_positive: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return empty tensors like the result, the statistics and the sums over positive scores."""
    num_rows, (_, num_heads, dim), wide = indptr.shape[0] - 1, feat.shape, accumulation_dtype(feat.dtype)
    return (
        feat.new_empty(num_rows, num_heads, dim),
        feat.new_empty(num_rows, 3, num_heads, dtype=wide),
        feat.new_empty(num_rows if keep_positive else 0, num_heads, dim, dtype=wide),
    )

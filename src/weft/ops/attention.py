"""Attention of GATConv in one kernel."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from weft import checks, kernels
from weft.errors import InputError, ShapeError
from weft.ops.target import GraphLike, check_operand, needs_grad, relation_of, same_dtype


def gat_attention(
    g: GraphLike,
    feat: Float[Tensor, "src heads dim"],
    score_src: Float[Tensor, "src heads"],
    score_dst: Float[Tensor, "dst heads"],
    negative_slope: float = 0.2,
    dropout: float = 0.0,
    seed: int | Tensor = 0,
) -> Float[Tensor, "dst heads dim"]:
    """Return the attention-weighted sum of source features for each destination.

    Edge ``(u, v)`` weighs ``softmax_v(leaky_relu(score_src[u] + score_dst[v]))``, head by head. At most one value a
    head and edge is ever stored, backward included.

    Args:
        g: a Relation or a graph with one edge type: ``S`` sources, ``D`` destinations.
        feat: ``(S, heads, dim)``.
        score_src: ``(S, heads)``.
        score_dst: ``(D, heads)``.
        negative_slope: of the leaky ReLU.
        dropout: probability of dropping a weight; the others grow by ``1 / (1 - dropout)``.
        seed: of the dropout mask, which is a function of (seed, edge ID, head); a 0-dimensional int64 tensor is one
            that ``torch.compile`` does not specialise on.

    Returns:
        ``(D, heads, dim)``; 0 for a node without incoming edges.

    Raises:
        InputError: ``dropout`` out of its range.
        ShapeError: a wrong number of rows or heads.

    Source: Velickovic et al. 2018 (arXiv:1710.10903).
    """
    relation = relation_of("gat_attention", g)
    if not 0.0 <= dropout <= 1.0:
        raise InputError(f"gat_attention: got dropout={dropout}; expected a probability.")
    feat = check_operand("gat_attention", "feat", relation, feat, "u")
    score_src = check_operand("gat_attention", "score_src", relation, score_src, "u")
    score_dst = check_operand("gat_attention", "score_dst", relation, score_dst, "v")
    if feat.dim() != 3:
        raise ShapeError(f"gat_attention: feat has shape {tuple(feat.shape)}; expected (sources, heads, dim).")
    checks.same_trailing("gat_attention", feat=feat[..., 0], score_src=score_src, score_dst=score_dst)
    score_src, score_dst = same_dtype(score_src, score_dst)
    feat, score_src = same_dtype(feat, score_src)
    score_dst = score_dst.to(feat.dtype)
    reverse = relation.csr() if needs_grad(feat, score_src, score_dst) else None
    return kernels.gat_attention(relation.csc(), feat, score_src, score_dst, negative_slope, dropout, seed, reverse)

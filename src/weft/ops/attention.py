"""Attention over edges in one kernel: of GAT, of GATv2, and by scaled inner products."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from weft import checks, kernels
from weft.errors import InputError, ShapeError
from weft.kernels.autocast import chooses_dtype
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

    Edge ``(u, v)`` weighs ``softmax_v(leaky_relu(score_src[u] + score_dst[v]))``, head by head. No value of an
    edge is stored, backward included.

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
    _check_dropout("gat_attention", dropout)
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


def gatv2_attention(
    g: GraphLike,
    feat_src: Float[Tensor, "src heads dim"],
    feat_dst: Float[Tensor, "dst heads dim"],
    attn: Float[Tensor, "heads dim"],
    negative_slope: float = 0.2,
    dropout: float = 0.0,
    seed: int | Tensor = 0,
) -> Float[Tensor, "dst heads dim"]:
    """Return the sum of source features for each destination, weighted by the attention of GATv2.

    Edge ``(u, v)`` weighs ``softmax_v(<attn, leaky_relu(feat_src[u] + feat_dst[v])>)``, head by head. No value of an
    edge is stored, backward included.

    Args:
        g: a Relation or a graph with one edge type: ``S`` sources, ``D`` destinations.
        feat_src: ``(S, heads, dim)``.
        feat_dst: ``(D, heads, dim)``.
        attn: ``(heads, dim)``.
        negative_slope: of the leaky ReLU.
        dropout: probability of dropping a weight; the others grow by ``1 / (1 - dropout)``.
        seed: of the dropout mask, as in :func:`gat_attention`.

    Returns:
        ``(D, heads, dim)``; 0 for a node without incoming edges.

    Raises:
        InputError: ``dropout`` out of its range.
        ShapeError: a wrong number of rows, heads or dimensions.

    Source: Brody, Alon and Yahav 2022 (arXiv:2105.14491).
    """
    where = "gatv2_attention"
    relation = relation_of(where, g)
    _check_dropout(where, dropout)
    feat_src = check_operand(where, "feat_src", relation, feat_src, "u")
    feat_dst = check_operand(where, "feat_dst", relation, feat_dst, "v")
    checks.floating(where, "attn", attn)
    if feat_src.dim() != 3:
        raise ShapeError(f"{where}: feat_src has shape {tuple(feat_src.shape)}; expected (sources, heads, dim).")
    checks.same_trailing(where, feat_src=feat_src, feat_dst=feat_dst)
    if attn.shape != feat_src.shape[1:]:
        raise ShapeError(
            f"{where}: attn has shape {tuple(attn.shape)}; expected {tuple(feat_src.shape[1:])}, a vector for each "
            "head of feat_src."
        )
    feat_src, feat_dst, attn = _promoted(feat_src, feat_dst, attn)
    reverse = relation.csr() if needs_grad(feat_src, feat_dst, attn) else None
    return kernels.gatv2_attention(relation.csc(), feat_src, feat_dst, attn, negative_slope, dropout, seed, reverse)


def dot_attention(
    g: GraphLike,
    query: Float[Tensor, "dst heads key_dim"],
    key: Float[Tensor, "src heads key_dim"],
    value: Float[Tensor, "src heads dim"],
    scale: float | Float[Tensor, "heads"] | None = None,
    bias: Float[Tensor, "edges heads"] | None = None,
    dropout: float = 0.0,
    seed: int | Tensor = 0,
) -> Float[Tensor, "dst heads dim"]:
    """Return the sum of source values for each destination, weighted by scaled dot-product attention.

    Edge ``e = (u, v)`` weighs ``softmax_v(scale * <key[u], query[v]> + bias[e])``, head by head. No value of an edge is
    stored, backward included, but the gradient of ``bias``.

    Args:
        g: a Relation or a graph with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
        query: ``(D, heads, key_dim)``.
        key: ``(S, heads, key_dim)``.
        value: ``(S, heads, dim)``; ``dim`` may differ from ``key_dim``.
        scale: a number, or a tensor of one a head (as HGT learns for each relation); ``key_dim ** -0.5`` by default.
        bias: ``(E, heads)``, in edge-ID order: added to the scores. An edge with -inf has no weight.
        dropout: probability of dropping a weight; the others grow by ``1 / (1 - dropout)``.
        seed: of the dropout mask, as in :func:`gat_attention`.

    Returns:
        ``(D, heads, dim)``; 0 for a node without incoming edges, or with none of a weight.

    Raises:
        InputError: ``dropout`` out of its range.
        ShapeError: a wrong number of rows, heads or dimensions.

    Source: Vaswani et al. 2017 (arXiv:1706.03762); on edges: Dwivedi and Bresson 2020 (arXiv:2012.09699); a scale a
    head: Hu et al. 2020 (arXiv:2003.01332).
    """
    where = "dot_attention"
    relation = relation_of(where, g)
    _check_dropout(where, dropout)
    query = check_operand(where, "query", relation, query, "v")
    key, value = (check_operand(where, name, relation, one, "u") for name, one in (("key", key), ("value", value)))
    bias = None if bias is None else check_operand(where, "bias", relation, bias, "e")
    for name, one in (("query", query), ("key", key), ("value", value)):
        if one.dim() != 3:
            raise ShapeError(f"{where}: {name} has shape {tuple(one.shape)}; expected (nodes, heads, dim).")
    checks.same_trailing(where, query=query, key=key)
    heads = {"query": query[..., 0], "value": value[..., 0]}
    checks.same_trailing(where, **heads, **({} if bias is None else {"bias": bias}))
    query, key, value, *rest = _promoted(query, key, value, *(() if bias is None else (bias,)))
    scales = _scale_of_heads(query, scale)
    reverse = relation.csr() if needs_grad(query, key, value, scales, *rest) else None
    bias = rest[0] if rest else None
    return kernels.dot_attention(relation.csc(), query, key, value, scales, bias, dropout, seed, reverse)


def _scale_of_heads(query: Tensor, scale: float | Tensor | None) -> Tensor:
    """Return ``(heads,)`` in the type that scores are computed in."""
    heads, key_dim = query.shape[1:]
    dtype = torch.float64 if query.dtype == torch.float64 else torch.float32
    if isinstance(scale, Tensor):
        checks.floating("dot_attention", "scale", scale)
        if scale.shape != (heads,):
            raise ShapeError(
                f"dot_attention: scale has shape {tuple(scale.shape)}; expected a number, or ({heads},), one for each "
                "head."
            )
        return scale.to(dtype)
    return query.new_full((heads,), max(key_dim, 1) ** -0.5 if scale is None else scale, dtype=dtype)


def _promoted(*values: Tensor) -> list[Tensor]:
    """Return all of them in the widest of their dtypes; autocast sees to it itself."""
    if chooses_dtype(values[0]):
        return list(values)
    dtype = values[0].dtype
    for value in values[1:]:
        dtype = torch.promote_types(dtype, value.dtype)
    return [value.to(dtype) for value in values]


def _check_dropout(where: str, dropout: float) -> None:
    if not 0.0 <= dropout <= 1.0:
        raise InputError(f"{where}: got dropout={dropout}; expected a probability.")

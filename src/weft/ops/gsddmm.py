"""A value for each edge, from its ends and itself."""

from __future__ import annotations

from typing import overload

from jaxtyping import Shaped
from torch import Tensor

from weft import checks
from weft.ops.checked import edge_values
from weft.ops.hetero import TypedData, is_typed_data, typed_gsddmm
from weft.ops.target import GraphLike, check_operand, relation_of

SDDMM_OPS = ("add", "sub", "mul", "div", "dot", "copy_lhs", "copy_rhs")
TARGETS = ("u", "v", "e")


@overload
def gsddmm(
    g: GraphLike,
    op: str,
    lhs_data: Shaped[Tensor, "lhs_rows *lhs"] | None,
    rhs_data: Shaped[Tensor, "rhs_rows *rhs"] | None,
    lhs_target: str = "u",
    rhs_target: str = "v",
) -> Shaped[Tensor, "edges *trailing"]: ...


@overload
def gsddmm(
    g: GraphLike,
    op: str,
    lhs_data: TypedData,
    rhs_data: TypedData | None,
    lhs_target: str = "u",
    rhs_target: str = "v",
) -> tuple[Tensor | None, ...]: ...


@overload
def gsddmm(
    g: GraphLike,
    op: str,
    lhs_data: None,
    rhs_data: TypedData,
    lhs_target: str = "u",
    rhs_target: str = "v",
) -> tuple[Tensor | None, ...]: ...


def gsddmm(
    g: GraphLike,
    op: str,
    lhs_data: Shaped[Tensor, "lhs_rows *lhs"] | TypedData | None,
    rhs_data: Shaped[Tensor, "rhs_rows *rhs"] | TypedData | None,
    lhs_target: str = "u",
    rhs_target: str = "v",
) -> Shaped[Tensor, "edges *trailing"] | tuple[Tensor | None, ...]:
    """Return ``op(lhs, rhs)`` for each edge, where the operands are read at its source, destination or itself.

    Trailing dimensions broadcast as in NumPy. Mixed floating-point dtypes are promoted. Copies take any dtype.

    Args:
        g: a Relation or a graph with one edge type.
        op: ``add``, ``sub``, ``mul``, ``div``, ``dot``, ``copy_lhs`` or ``copy_rhs``.
        lhs_data: features with a row for each node or edge that ``lhs_target`` names; unused by ``copy_rhs``.
        rhs_data: the same for ``rhs_target``; unused by ``copy_lhs``.
        lhs_target: ``u`` source, ``v`` destination or ``e`` edge.
        rhs_target: likewise.

    In a graph with several edge types the operands are lists, in the order of ``g.ntypes`` (of ``g.canonical_etypes``
    for edges) with None for types without, or dicts by type.

    Returns:
        ``(E, *trailing)`` in edge-ID order; ``dot`` sums the last dimension to 1. With several edge types, a tuple of
        these in the order of ``g.canonical_etypes``: None where an operand is not given.

    Raises:
        InputError: an unknown operator or target, or a missing operand.
        ShapeError: a wrong number of rows, or trailing dimensions that do not broadcast.

    Source: DGL's ``dgl.ops.gsddmm``.
    """
    checks.choice("gsddmm", "op", op, SDDMM_OPS)
    checks.choice("gsddmm", "lhs_target", lhs_target, TARGETS)
    checks.choice("gsddmm", "rhs_target", rhs_target, TARGETS)
    if is_typed_data(lhs_data, rhs_data):
        return typed_gsddmm(g, op, lhs_data, rhs_data, lhs_target, rhs_target)
    relation = relation_of("gsddmm", g)
    any_dtype = op in ("copy_lhs", "copy_rhs")
    lhs = rhs = None
    if op != "copy_rhs":
        lhs = check_operand("gsddmm", "lhs_data", relation, lhs_data, lhs_target, any_dtype=any_dtype)
    if op != "copy_lhs":
        rhs = check_operand("gsddmm", "rhs_data", relation, rhs_data, rhs_target, any_dtype=any_dtype)
    return edge_values("gsddmm", relation, op, lhs, rhs, lhs_target, rhs_target)

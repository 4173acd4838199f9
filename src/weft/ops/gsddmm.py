"""A value for each edge, from its ends and itself."""

from __future__ import annotations

from jaxtyping import Shaped
from torch import Tensor

from weft import checks, kernels
from weft.ops.target import GraphLike, check_operand, needs_grad, relation_of
from weft.relation import Relation

SDDMM_OPS = ("add", "sub", "mul", "div", "dot", "copy_lhs", "copy_rhs")
TARGETS = ("u", "v", "e")


def gsddmm(
    g: GraphLike,
    op: str,
    lhs_data: Shaped[Tensor, "lhs_rows *lhs"] | None,
    rhs_data: Shaped[Tensor, "rhs_rows *rhs"] | None,
    lhs_target: str = "u",
    rhs_target: str = "v",
) -> Shaped[Tensor, "edges *trailing"]:
    """Return ``op(lhs, rhs)`` for each edge, where the operands are read at its source, destination or itself.

    Trailing dimensions broadcast as in NumPy. Mixed floating-point dtypes are promoted. Copies take any dtype.

    Args:
        g: a Relation or a graph with one edge type.
        op: ``add``, ``sub``, ``mul``, ``div``, ``dot``, ``copy_lhs`` or ``copy_rhs``.
        lhs_data: features with a row for each node or edge that ``lhs_target`` names; unused by ``copy_rhs``.
        rhs_data: the same for ``rhs_target``; unused by ``copy_lhs``.
        lhs_target: ``u`` source, ``v`` destination or ``e`` edge.
        rhs_target: likewise.

    Returns:
        ``(E, *trailing)`` in edge-ID order; ``dot`` sums the last dimension to 1.

    Raises:
        InputError: an unknown operator or target, or a missing operand.
        ShapeError: a wrong number of rows, or trailing dimensions that do not broadcast.

    Source: DGL's ``dgl.ops.gsddmm``.
    """
    relation = relation_of("gsddmm", g)
    checks.choice("gsddmm", "op", op, SDDMM_OPS)
    checks.choice("gsddmm", "lhs_target", lhs_target, TARGETS)
    checks.choice("gsddmm", "rhs_target", rhs_target, TARGETS)
    any_dtype = op in ("copy_lhs", "copy_rhs")
    lhs = rhs = None
    if op != "copy_rhs":
        lhs = check_operand("gsddmm", "lhs_data", relation, lhs_data, lhs_target, any_dtype=any_dtype)
    if op != "copy_lhs":
        rhs = check_operand("gsddmm", "rhs_data", relation, rhs_data, rhs_target, any_dtype=any_dtype)
    return edge_values("gsddmm", relation, op, lhs, rhs, lhs_target, rhs_target)


def edge_values(
    where: str, relation: Relation, op: str, lhs: Tensor | None, rhs: Tensor | None, lhs_target: str, rhs_target: str
) -> Tensor:
    """Return ``gsddmm`` of checked operands."""
    if op in ("copy_lhs", "copy_rhs"):
        value, target = (lhs, lhs_target) if op == "copy_lhs" else (rhs, rhs_target)
        assert value is not None
        if target == "e":
            return value
        if value.dtype not in checks.FLOAT_DTYPES:
            return value[relation.coo()[0 if target == "u" else 1]]
    if lhs is not None and rhs is not None:
        checks.broadcast(where, lhs, rhs)
    source = lhs if lhs_target == "u" else rhs if rhs_target == "u" else None
    # The gradient of a source feature sums over outgoing edges: see reduce_messages.
    reverse = relation.csr() if needs_grad(source) else None
    return kernels.sddmm(relation.csc(), lhs, rhs, op, lhs_target, rhs_target, reverse)

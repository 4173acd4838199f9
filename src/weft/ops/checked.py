"""What ``gspmm`` and ``gsddmm`` do once their operands are checked."""

from __future__ import annotations

from torch import Tensor

from weft import checks, kernels
from weft.ops.target import needs_grad
from weft.relation import Relation


def reduce_messages(
    where: str, relation: Relation, op: str, reduce_op: str, lhs: Tensor | None, rhs: Tensor | None
) -> Tensor:
    """Return ``gspmm`` of checked operands."""
    if lhs is not None and rhs is not None:
        checks.broadcast(where, lhs, rhs)
    # The gradient of u sums over outgoing edges; giving the CSR spares the kernel a transposition in every backward.
    reverse = relation.csr() if reduce_op in ("sum", "mean") and needs_grad(lhs) else None
    return kernels.spmm(relation.csc(), lhs, rhs, op, reduce_op, reverse)


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

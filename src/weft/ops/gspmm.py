"""Messages along edges, reduced at their destinations."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from weft import checks, kernels
from weft.ops.target import GraphLike, check_operand, needs_grad, relation_of
from weft.relation import Relation

SPMM_OPS = ("add", "sub", "mul", "div", "copy_lhs", "copy_rhs")
REDUCERS = ("sum", "max", "min", "mean")


def gspmm(
    g: GraphLike,
    op: str,
    reduce_op: str,
    lhs_data: Float[Tensor, "src *lhs"] | None,
    rhs_data: Float[Tensor, "edges *rhs"] | None,
) -> Float[Tensor, "dst *trailing"]:
    """Return, for each destination, the reduction of ``op(lhs[source], rhs[edge])`` over its incoming edges.

    Messages are never stored. Trailing dimensions broadcast as in NumPy. Mixed floating-point dtypes are promoted.

    Args:
        g: a Relation or a graph with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
        op: ``add``, ``sub``, ``mul``, ``div``, ``copy_lhs`` or ``copy_rhs``.
        reduce_op: ``sum``, ``max``, ``min`` or ``mean``.
        lhs_data: ``(S, *trailing)`` source features; unused by ``copy_rhs``.
        rhs_data: ``(E, *trailing)`` edge features in edge-ID order; unused by ``copy_lhs``.

    Returns:
        ``(D, *trailing)``; 0 for a node without incoming edges, whatever the reduction.

    Raises:
        InputError: an unknown operator or reducer, or a missing operand.
        ShapeError: a wrong number of rows, or trailing dimensions that do not broadcast.

    Source: DGL's ``dgl.ops.gspmm``, but for max and min of nothing, which DGL may give as infinities.
    """
    relation = relation_of("gspmm", g)
    checks.choice("gspmm", "op", op, SPMM_OPS)
    checks.choice("gspmm", "reduce_op", reduce_op, REDUCERS)
    lhs = None if op == "copy_rhs" else check_operand("gspmm", "lhs_data", relation, lhs_data, "u")
    rhs = None if op == "copy_lhs" else check_operand("gspmm", "rhs_data", relation, rhs_data, "e")
    return reduce_messages("gspmm", relation, op, reduce_op, lhs, rhs)


def reduce_messages(
    where: str, relation: Relation, op: str, reduce_op: str, lhs: Tensor | None, rhs: Tensor | None
) -> Tensor:
    """Return ``gspmm`` of checked operands."""
    if lhs is not None and rhs is not None:
        checks.broadcast(where, lhs, rhs)
    # The gradient of u sums over outgoing edges; giving the CSR spares the kernel a transposition in every backward.
    reverse = relation.csr() if reduce_op in ("sum", "mean") and needs_grad(lhs) else None
    return kernels.spmm(relation.csc(), lhs, rhs, op, reduce_op, reverse)

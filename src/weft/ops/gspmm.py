"""Messages along edges, reduced at their destinations."""

from __future__ import annotations

from typing import overload

from jaxtyping import Float
from torch import Tensor

from weft import checks
from weft.ops.checked import reduce_messages
from weft.ops.hetero import TypedData, is_typed_data, typed_gspmm
from weft.ops.target import GraphLike, check_operand, relation_of

SPMM_OPS = ("add", "sub", "mul", "div", "copy_lhs", "copy_rhs")
REDUCERS = ("sum", "max", "min", "mean")


@overload
def gspmm(
    g: GraphLike,
    op: str,
    reduce_op: str,
    lhs_data: Float[Tensor, "src *lhs"] | None,
    rhs_data: Float[Tensor, "edges *rhs"] | None,
) -> Float[Tensor, "dst *trailing"]: ...


@overload
def gspmm(
    g: GraphLike, op: str, reduce_op: str, lhs_data: TypedData, rhs_data: TypedData | None
) -> tuple[Tensor | None, ...]: ...


@overload
def gspmm(g: GraphLike, op: str, reduce_op: str, lhs_data: None, rhs_data: TypedData) -> tuple[Tensor | None, ...]: ...


def gspmm(
    g: GraphLike,
    op: str,
    reduce_op: str,
    lhs_data: Float[Tensor, "src *lhs"] | TypedData | None,
    rhs_data: Float[Tensor, "edges *rhs"] | TypedData | None,
) -> Float[Tensor, "dst *trailing"] | tuple[Tensor | None, ...]:
    """Return, for each destination, the reduction of ``op(lhs[source], rhs[edge])`` over its incoming edges.

    Messages are never stored. Trailing dimensions broadcast as in NumPy. Mixed floating-point dtypes are promoted.

    Args:
        g: a Relation or a graph with one edge type: ``S`` sources, ``D`` destinations, ``E`` edges.
        op: ``add``, ``sub``, ``mul``, ``div``, ``copy_lhs`` or ``copy_rhs``.
        reduce_op: ``sum``, ``max``, ``min`` or ``mean``.
        lhs_data: ``(S, *trailing)`` source features; unused by ``copy_rhs``.
        rhs_data: ``(E, *trailing)`` edge features in edge-ID order; unused by ``copy_lhs``.

    In a graph with several edge types the operands are lists, in the order of ``g.ntypes`` (None for types without) and
    of ``g.canonical_etypes``, or dicts by type; messages of all types that meet at a node are reduced together, by
    ``sum``, ``max`` or ``min``.

    Returns:
        ``(D, *trailing)``; 0 for a node without incoming edges, whatever the reduction. With several edge types, a
        tuple in the order of ``g.ntypes``: None for a type at which nothing arrives.

    Raises:
        InputError: an unknown operator or reducer, or a missing operand.
        ShapeError: a wrong number of rows, or trailing dimensions that do not broadcast.
        GraphError: several edge types without an operand for each, or a mean across them.

    Source: DGL's ``dgl.ops.gspmm``, but for max and min of nothing, which DGL may give as infinities.
    """
    checks.choice("gspmm", "op", op, SPMM_OPS)
    checks.choice("gspmm", "reduce_op", reduce_op, REDUCERS)
    if is_typed_data(lhs_data, rhs_data):
        return typed_gspmm(g, op, reduce_op, lhs_data, rhs_data)
    relation = relation_of("gspmm", g)
    lhs = None if op == "copy_rhs" else check_operand("gspmm", "lhs_data", relation, lhs_data, "u")
    rhs = None if op == "copy_lhs" else check_operand("gspmm", "rhs_data", relation, rhs_data, "e")
    return reduce_messages("gspmm", relation, op, reduce_op, lhs, rhs)

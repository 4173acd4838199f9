"""``gspmm`` and ``gsddmm`` over all edge types of a graph at once, as ``weft.ops`` takes them for such a graph."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol, TypeAlias, TypeGuard, runtime_checkable

import torch
from torch import Tensor

from weft.errors import GraphError, InputError, TypeNameError, did_you_mean
from weft.ops.checked import edge_values, reduce_messages
from weft.ops.target import check_operand
from weft.ops.typed_softmax import TypedRelation

TypedData: TypeAlias = Sequence[Tensor | None] | Mapping[Hashable, Tensor]
"""A tensor a type: in the order of the graph's types, None for types without, or by type."""


@runtime_checkable
class HasTypes(Protocol):
    """A graph, seen from below."""

    @property
    def ntypes(self) -> list[str]:
        """Node types, in the order of the node spaces."""
        ...

    @property
    def canonical_etypes(self) -> list[tuple[str, str, str]]:
        """Triples of the edge types."""
        ...

    def typed_relation(self, etype: tuple[str, str, str]) -> tuple[tuple[str, str, str], TypedRelation]:
        """Return a triple and its relation."""
        ...


def is_typed_data(*values: object) -> bool:
    """Return whether an operand is given type by type."""
    return any(isinstance(value, (list, tuple, Mapping)) for value in values)


def typed_gspmm(
    graph: object, op: str, reduce_op: str, lhs_data: object, rhs_data: object
) -> tuple[Tensor | None, ...]:
    """Return, for each node type, the reduction of the messages of all edge types that end there.

    Args:
        graph: with types.
        op: as in ``gspmm``.
        reduce_op: ``sum``, ``max`` or ``min``.
        lhs_data: source features by node type; unused by ``copy_rhs``.
        rhs_data: edge features by edge type; unused by ``copy_lhs``.

    Returns:
        One a node type, in the order of ``ntypes``: ``(N, *trailing)``, 0 for a node without incoming edges; None for a
        type at which no edge type ends, or none whose operands are given.

    Raises:
        GraphError: a mean, which is not defined across edge types.
        TypeNameError, InputError: operands that do not belong to the types.

    Source: DGL's ``dgl.ops.gspmm`` of a graph with several edge types, which gives an empty tensor for None, and
    infinities for the maximum and minimum of nothing.
    """
    graph = _typed("gspmm", graph)
    if reduce_op == "mean":
        raise GraphError(
            "gspmm: a mean over the messages of several edge types is not defined; divide a sum, or take types alone."
        )
    lhs = None if op == "copy_rhs" else _by_type("gspmm", "lhs_data", lhs_data, graph.ntypes)
    rhs = None if op == "copy_lhs" else _by_type("gspmm", "rhs_data", rhs_data, graph.canonical_etypes)
    meeting: dict[int, list[tuple[Tensor, Tensor]]] = {}
    for index, triple in enumerate(graph.canonical_etypes):
        relation, src_space, dst_space = graph.typed_relation(triple)[1]
        left, right = None if lhs is None else lhs[src_space], None if rhs is None else rhs[index]
        if (lhs is not None and left is None) or (rhs is not None and right is None):
            continue
        if left is not None:
            left = check_operand("gspmm", f"lhs_data of {triple}", relation, left, "u")
        if right is not None:
            right = check_operand("gspmm", f"rhs_data of {triple}", relation, right, "e")
        value = reduce_messages("gspmm", relation, op, reduce_op, left, right)
        meeting.setdefault(dst_space, []).append((value, relation.in_degrees()))
    return tuple(meet(reduce_op, meeting[space]) if space in meeting else None for space in range(len(graph.ntypes)))


def typed_gsddmm(
    graph: object,
    op: str,
    lhs_data: object,
    rhs_data: object,
    lhs_target: str,
    rhs_target: str,
) -> tuple[Tensor | None, ...]:
    """Return ``gsddmm`` of each edge type.

    Args:
        graph: with types.
        op: as in ``gsddmm``.
        lhs_data: by node type, or by edge type when ``lhs_target`` is ``e``; unused by ``copy_rhs``.
        rhs_data: likewise for ``rhs_target``; unused by ``copy_lhs``.
        lhs_target: ``u`` source, ``v`` destination or ``e`` edge.
        rhs_target: likewise.

    Returns:
        One an edge type, in the order of ``canonical_etypes``: ``(E, *trailing)``; None where an operand is not given.

    Raises:
        TypeNameError, InputError: operands that do not belong to the types.

    Source: DGL's ``dgl.ops.gsddmm`` of a graph with several edge types.
    """
    graph = _typed("gsddmm", graph)
    operands = {
        name: _by_type("gsddmm", name, data, graph.canonical_etypes if target == "e" else graph.ntypes)
        for name, data, target, unused in (
            ("lhs_data", lhs_data, lhs_target, "copy_rhs"),
            ("rhs_data", rhs_data, rhs_target, "copy_lhs"),
        )
        if op != unused
    }
    targets = {"lhs_data": lhs_target, "rhs_data": rhs_target}
    results: list[Tensor | None] = []
    for index, triple in enumerate(graph.canonical_etypes):
        relation, src_space, dst_space = graph.typed_relation(triple)[1]
        place = {"u": src_space, "v": dst_space, "e": index}
        given: dict[str, Tensor] = {}
        for name, data in operands.items():
            value = data[place[targets[name]]]
            if value is not None:
                label, any_dtype = f"{name} of {triple}", op.startswith("copy")
                given[name] = check_operand("gsddmm", label, relation, value, targets[name], any_dtype=any_dtype)
        if len(given) < len(operands):
            results.append(None)
            continue
        lhs, rhs = given.get("lhs_data"), given.get("rhs_data")
        results.append(edge_values("gsddmm", relation, op, lhs, rhs, lhs_target, rhs_target))
    return tuple(results)


def meet(reduce_op: str, results: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """Return what several edge types reduced, ``(value, in-degrees)`` each, reduced together; of nothing, 0."""
    if len(results) == 1:
        return results[0][0]
    if reduce_op == "sum":
        total = results[0][0]
        for value, _ in results[1:]:
            total = total + value
        return total
    nothing = float("-inf") if reduce_op == "max" else float("inf")
    column = (-1, *(1,) * (results[0][0].dim() - 1))
    stacked = torch.stack([value.masked_fill((degrees == 0).reshape(column), nothing) for value, degrees in results])
    best = stacked.amax(0) if reduce_op == "max" else stacked.amin(0)
    silent = torch.stack([degrees for _, degrees in results]).sum(0) == 0
    return best.masked_fill(silent.reshape(column), 0.0)


def _typed(where: str, graph: object) -> HasTypes:
    if not _has_types(graph):
        raise InputError(
            f"{where}: got operands type by type for a {type(graph).__name__}; expected a graph with types."
        )
    return graph


def _has_types(graph: object) -> TypeGuard[HasTypes]:
    return hasattr(graph, "typed_relation")


def _by_type(
    where: str, name: str, data: object, types: Sequence[str] | Sequence[tuple[str, str, str]]
) -> list[Tensor | None]:
    """Return one tensor, or None, for each type."""
    if isinstance(data, Mapping):
        for key in data:
            if key not in types:
                listed = ", ".join(map(repr, types))
                raise TypeNameError(
                    f"{where}: {name} has type {key!r}, which is not in this graph, which has {listed}."
                    f"{did_you_mean(str(key), map(str, types))}"
                )
        return [data.get(each) for each in types]
    if not isinstance(data, (list, tuple)):
        raise InputError(
            f"{where}: {name} is a {type(data).__name__}, but the graph's types have an operand each; expected a list "
            f"in the order {', '.join(map(repr, types))} with None for types without, or a dict by type."
        )
    if len(data) != len(types):
        raise InputError(f"{where}: {name} has {len(data)} entries; expected one for each of the {len(types)} types.")
    for value in data:
        if value is not None and not isinstance(value, Tensor):
            raise InputError(f"{where}: {name} holds a {type(value).__name__}; expected tensors.")
    return list(data)

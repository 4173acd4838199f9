"""``gspmm`` and ``gsddmm`` over all edge types of a graph at once, as ``weft.ops`` takes them for such a graph."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeGuard, runtime_checkable

import torch
from torch import Tensor

from weft.errors import GraphError, InputError, TypeNameError, did_you_mean
from weft.ops.checked import edge_values, reduce_messages
from weft.ops.meeting import Meeting, Member, combined, meet
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

    def typed_relations(self) -> list[TypedRelation]:
        """Return the relations in the order of the edge types."""
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
    by_node = None if op == "copy_rhs" else _by_type("gspmm", "lhs_data", lhs_data, graph.ntypes)
    by_edge = None if op == "copy_lhs" else _by_type("gspmm", "rhs_data", rhs_data, graph.canonical_etypes)
    left, right = _Operand("lhs_data", "u", by_node), _Operand("rhs_data", "e", by_edge)
    given = [operand for operand in (left, right) if operand.data is not None]
    reduced: dict[int, list[tuple[Tensor, Tensor]]] = {}
    for space, members in _meetings("gspmm", graph, given):
        meeting = meet(members)
        lhs, rhs = (operand.joined(meeting, space) for operand in (left, right))
        value = reduce_messages("gspmm", meeting.relation, op, reduce_op, lhs, rhs)
        reduced.setdefault(space, []).append((value, meeting.relation.in_degrees()))
    spaces = range(len(graph.ntypes))
    return tuple(combined("gspmm", reduce_op, reduced[space]) if space in reduced else None for space in spaces)


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
    left = _Operand("lhs_data", lhs_target, operands.get("lhs_data"), any_dtype=op.startswith("copy"))
    right = _Operand("rhs_data", rhs_target, operands.get("rhs_data"), any_dtype=op.startswith("copy"))
    given = [operand for operand in (left, right) if operand.data is not None]
    results: dict[int, Tensor] = {}
    for space, members in _meetings("gsddmm", graph, given):
        meeting = meet(members)
        lhs, rhs = (operand.joined(meeting, space) for operand in (left, right))
        values = edge_values("gsddmm", meeting.relation, op, lhs, rhs, lhs_target, rhs_target)
        results.update(meeting.apart(values))
    return tuple(results.get(index) for index in range(len(graph.canonical_etypes)))


class _Operand(NamedTuple):
    """An operand given type by type."""

    name: str
    target: str
    data: list[Tensor | None] | None
    """By node space or by number of the edge type; None when the operator does not read it."""
    any_dtype: bool = False

    def place(self, member: Member, dst_space: int) -> int:
        """Return where the data of an edge type stands."""
        return {"u": member.src_space, "v": dst_space, "e": member.number}[self.target]

    def at(self, place: int) -> Tensor | None:
        """Return the data at a place."""
        return None if self.data is None else self.data[place]

    def joined(self, meeting: Meeting, dst_space: int) -> Tensor | None:
        """Return what the kernel over a meeting reads."""
        if self.data is None:
            return None
        given = {place: value for place, value in enumerate(self.data) if value is not None}
        if self.target == "v":
            return given[dst_space]
        return meeting.at_sources(given) if self.target == "u" else meeting.at_edges(given)


def _meetings(where: str, graph: HasTypes, operands: Sequence[_Operand]) -> list[tuple[int, list[Member]]]:
    """Return the edge types whose operands are all given, which are checked, and the space where they end.

    Edge types come together when they end at the same nodes and their operands have the same shapes and dtypes.
    """
    meetings: dict[Any, tuple[int, list[Member]]] = {}
    triples = graph.canonical_etypes
    kinds: dict[tuple[str, int], tuple[torch.dtype, torch.Size]] = {}
    for number, (relation, src_space, dst_space) in enumerate(graph.typed_relations()):
        member = Member(number, relation, src_space)
        places = [(operand, operand.place(member, dst_space)) for operand in operands]
        if any(operand.at(place) is None for operand, place in places):
            continue
        for operand, place in places:
            # The features of a node type are looked at once, whatever the number of edge types that read them.
            if (operand.name, place) not in kinds:
                label, value = f"{operand.name} of {triples[number]}", operand.at(place)
                checked = check_operand(where, label, relation, value, operand.target, any_dtype=operand.any_dtype)
                kinds[operand.name, place] = checked.dtype, checked.shape[1:]
        key = (dst_space, *(kinds[operand.name, place] for operand, place in places))
        meetings.setdefault(key, (dst_space, []))[1].append(member)
    return list(meetings.values())


def _typed(where: str, graph: object) -> HasTypes:
    if not _has_types(graph):
        raise InputError(
            f"{where}: got operands type by type for a {type(graph).__name__}; expected a graph with types."
        )
    return graph


def _has_types(graph: object) -> TypeGuard[HasTypes]:
    return hasattr(graph, "typed_relations")


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

"""Scores of edges of several types, normalised together where they meet; Note [Edges that meet]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import Tensor

from weft import checks, kernels
from weft.errors import InputError
from weft.ops.meeting import Member, meet
from weft.ops.target import check_operand
from weft.relation import Relation


class TypedRelation(NamedTuple):
    """A relation and the numbers of the node spaces that it joins."""

    relation: Relation
    src_space: int
    dst_space: int


def typed_edge_softmax(graph: Any, logits: Mapping[Any, Tensor], norm_by: str) -> dict[tuple[str, str, str], Tensor]:
    """Return the softmax of each edge type's scores over all edges given that share an end, whatever their type.

    Args:
        graph: with these edge types.
        logits: edge type to ``(E, *heads)``; the trailing dimensions of types that meet are equal.
        norm_by: ``dst`` or ``src``.
    """
    if not hasattr(graph, "typed_relation"):
        raise InputError(
            f"edge_softmax: got a dict of logits for a {type(graph).__name__}; expected a graph with types."
        )
    numbers = {triple: number for number, triple in enumerate(graph.canonical_etypes)}
    scores: dict[int, Tensor] = {}
    given: dict[int, tuple[int, Member]] = {}
    for etype, value in logits.items():
        triple, (relation, src_space, dst_space) = graph.typed_relation(etype)
        number = numbers[triple]
        scores[number] = check_operand("edge_softmax", f"logits[{etype!r}]", relation, value, "e")
        if norm_by == "src":
            relation, src_space, dst_space = relation.reverse(), dst_space, src_space
        given[number] = dst_space, Member(number, relation, src_space)
    meetings: dict[int, list[Member]] = {}
    for number in sorted(given):
        space, member = given[number]
        meetings.setdefault(space, []).append(member)
    normalised: dict[int, Tensor] = {}
    for members in meetings.values():
        labelled = {f"logits of {graph.canonical_etypes[one.number]}": scores[one.number] for one in members}
        checks.same_trailing("edge_softmax", **labelled)
        meeting = meet(members)
        values = kernels.edge_softmax(meeting.relation.csc(), meeting.at_edges(scores))
        normalised.update(meeting.apart(values))
    return {graph.canonical_etypes[number]: normalised[number] for number in sorted(normalised)}

"""Scores of edges of several types, normalised together where they meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from weft.errors import InputError
from weft.ops.checked import edge_values, reduce_messages
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
    by_space: dict[int, dict[tuple[str, str, str], tuple[Relation, Tensor]]] = {}
    for etype, scores in logits.items():
        triple, (relation, src_space, dst_space) = graph.typed_relation(etype)
        scores = check_operand("edge_softmax", f"logits[{etype!r}]", relation, scores, "e")
        if norm_by == "src":
            relation, dst_space = relation.reverse(), src_space
        by_space.setdefault(dst_space, {})[triple] = (relation, scores)
    normalised: dict[tuple[str, str, str], Tensor] = {}
    for meeting in by_space.values():
        normalised.update(_normalise(meeting))
    return {triple: normalised[triple] for triple in sorted(normalised)}


def _normalise(meeting: Mapping[Any, tuple[Relation, Tensor]]) -> dict[Any, Tensor]:
    """Return the softmax over the incoming edges of nodes at which several relations end."""
    where = "edge_softmax"
    # The shift only guards against overflow, so it needs no gradient; 0 for a node without edges does no harm.
    tops = [
        reduce_messages(where, relation, "copy_rhs", "max", None, scores.detach()).masked_fill(
            (relation.in_degrees() == 0).reshape(-1, *(1,) * (scores.dim() - 1)), float("-inf")
        )
        for relation, scores in meeting.values()
    ]
    top = torch.stack(tops).amax(0)
    top = top.masked_fill(top == float("-inf"), 0.0)
    raised = {
        triple: edge_values(where, relation, "sub", scores, top, "e", "v").exp()
        for triple, (relation, scores) in meeting.items()
    }
    sums = [
        reduce_messages(where, relation, "copy_rhs", "sum", None, raised[triple])
        for triple, (relation, _) in meeting.items()
    ]
    total = torch.stack(sums).sum(0)
    return {
        triple: edge_values(where, relation, "div", raised[triple], total, "e", "v")
        for triple, (relation, _) in meeting.items()
    }

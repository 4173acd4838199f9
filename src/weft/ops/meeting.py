"""Edges of several types that end at nodes of one type: one relation, and operands end to end.

Note [Edges that meet]: where edge types end at the same nodes, one kernel runs over the edges of all of them. A kernel
an edge type would give a result an edge type, each as large as all the nodes, and then add them up: with 90 edge types
of 60,000 edges between 8,000 nodes that takes 50 times as long. The joined structure is made once and kept; source
features are copied end to end only if several node types send, edge features always. A node's messages are reduced in
the order of the edge types, so the result does not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from weft.errors import ShapeError
from weft.relation import Relation, joined


class Member(NamedTuple):
    """An edge type among those that end at nodes of one type."""

    number: int
    """Its place among the edge types of the graph."""
    relation: Relation
    src_space: int


class Meeting(NamedTuple):
    """Edge types that end at nodes of one type, in the order of the graph."""

    members: tuple[Member, ...]
    relation: Relation
    """All their edges, between the joined sources and the nodes where they end."""
    src_spaces: tuple[int, ...]
    """The node spaces that send, in the order in which they are joined."""

    def at_sources(self, values: dict[int, Tensor]) -> Tensor:
        """Return node features by space, as those of the joined sources; their rows have one shape and dtype."""
        return _end_to_end([values[space] for space in self.src_spaces])

    def at_edges(self, values: dict[int, Tensor]) -> Tensor:
        """Return edge features by number of the edge type, as those of the joined edges; likewise."""
        return _end_to_end([values[member.number] for member in self.members])

    def apart(self, values: Tensor) -> dict[int, Tensor]:
        """Return features of the joined edges by number of the edge type."""
        if len(self.members) == 1:
            return {self.members[0].number: values}
        # Each part may be written to by whoever gets it: nobody else sees the whole.
        parts = torch.unsafe_split_with_sizes(values, [member.relation.num_edges for member in self.members])
        return {member.number: part for member, part in zip(self.members, parts, strict=True)}


def meet(members: Sequence[Member]) -> Meeting:
    """Return the meeting of edge types with destinations in common, at least one."""
    spaces = {member.src_space: member.relation.num_src for member in members}
    starts, num_src = {}, 0
    for space in sorted(spaces):
        starts[space] = num_src
        num_src += spaces[space]
    relation = joined([member.relation for member in members], [starts[one.src_space] for one in members], num_src)
    return Meeting(tuple(members), relation, tuple(sorted(spaces)))


def _end_to_end(values: Sequence[Tensor]) -> Tensor:
    return values[0] if len(values) == 1 else torch.cat(list(values))


def combined(where: str, reduce_op: str, results: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
    """Return what several meetings reduced, ``(value, in-degrees)`` each, reduced together; of nothing, 0.

    Raises:
        ShapeError: values do not broadcast.
    """
    if len(results) == 1:
        return results[0][0]
    try:
        values = torch.broadcast_tensors(*(value for value, _ in results))
    except RuntimeError as error:
        listed = ", ".join(str(tuple(value.shape[1:])) for value, _ in results)
        raise ShapeError(
            f"{where}: messages of edge types that meet at a node have trailing dimensions {listed}, which do not "
            "broadcast. Give each type features of the same shape."
        ) from error
    if reduce_op == "sum":
        total = values[0]
        for value in values[1:]:
            total = total + value
        return total
    nothing = float("-inf") if reduce_op == "max" else float("inf")
    column = (-1, *(1,) * (values[0].dim() - 1))
    silent = [(degrees == 0).reshape(column) for _, degrees in results]
    stacked = torch.stack([value.masked_fill(none, nothing) for value, none in zip(values, silent, strict=True)])
    best = stacked.amax(0) if reduce_op == "max" else stacked.amin(0)
    return best.masked_fill(torch.stack(silent).all(0), 0.0)

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

    def at_sources(self, where: str, name: str, values: dict[int, Tensor]) -> Tensor:
        """Return node features by space, as those of the joined sources."""
        return end_to_end(where, name, [values[space] for space in self.src_spaces])

    def at_edges(self, where: str, name: str, values: dict[int, Tensor]) -> Tensor:
        """Return edge features by number of the edge type, as those of the joined edges."""
        return end_to_end(where, name, [values[member.number] for member in self.members])

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


def end_to_end(where: str, name: str, values: Sequence[Tensor]) -> Tensor:
    """Return the rows of all tensors in one, trailing dimensions broadcast to each other.

    Raises:
        ShapeError: they do not broadcast.
    """
    if len(values) == 1:
        return values[0]
    shapes = {tuple(value.shape[1:]) for value in values}
    if len(shapes) == 1:
        return torch.cat(list(values))
    try:
        sizes = torch.broadcast_shapes(*shapes)
    except RuntimeError as error:
        listed = ", ".join(map(str, sorted(shapes)))
        raise ShapeError(
            f"{where}: {name} has trailing dimensions {listed}, which do not broadcast; messages of edge types that "
            "meet at a node have one shape. Give each type features of the same shape."
        ) from error
    missing = [(1,) * (len(sizes) + 1 - value.dim()) for value in values]
    columns = [value.reshape(len(value), *ones, *value.shape[1:]) for value, ones in zip(values, missing, strict=True)]
    return torch.cat([column.expand(len(column), *sizes) for column in columns])

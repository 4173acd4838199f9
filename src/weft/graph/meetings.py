"""Edge types that end at the same nodes as one passage; Note [Edges that meet]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from weft.function import BinaryMessageFunction, CopyMessageFunction, MessageFunction
from weft.graph.frame import Frame
from weft.graph.passage import Passage, whole
from weft.ops.meeting import Meeting, Member, meet

if TYPE_CHECKING:
    from weft.graph.parts import GraphParts


def fields_read(message: MessageFunction) -> list[tuple[str, str]]:
    """Return target (``u``, ``v`` or ``e``) and name of each feature that a built-in message reads."""
    if isinstance(message, CopyMessageFunction):
        return [(message.target, message.in_field)]
    assert isinstance(message, BinaryMessageFunction)
    return [(message.lhs, message.lhs_field), (message.rhs, message.rhs_field)]


def meetings(
    where: str, graph: GraphParts, indices: Sequence[int], message: MessageFunction
) -> list[tuple[int, Passage]]:
    """Return passages of all edges of some edge types, and the space where each ends.

    Edge types share a passage when they end at the same nodes and the features read have one shape and dtype.

    Args:
        where: function named in messages.
        graph: whose edges and features.
        indices: numbers of the edge types.
        message: whose features the passages hold, and no others.

    Raises:
        FieldError: a feature that the message reads is not set.
    """
    groups: dict[tuple[Any, ...], list[int]] = {}
    for index in indices:
        passage = whole(graph, index)
        frames = {"u": passage.src, "v": passage.dst, "e": passage.edges}
        read = [frames[target].get(where, field) for target, field in fields_read(message)]
        kinds = [(value.dtype, value.shape[1:]) for value in read]
        groups.setdefault((graph.schema.dst_spaces[index], *kinds), []).append(index)
    return [(graph.schema.dst_spaces[group[0]], _passage(where, graph, group, message)) for group in groups.values()]


def _passage(where: str, graph: GraphParts, indices: Sequence[int], message: MessageFunction) -> Passage:
    """Return the passage of all edges of several edge types that end at the same nodes."""
    first = whole(graph, indices[0])
    if len(indices) == 1:
        return first
    spaces = graph.schema.src_spaces
    meeting = meet([Member(index, graph.relations[index], spaces[index]) for index in indices])
    src, edges = _sources(where, graph, meeting, message), _edges(where, graph, meeting, message)
    return Passage(meeting.relation, first.etype, src, first.dst, edges)


def _sources(where: str, graph: GraphParts, meeting: Meeting, message: MessageFunction) -> Frame:
    if len(meeting.src_spaces) == 1:
        return graph.node_frames[meeting.src_spaces[0]]
    frame = Frame(meeting.relation.num_src, "node", "the node types that send", graph.device)
    for field in {field for target, field in fields_read(message) if target == "u"}:
        values = {space: graph.node_frames[space].get(where, field) for space in meeting.src_spaces}
        frame.columns[field] = meeting.at_sources(values)
    return frame


def _edges(where: str, graph: GraphParts, meeting: Meeting, message: MessageFunction) -> Frame:
    frame = Frame(meeting.relation.num_edges, "edge", "the edge types that meet", graph.device)
    for field in {field for target, field in fields_read(message) if target == "e"}:
        values = {one.number: graph.edge_frames[one.number].get(where, field) for one in meeting.members}
        frame.columns[field] = meeting.at_edges(values)
    return frame

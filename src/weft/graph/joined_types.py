"""Nodes and edges of several types as those of one: frames, IDs and relations, end to end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from weft.errors import ShapeError
from weft.graph.frame import Frame
from weft.graph.parts import GraphParts
from weft.relation import Relation


def join_columns(where: str, frames: Sequence[Frame], names: Iterable[str], into: Frame) -> None:
    """Write columns of several frames, end to end, into one frame.

    Args:
        where: function named in messages.
        frames: nodes or edges of each type, in order.
        names: columns to join.
        into: a frame with as many rows as all of them together.

    Raises:
        FieldError: a type does not have the column.
        ShapeError: rows of two types differ in shape or dtype.
    """
    for name in names:
        columns = [frame.get(where, name) for frame in frames]
        for frame, column in zip(frames, columns, strict=True):
            if column.shape[1:] != columns[0].shape[1:] or column.dtype != columns[0].dtype:
                raise ShapeError(
                    f"{where}: {frame.kind} feature {name!r} has rows of shape {tuple(column.shape[1:])} and "
                    f"{column.dtype} on {frame.owner}, but of {tuple(columns[0].shape[1:])} and {columns[0].dtype} on "
                    f"{frames[0].owner}; rows that are joined have one shape and dtype."
                )
        into.set(where, name, torch.cat(columns))


def positions_in_types(frames: Sequence[Frame], dtype: torch.dtype) -> Tensor:
    """Return the ID that each row of the joined frame has in its own type, ``(rows,)``."""
    return torch.cat([torch.arange(frame.num_rows, dtype=dtype, device=frame.device) for frame in frames])


def types_of_rows(frames: Sequence[Frame], types: Sequence[int], dtype: torch.dtype) -> Tensor:
    """Return the number of the type that each row of the joined frame comes from, ``(rows,)``."""
    counts = torch.tensor([frame.num_rows for frame in frames], device=frames[0].device)
    return torch.repeat_interleave(torch.tensor(types, dtype=dtype, device=counts.device), counts)


def join_relations(
    graph: GraphParts, indices: Sequence[int], src_spaces: Sequence[int], dst_spaces: Sequence[int]
) -> Relation:
    """Return the edges of several relations, end to end, between spaces that are joined end to end.

    Args:
        graph: whose relations.
        indices: numbers of the relations.
        src_spaces: spaces of sources, in the order in which they are joined.
        dst_spaces: likewise of destinations.
    """
    src_starts, num_src = _starts(graph, src_spaces)
    dst_starts, num_dst = _starts(graph, dst_spaces)
    src, dst = [], []
    for index in indices:
        starts, ends = graph.relations[index].coo()
        src.append(starts + src_starts[graph.schema.src_spaces[index]])
        dst.append(ends + dst_starts[graph.schema.dst_spaces[index]])
    return Relation.from_coo(torch.cat(src), torch.cat(dst), num_src, num_dst, in_range=True)


def _starts(graph: GraphParts, spaces: Sequence[int]) -> tuple[dict[int, int], int]:
    """Return where each space begins when they are joined, and the number of nodes of all."""
    starts, total = {}, 0
    for space in spaces:
        starts[space] = total
        total += graph.node_frames[space].num_rows
    return starts, total

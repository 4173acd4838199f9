"""User-defined reducers, run once for all nodes of equal in-degree.

Note [Degree buckets]: nodes are sorted by degree, and what a reducer reads is gathered once in that order and cut in
one piece a degree. So a graph with many different degrees costs no more gathering than one with a single degree, in the
backward pass too, where the gradients of the pieces are joined before they are scattered.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import torch
from torch import Tensor

from weft.errors import InputError
from weft.graph.columns import Scheme
from weft.graph.frame import Frame
from weft.graph.passage import Passage
from weft.graph.udf import NodeBatch, NodeFunction
from weft.graph.user_functions import call
from weft.kernels import gather_rows


class _Pieces:
    """Columns of a frame, each cut in pieces when it is first read."""

    def __init__(self, where: str, frame: Frame, rows: Tensor, sizes: list[int]) -> None:
        self.where = where
        self.frame = frame.select(rows)
        self.sizes = sizes
        self._cut: dict[str, tuple[Tensor, ...]] = {}

    def get(self, name: str, bucket: int) -> Tensor:
        if name not in self._cut:
            # Nobody else holds what is cut here, so that a reducer may change its piece in place.
            self._cut[name] = torch.unsafe_split_with_sizes(self.frame.get(self.where, name), self.sizes)
        return self._cut[name][bucket]


class _Piece(MutableMapping[str, Any]):
    """Columns of one bucket; ``degree`` is None for node features, which have no such dimension."""

    def __init__(self, pieces: _Pieces, bucket: int, degree: int | None = None) -> None:
        self._pieces = pieces
        self._bucket = bucket
        self._degree = degree
        self._set: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in self._set:
            return self._set[name]
        piece = self._pieces.get(name, self._bucket)
        return piece if self._degree is None else piece.unflatten(0, (-1, self._degree))

    def __setitem__(self, name: str, value: Any) -> None:
        self._set[name] = value

    def __delitem__(self, name: str) -> None:
        raise InputError(f"{self._pieces.where}: {name!r} cannot be deleted from a batch.")

    def __contains__(self, name: object) -> bool:
        return name in self._set or name in self._pieces.frame.columns

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._pieces.frame.columns), **self._set})

    def __len__(self) -> int:
        return len(list(iter(self)))


def reduce_by_degree(where: str, passage: Passage, func: NodeFunction, messages: Frame) -> dict[str, Tensor]:
    """Return what a user-defined reducer makes of the messages that arrive at each destination.

    Args:
        where: function named in messages.
        passage: edges and nodes.
        func: runs once for each in-degree that occurs, in ascending order, on nodes of ascending ID.
        messages: a row for each edge of the passage.

    Returns:
        Feature name to ``(num_dst, *trailing)``. The frame's initializer (zeros) gives the rows of nodes without
        messages. Nothing at all when no node has any, because the reducer did not run.

    Raises:
        InputError: the reducer returns other names for one degree than for another.
        ShapeError: a result without a row for each node of its batch.
    """
    csc = passage.relation.csc()
    ascending, order = torch.sort(csc.indptr.diff(), stable=True)
    degrees, counts = torch.unique_consecutive(ascending, return_counts=True)
    buckets = [(degree, count) for degree, count in zip(degrees.tolist(), counts.tolist(), strict=True) if degree > 0]
    nodes = order[passage.relation.num_dst - sum(count for _, count in buckets) :]
    eids = gather_rows(csc, nodes)[2]
    sizes = [count for _, count in buckets]
    data = _Pieces("nodes.data", passage.dst, nodes, sizes)
    mail = _Pieces("nodes.mailbox", messages, eids, [degree * count for degree, count in buckets])
    ids = passage.destinations()[nodes].split(sizes)
    results = [
        call(
            where,
            f"reducer of nodes with in-degree {degree}",
            func,
            NodeBatch(ids[bucket], passage.etype[2], _Piece(data, bucket), _Piece(mail, bucket, degree)),
        )
        for bucket, (degree, _) in enumerate(buckets)
    ]
    return _joined(where, passage, nodes, results)


def _joined(where: str, passage: Passage, nodes: Tensor, results: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Return each feature with the buckets' rows at ``nodes`` and initial values elsewhere."""
    joined = {}
    for name in results[0] if results else ():
        parts = [result.get(name) for result in results]
        shapes = {None if part is None else tuple(part.shape[1:]) for part in parts}
        if len(shapes) > 1 or any(result.keys() != results[0].keys() for result in results):
            returned = sorted({str({key: tuple(part.shape[1:]) for key, part in result.items()}) for result in results})
            raise InputError(
                f"{where}: the reducer returns different features for nodes of different in-degree, named with the "
                f"shapes of their rows: {' and '.join(returned)}; expected the same for all."
            )
        value = torch.cat([part for part in parts if part is not None])
        initial = _initial(passage, name, Scheme(tuple(value.shape[1:]), value.dtype))
        joined[name] = initial.index_copy(0, nodes, value)
    return joined


def _initial(passage: Passage, name: str, scheme: Scheme) -> Tensor:
    """Return the initial values of a passage's destinations, which the initializer knows by their IDs in the graph."""
    frame, ids = passage.dst, passage.dst_ids
    if ids is None or not frame.has_initializer(name):
        return frame.initial(name, scheme, slice(0, frame.num_rows))
    # An initializer makes a range of rows, so rows between the passage's are made and left out.
    start, stop = (int(ids[0]), int(ids[-1]) + 1) if len(ids) else (0, 0)
    return frame.initial(name, scheme, slice(start, stop)).index_select(0, ids - start)

"""Feature edits that do not outlive a block of code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weft.graph.frame import Frame
    from weft.graph.parts import GraphParts


class LocalScope:
    """``with g.local_scope():`` columns set or deleted inside are as before outside.

    Tensors themselves are shared: an in-place change of a tensor's values stays.
    """

    def __init__(self, graph: GraphParts) -> None:
        """Guard a graph."""
        self._graph = graph
        self._outer: list[tuple[list[Frame], list[Frame]]] = []

    def __enter__(self) -> None:
        self._outer.append((self._graph.node_frames, self._graph.edge_frames))
        self._graph.node_frames = [frame.copy() for frame in self._graph.node_frames]
        self._graph.edge_frames = [frame.copy() for frame in self._graph.edge_frames]

    def __exit__(self, *exception: object) -> None:
        self._graph.node_frames, self._graph.edge_frames = self._outer.pop()

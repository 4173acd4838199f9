"""The argument of user-defined messages and of predicates on edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from torch import Tensor

from weft.graph.passage import Passage
from weft.graph.schema import CanonicalEtype
from weft.graph.views import FrameData


class EdgeBatch:
    """Some or all edges of a type, with the features of their sources, of their destinations and of themselves.

    ``src``, ``dst`` and ``data`` map a feature's name to ``(n, *trailing)``, a row for each edge, gathered when read.
    Setting one changes the batch only.
    """

    def __init__(self, passage: Passage) -> None:
        """Take the edges of a passage."""
        self._passage = passage
        source, _, destination = passage.etype
        src, dst = passage.relation.coo()
        self.src = FrameData("edges.src", passage.src.select(src.long()), source)
        self.dst = FrameData("edges.dst", passage.dst.select(dst.long()), destination)
        self.data = FrameData("edges.data", passage.edges.copy(), passage.etype)

    @property
    def canonical_etype(self) -> CanonicalEtype:
        """Triple of the edge type."""
        return self._passage.etype

    def edges(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return source, destination and ID of each edge, each ``(n,)``, in the graph that was called on."""
        return self._passage.triples()

    def batch_size(self) -> int:
        """Return the number of edges."""
        return self._passage.relation.num_edges

    def __len__(self) -> int:
        return self.batch_size()


EdgeFunction: TypeAlias = Callable[[EdgeBatch], Mapping[str, Tensor]]
"""A user-defined message: from a batch to messages by name, each with a row for each edge of the batch."""

"""The arguments of functions that users write: batches of edges, and batches of nodes with a mailbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, TypeAlias

from torch import Tensor

from weft.errors import InputError
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


class NodeBatch:
    """Some or all nodes of a type, with their features and, in a reducer, with the messages that arrived."""

    def __init__(
        self,
        nodes: Tensor,
        ntype: str,
        data: MutableMapping[str, Any],
        mailbox: MutableMapping[str, Any] | None = None,
    ) -> None:
        """Take the nodes of a batch.

        Args:
            nodes: ``(n,)`` node IDs.
            ntype: their type.
            data: feature name to ``(n, *trailing)``, gathered when read. Setting one changes the batch only.
            mailbox: message name to ``(n, degree, *trailing)``; None when this is no reducer's batch.
        """
        self._nodes = nodes
        self.ntype = ntype
        self.data = data
        self._mailbox = mailbox

    @property
    def mailbox(self) -> MutableMapping[str, Any]:
        """Messages by name, ``(n, degree, *trailing)``: those of a node stand in the order of their edges' IDs.

        Raises:
            InputError: in a node function, which has no messages.
        """
        if self._mailbox is None:
            raise InputError(
                "nodes.mailbox: a node function gets no messages, only features; read the mailbox in the reducer and "
                "pass on what it returns."
            )
        return self._mailbox

    def nodes(self) -> Tensor:
        """Return the node IDs, ``(n,)``, in the graph that the function was called on."""
        return self._nodes

    def batch_size(self) -> int:
        """Return the number of nodes."""
        return len(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


NodeFunction: TypeAlias = Callable[[NodeBatch], Mapping[str, Tensor]]
"""A node function or a user-defined reducer: from a batch to features, each with a row for each node of the batch."""

"""The argument of node functions and of user-defined reducers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, TypeAlias

from torch import Tensor

from weft.errors import InputError


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

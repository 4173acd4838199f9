"""The argument of node functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from torch import Tensor


class NodeBatch:
    """Some or all nodes of a type, with their features."""

    def __init__(self, nodes: Tensor, ntype: str, data: Mapping[str, Tensor]) -> None:
        """Take ``(n,)`` node IDs and their rows of each feature."""
        self._nodes = nodes
        self.ntype = ntype
        self.data = data

    def nodes(self) -> Tensor:
        """Return the node IDs, ``(n,)``."""
        return self._nodes

    def batch_size(self) -> int:
        """Return the number of nodes."""
        return len(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


NodeFunction: TypeAlias = Callable[[NodeBatch], Mapping[str, Tensor]]
"""A node function: from a batch to new features, each with a row for each node of the batch."""

"""Methods of Graph about the graphs of a batch."""

from __future__ import annotations

import builtins
from typing import Any

from torch import Tensor

from weft.graph import batch_counts
from weft.graph.parts import GraphParts
from weft.graph.schema import Etype


class BatchMethods(GraphParts):
    """The graphs that a batch is made of; any other graph is a batch of one."""

    @property
    def batch_size(self) -> builtins.int:
        """Number of graphs in this batch."""
        return batch_counts.batch_size(self)

    def batch_num_nodes(self, ntype: str | None = None) -> Tensor:
        """Return ``(batch_size,)``: how many nodes of a type each graph has."""
        return batch_counts.batch_num_nodes(self, ntype)

    def batch_num_edges(self, etype: Etype | None = None) -> Tensor:
        """Return ``(batch_size,)``: how many edges of a type each graph has."""
        return batch_counts.batch_num_edges(self, etype)

    def set_batch_num_nodes(self, val: Any) -> None:
        """Say how many nodes each graph has: ``(batch_size,)``, or a dict of these by node type."""
        batch_counts.set_batch_num_nodes(self, val)

    def set_batch_num_edges(self, val: Any) -> None:
        """Say how many edges each graph has: ``(batch_size,)``, or a dict of these by edge type."""
        batch_counts.set_batch_num_edges(self, val)

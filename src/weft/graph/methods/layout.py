"""Methods of Graph about formats, ID type and device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import torch

from weft.graph.parts import GraphParts
from weft.relation import FORMATS

L = TypeVar("L", bound="LayoutMethods")


class LayoutMethods(GraphParts):
    """How the graph is held, and where."""

    def formats(self, formats: str | Sequence[str] | None = None) -> Any:
        """Return ``{'created': [...], 'not created': [...]}``, or a graph that keeps only the formats given.

        A format that may not be kept is made for each use and dropped: slower, never refused.
        """
        if formats is None:
            created = [name for name in FORMATS if all(name in r.created_formats() for r in self.relations)]
            kept = self.relations[0].kept
            return {"created": created, "not created": [name for name in kept if name not in created]}
        return self.with_relations([relation.restrict(formats) for relation in self.relations])

    def create_formats_(self) -> None:
        """Make every format that may be kept, for instance before workers fork or ``torch.compile`` traces."""
        for relation in self.relations:
            relation.create_formats()

    def astype(self: L, idtype: torch.dtype) -> L:
        """Return the graph with IDs of another type; itself when it has them."""
        if idtype == self.idtype:
            return self
        return self.with_relations([relation.astype(idtype) for relation in self.relations])

    def int(self: L) -> L:
        """Return the graph with int32 IDs."""
        return self.astype(torch.int32)

    def long(self: L) -> L:
        """Return the graph with int64 IDs."""
        return self.astype(torch.int64)

    def to(self: L, device: torch.device | str) -> L:
        """Return the graph on a device, features included; itself when it is there."""
        relations = [relation.to(device) for relation in self.relations]
        if all(new is old for new, old in zip(relations, self.relations, strict=True)):
            return self
        moved = self.with_relations(relations)
        moved.node_frames = [frame.to(relations[0].device) for frame in moved.node_frames]
        moved.edge_frames = [frame.to(relations[0].device) for frame in moved.edge_frames]
        return moved

    def cpu(self: L) -> L:
        """Return the graph on the CPU."""
        return self.to("cpu")

    def clone(self: L) -> L:
        """Return a graph that shares structure and tensors; columns set on one are not seen by the other."""
        return self.with_relations(self.relations)

    __copy__ = clone

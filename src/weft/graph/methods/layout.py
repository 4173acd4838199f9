"""Methods of Graph about formats, ID type and device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import torch

from weft.graph import pinning
from weft.graph.parts import GraphParts
from weft.graph.sharing import to_shared_memory
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

    def to(self: L, device: torch.device | str, *, non_blocking: bool = False) -> L:
        """Return the graph on a device, features included; itself when it is there.

        Args:
            device: where to.
            non_blocking: let copies from pinned memory run on while the program goes on, as in PyTorch.
        """
        relations = [relation.to(device, non_blocking=non_blocking) for relation in self.relations]
        if all(new is old for new, old in zip(relations, self.relations, strict=True)):
            return self
        moved = self.with_relations(relations)
        home = relations[0].device
        moved.node_frames = [frame.to(home, non_blocking=non_blocking) for frame in moved.node_frames]
        moved.edge_frames = [frame.to(home, non_blocking=non_blocking) for frame in moved.edge_frames]
        return moved

    def cpu(self: L) -> L:
        """Return the graph on the CPU."""
        return self.to("cpu")

    def clone(self: L) -> L:
        """Return a graph that shares structure and tensors; columns set on one are not seen by the other."""
        return self.with_relations(self.relations)

    __copy__ = clone

    def pin_memory_(self: L) -> L:
        """Move structure and features to page-locked memory, from which a GPU copies faster; return this graph.

        Raises:
            DeviceError: no CUDA device here, or the graph is not on the CPU.
        """
        pinning.pin(self)
        return self

    def unpin_memory_(self: L) -> L:
        """Move structure and features back to ordinary memory; return this graph."""
        pinning.unpin(self)
        return self

    def is_pinned(self) -> bool:
        """Return whether the structure lies in page-locked memory."""
        return pinning.is_pinned(self)

    def record_stream(self: L, stream: torch.cuda.Stream) -> L:
        """Keep the memory of this graph, on a GPU, until what ``stream`` has queued now is done; return this graph.

        Raises:
            DeviceError: the graph is not on a CUDA device.
        """
        pinning.record_stream(self, stream)
        return self

    def shared_memory(self: L, name: str, formats: Sequence[str] = FORMATS) -> L:
        """Return the structure, without features, in shared memory under a name, for other processes to open.

        ``weft.hetero_from_shared_memory(name)`` opens it for as long as the graph returned here lives. See
        ``weft.graph.sharing.to_shared_memory``.
        """
        return to_shared_memory(self, name, formats)

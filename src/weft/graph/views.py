"""What ``g.ndata``, ``g.edata``, ``g.nodes`` and ``g.edges`` return: windows on frames."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor

from weft.errors import FieldError, InputError, TypeNameError, did_you_mean, name_choices
from weft.graph.frame import Frame
from weft.graph.schema import Etype
from weft.graph.structure import all_edges, edge_rows, node_rows

if TYPE_CHECKING:
    from weft.graph.parts import GraphParts


class FrameData(MutableMapping[str, Any]):
    """Features of one type: name to tensor."""

    def __init__(self, where: str, frame: Frame, type_name: Hashable) -> None:
        """Look at a frame."""
        self._where = where
        self._frame = frame
        self._type_name = type_name

    def __getitem__(self, name: str) -> Tensor:
        return self._frame.get(self._where, name)

    def __setitem__(self, name: str, value: Tensor | Mapping[Any, Tensor]) -> None:
        if isinstance(value, Mapping):
            unknown = [key for key in value if key != self._type_name]
            if unknown:
                raise TypeNameError(f"{self._where}: {unknown[0]!r} is not the only type here, {self._type_name!r}.")
            for tensor in value.values():
                self._frame.set(self._where, name, tensor)
            return
        self._frame.set(self._where, name, value)

    def __delitem__(self, name: str) -> None:
        self._frame.get(self._where, name)
        del self._frame.columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self._frame.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._frame.columns)

    def __len__(self) -> int:
        return len(self._frame.columns)

    def __repr__(self) -> str:
        return repr(self._frame.columns)


class RowsData(MutableMapping[str, Any]):
    """Features of some nodes or edges of a type: name to the tensor of their rows."""

    def __init__(self, where: str, frame: Frame, rows: Tensor) -> None:
        """Look at the rows ``rows`` (int64) of a frame."""
        self._where = where
        self._frame = frame
        self._rows = rows

    def __getitem__(self, name: str) -> Tensor:
        return self._frame.get(self._where, name)[self._rows]

    def __setitem__(self, name: str, value: Tensor) -> None:
        self._frame.set_rows(self._where, name, self._rows, value)

    def __delitem__(self, name: str) -> None:
        raise InputError(f"{self._where}: a column cannot be deleted in part; delete {name!r} on the whole type.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._frame.columns)

    def __len__(self) -> int:
        return len(self._frame.columns)

    def __repr__(self) -> str:
        return repr(dict(self))


class TypedData(MutableMapping[str, Any]):
    """Features of several types: name to a dict from type to tensor, of those types that have it."""

    def __init__(self, where: str, frames: Mapping[Any, Frame], resolve: Any) -> None:
        """Look at several frames.

        Args:
            where: function named in messages.
            frames: type to frame.
            resolve: turns a user's name for a type into a key of ``frames``, or raises.
        """
        self._where = where
        self._frames = frames
        self._resolve = resolve

    def __getitem__(self, name: str) -> dict[Any, Tensor]:
        found = {key: frame.columns[name] for key, frame in self._frames.items() if name in frame.columns}
        if not found:
            names = list(self)
            raise FieldError(
                f"{self._where}: feature {name!r} is set on no type; there are {name_choices(names)}."
                f"{did_you_mean(name, names)}"
            )
        return found

    def __setitem__(self, name: str, value: Mapping[Any, Tensor]) -> None:
        if not isinstance(value, Mapping):
            raise InputError(
                f"{self._where}: got a {type(value).__name__} for {name!r}, but there are {len(self._frames)} types; "
                f"expected a dict from type to tensor, with types among {', '.join(map(repr, self._frames))}."
            )
        written = {}
        for key, tensor in value.items():
            frame = self._frames[self._resolve(self._where, key)]
            written[id(frame)] = (frame, frame.copy())
            written[id(frame)][1].set(self._where, name, tensor)
        for frame, changed in written.values():  # all of them fit
            frame.columns = changed.columns

    def __delitem__(self, name: str) -> None:
        for key in self[name]:
            del self._frames[key].columns[name]

    def __contains__(self, name: object) -> bool:
        return any(name in frame.columns for frame in self._frames.values())

    def __iter__(self) -> Iterator[str]:
        return iter({name: None for frame in self._frames.values() for name in frame.columns})

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __repr__(self) -> str:
        return repr({name: self[name] for name in self})


class Space(NamedTuple):
    """What ``g.nodes[...]`` and ``g.edges[...]`` return."""

    data: FrameData | RowsData
    """Features, name to tensor."""


class NodeView:
    """``g.nodes``: call it for node IDs, index it for features."""

    def __init__(self, graph: GraphParts, side: str = "") -> None:
        """Look at a graph; ``side`` is empty, ``src`` or ``dst``."""
        self._graph = graph
        self._where = f"{side}nodes"
        schema = graph.schema
        self._space = {"": schema.space, "src": schema.src_space, "dst": schema.dst_space}[side]

    def __call__(self, ntype: str | None = None) -> Tensor:
        """Return all node IDs of a type, ``(num_nodes,)``."""
        graph = self._graph
        count = graph.node_frames[self._space(self._where, ntype)].num_rows
        return torch.arange(count, dtype=graph.idtype, device=graph.device)

    def __getitem__(self, key: Any) -> Space:
        """Return the features of a type (``'user'``), of some nodes (IDs), or of both (``(ids, 'user')``)."""
        selected, ntype = _split_key(key)
        space = self._space(self._where, ntype)
        frame = self._graph.node_frames[space]
        if selected is None:
            return Space(FrameData(self._where, frame, self._graph.schema.ntypes[space]))
        return Space(RowsData(self._where, frame, node_rows(self._where, self._graph, selected, space)))


class EdgeView:
    """``g.edges``: call it for the edges, index it for features."""

    def __init__(self, graph: GraphParts) -> None:
        """Look at a graph."""
        self._graph = graph

    def __call__(self, form: str = "uv", order: str | None = "eid", etype: Etype | None = None) -> Any:
        """Return all edges: see ``Graph.all_edges``."""
        return all_edges(self._graph, form, order, etype)

    def __getitem__(self, key: Any) -> Space:
        """Return the features of a type (name or triple), of some edges (IDs), or of both (``(ids, etype)``)."""
        selected, etype = _split_key(key)
        index = self._graph.schema.relation("edges", etype)
        frame = self._graph.edge_frames[index]
        if selected is None:
            return Space(FrameData("edges", frame, self._graph.schema.canonical_etypes[index]))
        return Space(RowsData("edges", frame, edge_rows("edges", self._graph, selected, index, pairs=True)))


def _split_key(key: Any) -> tuple[Any, Any]:
    """Return the selection (None for all) and the type (None for the only one) that a key names."""
    if key is None or isinstance(key, str) or _is_triple(key):
        return None, key
    selected, name = key, None
    if isinstance(key, tuple) and len(key) == 2 and (isinstance(key[1], str) or _is_triple(key[1])):
        selected, name = key
    if isinstance(selected, slice):
        if selected != slice(None):
            raise InputError(f"nodes and edges: got {selected}; expected IDs, a type, or [:] for all.")
        return None, name
    return selected, name


def _is_triple(key: Any) -> bool:
    return isinstance(key, Sequence) and len(key) == 3 and all(isinstance(part, str) for part in key)

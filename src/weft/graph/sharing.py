"""Structure in named shared memory, which any process of the machine can open without copying it.

A segment is: 8 bytes that mark it, written last; 8 bytes with the length of the header; the header, JSON; the tensors,
each at a multiple of 64 bytes. Its name lives until the graph that made it is gone, or its process ends; who has opened
it keeps the memory for as long as a tensor of it lives.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from weft import checks
from weft.errors import DeviceError, GraphError, InputError
from weft.graph.parts import G, GraphParts
from weft.graph.schema import Schema
from weft.kernels import Compressed
from weft.relation import FORMATS, Relation

_MARK = b"WEFTGR01"
_ALIGNMENT = 64
_PREFIX = "weft-"
_DTYPES = {"int32": torch.int32, "int64": torch.int64}
_lock = threading.Lock()


class _Segment(SharedMemory):
    """Shared memory that may be let go of before the tensors that lie in it."""

    def __del__(self) -> None:
        with contextlib.suppress(BufferError, OSError):
            self.close()


_retired: list[_Segment] = []
"""Segments of graphs that are gone, to be closed once no tensor lies in them."""


class _Place(NamedTuple):
    """Where a tensor lies in a segment."""

    dtype: str
    length: int
    offset: int


def to_shared_memory(graph: G, name: str, formats: Sequence[str] = FORMATS) -> G:
    """Return the graph's structure, without features, in shared memory under a name.

    Args:
        graph: on the CPU.
        name: under which :func:`weft.hetero_from_shared_memory` opens it.
        formats: ``coo``, ``csr``, ``csc`` to copy, made where they are missing. Who needs another one makes it for
            itself.

    Raises:
        DeviceError: ``graph`` is not on the CPU.
        InputError: ``name`` is taken or cannot be one; an unknown format, or none.

    Source: DGL's ``DGLGraph.shared_memory``.
    """
    where = "shared_memory"
    _check_name(where, name)
    names = [formats] if isinstance(formats, str) else list(formats)
    for one in names:
        checks.choice(where, "formats", one, FORMATS)
    if not names:
        raise InputError(f"{where}: got no format; expected one or more of {', '.join(FORMATS)}.")
    if graph.device.type != "cpu":
        raise DeviceError(f"{where}: this graph is on {graph.device}; move it with .cpu() first.")
    tensors: list[Tensor] = []
    header = _describe(graph, [name for name in FORMATS if name in names], tensors)
    text = json.dumps(header).encode()
    first = _aligned(16 + len(text))
    size = first + sum(_aligned(tensor.nbytes) for tensor in tensors)
    _close_retired()
    try:
        segment = _Segment(_PREFIX + name, create=True, size=size)
    except FileExistsError:
        raise InputError(
            f"{where}: there is a graph named {name!r} in shared memory already; take another name."
        ) from None
    buffer = _memory(segment)
    buffer[8:16] = len(text).to_bytes(8, "little")
    buffer[16 : 16 + len(text)] = text
    offset = first
    for tensor in tensors:
        _tensor(buffer, _Place(str(tensor.dtype)[6:], len(tensor), offset)).copy_(tensor)
        offset += _aligned(tensor.nbytes)
    buffer[:8] = _MARK
    return _open(segment, type(graph), owner=True)


def open_shared_memory(name: str, kind: type[G]) -> G:
    """Return a graph of a class that lies in shared memory; see :func:`weft.hetero_from_shared_memory`."""
    where = "hetero_from_shared_memory"
    _check_name(where, name)
    _close_retired()
    try:
        segment = _attach(_PREFIX + name)
    except FileNotFoundError:
        raise InputError(
            f"{where}: there is no graph named {name!r} in shared memory; g.shared_memory({name!r}) puts one there, "
            "for as long as what it returns lives."
        ) from None
    if bytes(_memory(segment)[:8]) != _MARK:
        raise GraphError(f"{where}: what lies under {name!r} is no graph of this version of weft, or not complete.")
    return _open(segment, kind, owner=False)


def _memory(segment: _Segment) -> memoryview:
    assert segment.buf is not None  # only a closed segment has none
    return segment.buf


def _check_name(where: str, name: str) -> None:
    if not isinstance(name, str) or not name or "/" in name or "\0" in name:
        raise InputError(f"{where}: got name={name!r}; expected a string without '/'.")


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _describe(graph: GraphParts, formats: Sequence[str], tensors: list[Tensor]) -> dict[str, Any]:
    """Return the header, and append the tensors in the order in which it names them."""
    schema = graph.schema
    relations = []
    for relation in graph.relations:
        parts: dict[str, list[Any]] = {}
        for name in formats:
            held: tuple[Tensor | None, ...] = relation.coo() if name == "coo" else getattr(relation, name)()[:3]
            parts[name] = [None if part is None else (str(part.dtype)[6:], len(part)) for part in held]
            tensors += [part.contiguous() for part in held if part is not None]
        relations.append({"num_src": relation.num_src, "num_dst": relation.num_dst, "parts": parts})
    return {
        "idtype": str(graph.idtype)[6:],
        "ntypes": schema.src_ntypes,
        "dst_ntypes": schema.dst_ntypes if schema.is_block else None,
        "canonical_etypes": schema.canonical_etypes,
        "num_nodes": [frame.num_rows for frame in graph.node_frames],
        "num_edges": [relation.num_edges for relation in graph.relations],
        "relations": relations,
    }


def _open(segment: _Segment, kind: type[G], *, owner: bool) -> G:
    """Return the graph that lies in a segment."""
    buffer = _memory(segment)
    length = int.from_bytes(buffer[8:16], "little")
    header = json.loads(bytes(buffer[16 : 16 + length]))
    schema = Schema(header["ntypes"], [tuple(triple) for triple in header["canonical_etypes"]], header["dst_ntypes"])
    places = _places(header["relations"], _aligned(16 + length))
    relations = []
    for described, num_edges in zip(header["relations"], header["num_edges"], strict=True):
        formats = {
            name: [None if part is None else _tensor(buffer, next(places)) for part in parts]
            for name, parts in described["parts"].items()
        }
        relations.append(_relation(described, num_edges, _DTYPES[header["idtype"]], formats))
    graph = kind(schema, relations, header["num_nodes"])
    weakref.finalize(graph, _retire, segment, owner)
    return graph


def _places(relations: Sequence[dict[str, Any]], offset: int) -> Iterator[_Place]:
    """Yield where each tensor lies, in the order of the header."""
    for described in relations:
        for parts in described["parts"].values():
            for part in parts:
                if part is None:
                    continue
                dtype, length = part
                yield _Place(dtype, length, offset)
                offset += _aligned(length * _DTYPES[dtype].itemsize)


def _tensor(buffer: memoryview, place: _Place) -> Tensor:
    if place.length == 0:
        return torch.empty(0, dtype=_DTYPES[place.dtype])
    # By NumPy, whose arrays keep the memory open; torch.frombuffer lets it be closed under the tensor.
    return torch.from_numpy(np.frombuffer(buffer, dtype=place.dtype, count=place.length, offset=place.offset))


def _relation(
    described: dict[str, Any], num_edges: int, idtype: torch.dtype, formats: dict[str, list[Tensor | None]]
) -> Relation:
    num_src, num_dst = described["num_src"], described["num_dst"]
    compressed = {
        name: Compressed(*formats[name], num_cols)  # type: ignore[arg-type, call-arg]
        for name, num_cols in (("csr", num_dst), ("csc", num_src))
        if name in formats
    }
    return Relation(
        num_src,
        num_dst,
        num_edges,
        idtype,
        torch.device("cpu"),
        coo=tuple(formats["coo"]) if "coo" in formats else None,  # type: ignore[arg-type]
        csr=compressed.get("csr"),
        csc=compressed.get("csc"),
    )


def _attach(name: str) -> _Segment:
    """Return an existing segment, without making this process the one that removes it at its end."""
    if sys.version_info >= (3, 13):
        return _Segment(name, track=False)
    # Before Python 3.13, opening registers the segment with a process that removes it when this one ends.
    with _lock:
        register = resource_tracker.register
        resource_tracker.register = lambda *_: None
        try:
            return _Segment(name)
        finally:
            resource_tracker.register = register


def _retire(segment: _Segment, owner: bool) -> None:
    if owner:
        with contextlib.suppress(FileNotFoundError):
            segment.unlink()
    _retired.append(segment)


def _close_retired() -> None:
    """Close the segments in which no tensor lies any more."""
    waiting = []
    while _retired:
        segment = _retired.pop()
        try:
            segment.close()
        except BufferError:
            waiting.append(segment)
    _retired.extend(waiting)

"""Tensors in one file: in the container of safetensors, with a description in JSON and checksums.

Any reader of safetensors can read the tensors. Note [Checksums of a tensor file]: the data are cut into chunks of
4 MiB, each with its CRC-32, so that a reader who needs a part of a large file checks just the chunks that it touches.
The header has a SHA-256 over the description, the chunks' checksums and the table of tensors.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from weft.errors import DtypeError, GraphFileError
from weft.store.files import atomic_writer

CHUNK_BYTES = 1 << 22
_CODES = {
    torch.float64: "F64",
    torch.int64: "I64",
    torch.float32: "F32",
    torch.int32: "I32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
"""What every version of safetensors reads; widest first, so that each tensor starts at a multiple of its item."""
_BITS = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}
_FOREIGN = {
    b"\x3f\xa1\xb4\x46\xf0\x4f\x2e\xdd": "dgl.save_graphs wrote it. Load it with DGL and give the edges to weft.graph",
}
_WAY_OUT = "Save the graphs again."


def stored(tensor: Tensor) -> Tensor:
    """Return a tensor of a dtype that the file has, with the same bits: complex numbers as pairs, others as integers.

    Raises:
        DtypeError: a sparse or quantised tensor.
    """
    if tensor.layout != torch.strided or tensor.is_quantized:
        raise DtypeError(
            f"save_graphs: a feature is a tensor of layout {tensor.layout} and {tensor.dtype}; expected a dense one: "
            "use .to_dense() or .dequantize()."
        )
    tensor = tensor.detach()
    if tensor.is_complex():
        return torch.view_as_real(tensor.resolve_conj())
    if tensor.dtype not in _CODES:
        return tensor.contiguous().view(_BITS[tensor.element_size()])
    return tensor


def restored(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """Return the tensor that `stored` was given."""
    if dtype.is_complex:
        return torch.view_as_complex(tensor)
    return tensor if tensor.dtype == dtype else tensor.view(dtype)


def write_tensor_file(
    path: Path, columns: Mapping[str, Sequence[Tensor]], description: Mapping[str, Any], kind: str
) -> None:
    """Write tensors, each given as pieces that follow one another, without a copy of the whole.

    Args:
        path: replaced at once when all is written; its folder is made when missing.
        columns: name to pieces, one or more, `stored`, of one dtype and trailing shape.
        description: what JSON can hold.
        kind: name of the entry that holds the description, by which a reader knows its files.

    Raises:
        OutputError: the folder cannot be written or the disk is full; the old file is untouched then.
    """
    widest_first = list(_CODES)
    names = sorted(columns, key=lambda name: widest_first.index(columns[name][0].dtype))
    table: dict[str, Any] = {}
    end = 0
    for name in names:
        first, start = columns[name][0], end
        shape = [sum(len(piece) for piece in columns[name]), *first.shape[1:]]
        end += sum(piece.numel() for piece in columns[name]) * first.element_size()
        table[name] = {"dtype": _CODES[first.dtype], "shape": shape, "data_offsets": [start, end]}
    about = json.dumps(description)
    size = len(_header(table, kind, about, "0" * (8 * -(-end // CHUNK_BYTES))))
    with atomic_writer(path) as stream:
        stream.write(bytes(size))
        chunks = _write_data(stream, (run for name in names for run in _runs(columns[name])))
        stream.seek(0)
        stream.write(_header(table, kind, about, chunks))


def _header(table: Mapping[str, Any], kind: str, about: str, chunks: str) -> bytes:
    metadata = {kind: about, "crc32": chunks, "sha256": _digest(table, about, chunks)}
    text = json.dumps({"__metadata__": metadata, **table}).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def _digest(table: Mapping[str, Any], about: str, chunks: str) -> str:
    return hashlib.sha256(json.dumps([table, about, chunks], sort_keys=True).encode()).hexdigest()


def _runs(pieces: Sequence[Tensor]) -> Iterator[Tensor]:
    """Yield the pieces, small ones joined with those that follow, so that many of them cost few writes."""
    start, size = 0, 0
    for number, piece in enumerate(pieces):
        size += piece.numel() * piece.element_size()
        if size >= CHUNK_BYTES or number == len(pieces) - 1:
            yield torch.cat(list(pieces[start : number + 1])) if number > start else piece
            start, size = number + 1, 0


def _write_data(stream: BinaryIO, runs: Iterable[Tensor]) -> str:
    """Write the bytes of all tensors and return the checksums of their chunks, eight hex digits each."""
    sums, current, room = [], 0, CHUNK_BYTES
    for run in runs:
        flat = run.cpu().flatten()
        if flat.stride(0) != 1:  # a column of one row, say, which counts as contiguous with any stride
            flat = flat.clone(memory_format=torch.contiguous_format)
        data = flat.view(torch.uint8).numpy().data
        while len(data):
            part = data[:room]
            stream.write(part)
            current, room, data = zlib.crc32(part, current), room - len(part), data[len(part) :]
            if room == 0:
                sums.append(current)
                current, room = 0, CHUNK_BYTES
    if room < CHUNK_BYTES:
        sums.append(current)
    return "".join(f"{value:08x}" for value in sums)


class TensorFile:
    """A file that `write_tensor_file` wrote. Tensors are memory-mapped: what is not looked at is not read.

    The mapping is private: a change in place of a tensor stays in memory. Replacing the file leaves the tensors as they
    are; writing into it does not.
    """

    def __init__(self, path: Path, where: str, kind: str, *, verify: bool) -> None:
        """Read and check the header.

        Args:
            path: where it lies.
            where: function named in messages.
            kind: as it was written.
            verify: compare checksums of the data that are asked for.

        Raises:
            GraphFileError: no such file, another kind of file, or a damaged one.
        """
        self._path, self._where, self._verify = path, where, verify
        self._table, about, chunks, self._data_start = self._read_header(kind)
        self.description: dict[str, Any] = json.loads(about)
        self._sums = [int(chunks[start : start + 8], 16) for start in range(0, len(chunks), 8)]
        self._checked: set[int] = set()
        self._mapped: dict[str, Tensor] = {}
        self._open()

    def _open(self) -> None:
        from safetensors import SafetensorError, safe_open

        expected = self._data_start + max((entry["data_offsets"][1] for entry in self._table.values()), default=0)
        size = self._path.stat().st_size
        if size != expected:
            fault = "truncated" if size < expected else "damaged"
            raise self._error(f"is {fault}: it has {size} bytes instead of {expected}. {_WAY_OUT}")
        try:
            self._file = safe_open(self._path, framework="pt")
        except (SafetensorError, OSError) as error:
            raise self._error(f"cannot be read ({error}). {_WAY_OUT}") from error

    def _read_header(self, kind: str) -> tuple[dict[str, Any], str, str, int]:
        """Return the table of tensors, the description, the chunks' checksums, and where the data start."""
        try:
            with open(self._path, "rb") as stream:
                start = stream.read(8)
                length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
                if start in _FOREIGN:
                    raise self._error(f"is no file of weft: {_FOREIGN[start]}.")
                rest = self._path.stat().st_size - 8
                text = stream.read(length) if length <= max(rest, 0) else b""
        except FileNotFoundError:
            raise GraphFileError(f"{self._where}: there is no file {self._path}.") from None
        except OSError as error:
            raise self._error(f"cannot be read ({error.strerror or error}).") from error
        try:
            table = json.loads(text)
            metadata = table.pop("__metadata__")
            about, chunks, digest = metadata[kind], metadata["crc32"], metadata["sha256"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._error("is no file of weft.save_graphs, or its start is damaged or all there is.") from None
        if _digest(table, about, chunks) != digest:
            raise self._error(f"is damaged: the checksum of its header differs. {_WAY_OUT}")
        return table, about, chunks, 8 + length

    def _error(self, what: str) -> GraphFileError:
        return GraphFileError(f"{self._where}: {self._path} {what}")

    def names(self) -> list[str]:
        """Return the names of the tensors."""
        return list(self._table)

    def rows(self, name: str, start: int = 0, stop: int | None = None) -> Tensor:
        """Return rows ``start`` to ``stop`` (by default all) of a tensor, as a view on the file.

        Raises:
            GraphFileError: their bytes differ from those that were written.
        """
        entry = self._table[name]
        stop = entry["shape"][0] if stop is None else stop
        if self._verify and entry["shape"][0]:
            first, last = entry["data_offsets"]
            width = (last - first) // entry["shape"][0]
            self._check(first + start * width, first + stop * width)
        if name not in self._mapped:
            self._mapped[name] = self._file.get_tensor(name)
        return self._mapped[name][start:stop]

    def _check(self, first: int, last: int) -> None:
        """Compare the checksums of the chunks that hold the bytes ``first`` to ``last`` of the data."""
        wanted = range(first // CHUNK_BYTES, -(-last // CHUNK_BYTES)) if last > first else range(0)
        missing = [chunk for chunk in wanted if chunk not in self._checked]
        if not missing:
            return
        with open(self._path, "rb") as stream:
            for chunk in missing:
                stream.seek(self._data_start + chunk * CHUNK_BYTES)
                if zlib.crc32(stream.read(CHUNK_BYTES)) != self._sums[chunk]:
                    place = self._data_start + chunk * CHUNK_BYTES
                    raise self._error(f"is damaged: the checksum of its bytes from {place} on differs. {_WAY_OUT}")
                self._checked.add(chunk)

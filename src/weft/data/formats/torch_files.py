"""Tensors and arrays in files that ``torch.save`` wrote, without running what is pickled in them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray

from weft.data.formats.arrays import existing
from weft.errors import TableError


class Bag:
    """Attributes of an object whose class is not loaded, as they were pickled."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def read_torch(file: Path | BinaryIO, bags: Sequence[str] = ()) -> Any:
    """Return what ``torch.save`` wrote: tensors, NumPy arrays of numbers, and lists and dictionaries of them.

    PyTorch's own restricted unpickler reads the file; arrays are made by weft of the bytes and the plain dtype that the
    file gives, since NumPy would trust any description of a dtype.

    Args:
        file: its path, or an open file.
        bags: full names of classes whose objects come as a ``Bag`` of their attributes.

    Raises:
        TableError: no such file, or one that is damaged or holds objects of other classes.
    """
    what = repr(str(file)) if isinstance(file, (str, os.PathLike)) else "the open file"
    if isinstance(file, (str, os.PathLike)):
        existing(Path(file), "read_torch")
    try:
        with torch.serialization.safe_globals([*_NUMPY, *((Bag, name) for name in bags)]):
            return _filled(torch.load(file, map_location="cpu", weights_only=True))
    except Exception as error:
        # Damage shows as an error of any kind.
        said = re.search(r"Unsupported (?:global|class|operand)[^\n]*", str(error))
        reason = said.group() if said else (str(error) or repr(error)).splitlines()[0]
        raise TableError(f"read_torch: {what} cannot be read: {reason}") from error


class _Dtype:
    """Dtype of plain numbers, as a file describes it."""

    def __init__(self, code: str, *_: Any) -> None:
        self.dtype = np.dtype(code)
        if self.dtype.kind not in "biufc" or self.dtype.subdtype is not None:
            raise TableError(f"read_torch: an array of dtype {code!r}; only plain numbers are read.")

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order = state[1]
        if any(part is not None for part in state[2:5]) or order not in ("<", ">", "|", "="):
            raise TableError("read_torch: an array with named fields; only plain numbers are read.")
        self.dtype = self.dtype.newbyteorder(order)


class _Array:
    """Array that is made when all of the file is read."""

    state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.state = state

    def made(self) -> NDArray[Any]:
        """Return the array."""
        _, shape, described, is_fortran, data = self.state
        flat = np.frombuffer(bytearray(_bytes(data)), dtype=described.dtype)
        array = flat.reshape(shape, order="F" if is_fortran else "C")
        return np.ascontiguousarray(array, dtype=described.dtype.newbyteorder("=")).reshape(shape)


def _reconstruct(*_: Any) -> _Array:
    return _Array()


def _scalar(described: _Dtype, data: Any) -> Any:
    return np.frombuffer(_bytes(data), dtype=described.dtype)[0]


def _bytes(data: Any) -> bytes:
    return data.encode("latin1") if isinstance(data, str) else bytes(data)


def _no_bytes() -> bytes:
    return b""


def _filled(value: Any) -> Any:
    """Return ``value`` with arrays in the place of what stands for them."""
    if isinstance(value, _Array):
        return value.made()
    if isinstance(value, dict):
        return {key: _filled(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_filled(item) for item in value)
    if isinstance(value, Bag):
        value.__dict__.update({name: _filled(item) for name, item in value.__dict__.items() if name != "_parent"})
    return value


_NUMPY: tuple[Any, ...] = (
    (_Array, "numpy.ndarray"),
    (_Dtype, "numpy.dtype"),
    *((_no_bytes, f"{module}.bytes") for module in ("builtins", "__builtin__")),
    *((_reconstruct, f"numpy.{core}.multiarray._reconstruct") for core in ("core", "_core")),
    *((_scalar, f"numpy.{core}.multiarray.scalar") for core in ("core", "_core")),
)

"""Tensors and arrays in files that ``torch.save`` wrote, without running code from them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch

from weft.data.formats.arrays import existing
from weft.errors import TableError


class Bag:
    """Attributes of an object whose class is not loaded, as it was pickled."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def read_torch(path: Path | BinaryIO, bags: Sequence[str] = ()) -> Any:
    """Return what a file of ``torch.save`` holds: tensors, NumPy arrays and containers of them.

    Args:
        path: the file, or one that is open.
        bags: full names of classes whose objects are returned as a ``Bag`` of their attributes.

    Raises:
        TableError: no such file, or it holds objects of other classes.
    """
    if isinstance(path, (str, os.PathLike)):
        existing(Path(path), "read_torch")
    allowed: list[Any] = [*_numpy_classes(), *((Bag, name) for name in bags)]
    try:
        with torch.serialization.safe_globals(allowed):
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise TableError(f"read_torch: {str(path)!r} cannot be read: {str(error).splitlines()[0]}") from error


def _numpy_classes() -> list[Any]:
    """Return what a pickled NumPy array is made of, under its names of NumPy 1 and 2."""
    rebuild = np.zeros(0).__reduce__()[0]
    scalar = np.float64(0).__reduce__()[0]
    found: list[Any] = [np.ndarray, np.dtype, *(type(np.dtype(code)) for code in "?bhilqBHILQefdSU")]
    for module in ("numpy.core.multiarray", "numpy._core.multiarray"):
        found += [(rebuild, f"{module}._reconstruct"), (scalar, f"{module}.scalar")]
    return found

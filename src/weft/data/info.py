"""What is known of a data set beside its tensors, in a file that people can read: JSON instead of a pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from weft.errors import InputError
from weft.store.files import write_atomically


def save_info(path: str | os.PathLike[str], info: Mapping[str, Any]) -> None:
    """Write a dict to a file: text, numbers, booleans, None, and lists and dicts of these.

    Args:
        path: of the file, which is replaced at once when all is written; missing folders are made.
        info: numbers of NumPy become plain ones, tuples become lists. Tensors and arrays belong in the labels of
            `weft.save_graphs`, or in `save_tensors`.

    Raises:
        InputError: something else in it, or a key that is no text; the message says where.
        OutputError: the file cannot be written.

    Source: DGL's ``dgl.data.utils.save_info``, which pickles.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_info(f"{folder}/info.json", {"num_classes": 7, "names": ("a", "b")})
    ...     load_info(f"{folder}/info.json")
    {'num_classes': 7, 'names': ['a', 'b']}
    """
    if not isinstance(info, Mapping):
        raise InputError(f"save_info: got a {type(info).__name__}; expected a dict.")
    write_atomically(Path(path), json.dumps(_plain(info, "info"), ensure_ascii=False, indent=1).encode())


def load_info(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the dict that `save_info` wrote.

    Raises:
        InputError: no such file, or one that `save_info` did not write.

    Source: DGL's ``dgl.data.utils.load_info``.
    """
    try:
        info = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"load_info: there is no file {str(path)!r}.") from error
    except ValueError as error:
        raise InputError(f"load_info: {str(path)!r} was not written by save_info: {error}.") from error
    if not isinstance(info, dict):
        raise InputError(f"load_info: {str(path)!r} holds a {type(info).__name__}; save_info writes a dict.")
    return info


def _plain(value: Any, place: str) -> Any:
    """Return what JSON holds and gives back as it is."""
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise InputError(f"save_info: {place} has the key {key!r}; keys are text.")
        return {key: _plain(part, f"{place}[{key!r}]") for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, f"{place}[{number}]") for number, part in enumerate(value)]
    if isinstance(value, np.generic) and isinstance(value.item(), (bool, int, float, str)):
        return value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise InputError(
        f"save_info: {place} is a {type(value).__name__}; text, numbers, lists and dicts can be written. Tensors "
        "belong in the labels of weft.save_graphs, or in weft.data.save_tensors."
    )

"""Where public data sets are looked for."""

from __future__ import annotations

import os
from pathlib import Path

from weft.errors import InputError

VARIABLE = "WEFT_DATA_DIR"
"""Environment variable that names the folder which holds one folder a data set."""


def data_folder() -> Path | None:
    """Return the folder named by ``WEFT_DATA_DIR``, or None when the variable is not set."""
    named = os.environ.get(VARIABLE, "").strip()
    return Path(named).expanduser() if named else None


def find_dataset(name: str, root: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of data set ``name``: ``root`` itself when given, else ``WEFT_DATA_DIR/name``.

    Raises:
        InputError: neither is given, or there is no such folder.
    """
    parent = data_folder()
    if root is None and parent is None:
        raise InputError(
            f"data set {name!r}: nowhere to look. Set {VARIABLE} to the folder that holds {name!r}, or pass its folder."
        )
    folder = Path(root) if root is not None else Path(str(parent)) / name
    if not folder.is_dir():
        where = "the folder given" if root is not None else VARIABLE
        raise InputError(f"data set {name!r}: there is no folder {str(folder)!r} ({where}).")
    return folder

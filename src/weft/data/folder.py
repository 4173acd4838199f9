"""Where public data sets are looked for, and where what is downloaded or made is kept."""

from __future__ import annotations

import os
from pathlib import Path

from weft.errors import InputError

VARIABLE = "WEFT_DATA_DIR"
"""Environment variable that names the folder which holds one folder a data set. Nothing is ever written there."""
DOWNLOAD_VARIABLE = "WEFT_DOWNLOAD_DIR"
"""Environment variable that names the folder for downloads and caches."""


def data_folder() -> Path | None:
    """Return the folder named by ``WEFT_DATA_DIR``, or None when the variable is not set."""
    named = os.environ.get(VARIABLE, "").strip()
    return Path(named).expanduser() if named else None


def get_download_dir() -> str:
    """Return the folder for downloads and caches: ``WEFT_DOWNLOAD_DIR``, else ``~/.cache/weft/data``.

    ``XDG_CACHE_HOME`` takes the place of ``~/.cache`` where it is set. The folder need not exist yet.

    Source: DGL's ``dgl.data.utils.get_download_dir``, whose variable is ``DGL_DOWNLOAD_DIR``.
    """
    named = os.environ.get(DOWNLOAD_VARIABLE, "").strip()
    if named:
        return str(Path(named).expanduser())
    cache = os.environ.get("XDG_CACHE_HOME", "").strip() or "~/.cache"
    return str(Path(cache).expanduser() / "weft" / "data")


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

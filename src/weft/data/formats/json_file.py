"""JSON files that hold one object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from weft.data.formats.arrays import existing
from weft.errors import TableError


def read_json(path: Path, needed: Sequence[str] = ()) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises:
        TableError: no such file, no JSON object, or one without a key of ``needed``.
    """
    try:
        found = json.loads(existing(path, "read_json").read_bytes())
    except ValueError as error:
        raise TableError(f"read_json: {str(path)!r} is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise TableError(f"read_json: {str(path)!r} holds a {type(found).__name__}; expected an object.")
    missing = [key for key in needed if key not in found]
    if missing:
        raise TableError(f"read_json: {str(path)!r} has no {missing[0]!r}.")
    return found

"""Where the raw files of published data sets come from, with their checksums, as written in ``published.txt``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources

from weft.data.raw_files import RawFile


def published_files(folder: str, names: Iterable[str], *, optional: bool = False) -> list[RawFile]:
    """Return files of the data set ``folder`` with the address and checksum that ``published.txt`` gives.

    Args:
        folder: of the data set, below ``WEFT_DATA_DIR``.
        names: of the files in it. One that the table does not have gets neither.
        optional: the data set can do without them.
    """
    known = _known()
    found = []
    for name in names:
        url, sha256 = known.get(f"{folder}/{name}", (None, None))
        found.append(RawFile(name, url=url, sha256=sha256, optional=optional))
    return found


@cache
def _known() -> dict[str, tuple[str, str]]:
    """Return path below ``WEFT_DATA_DIR`` to address and checksum."""
    known: dict[str, tuple[str, str]] = {}
    base = ""
    for line in resources.files("weft.data").joinpath("published.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("https://"):
            base = line
        elif line and not line.startswith("#"):
            sha256, path, source = line.split(" ")
            known[path] = (base + source, sha256)
    return known

"""The files that a public data set is read from: what they are called, where they lie, where they come from."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from weft.data.archive import extract_members
from weft.data.download import check_sha256, download
from weft.data.folder import VARIABLE, data_folder, get_download_dir
from weft.errors import DownloadError, InputError, OutputError


@dataclass(frozen=True)
class RawFile:
    """A file as it was published.

    ``sha256`` is the checksum of the file itself, also where it comes out of an archive; it is compared when the file
    is downloaded, so that a folder of the user's own may hold another version.
    """

    name: str
    """Its path in the folder of the data set: ``ind.cora.x``, ``raw/edges.csv``."""
    url: str | None = None
    """Where it comes from, or where the archive comes from that holds it; None when it cannot be fetched."""
    sha256: str | None = None
    """64 hexadecimal digits, where they are known."""
    member: str | None = None
    """Its path in the archive (``.zip``, ``.tar``, ``.gz`` ...) that ``url`` names; None when ``url`` is the file."""
    optional: bool = False
    """The data set can do without it."""


def find_raw_files(files: Sequence[RawFile], places: Sequence[Path]) -> Path | None:
    """Return the first of the folders in which all files lie that are not optional; None where there is none."""
    return next((place for place in places if not missing_files(files, place)), None)


def missing_files(files: Sequence[RawFile], folder: Path) -> list[RawFile]:
    """Return those of the files that a folder lacks, without the optional ones."""
    return [file for file in files if not file.optional and not (folder / file.name).is_file()]


def places_of(folder: str, raw_dir: str | os.PathLike[str] | None) -> list[Path]:
    """Return where files of the data set ``folder`` are looked for, in this order.

    With ``raw_dir``: in ``raw_dir/folder``, and in ``raw_dir`` itself. Without: in ``WEFT_DATA_DIR/folder`` and in the
    user's folder of downloads.
    """
    if raw_dir is not None:
        given = Path(raw_dir).expanduser()
        return [given / folder, given]
    offline = data_folder()
    return [*([offline / folder] if offline else []), Path(get_download_dir()) / folder]


def fetch_raw_files(what: str, files: Sequence[RawFile], folder: Path, *, log: bool) -> None:
    """Download the files that a folder lacks; of an archive, only what is wanted is kept.

    Where several processes ask for one folder, as those of a distributed training do, one fetches and the others wait.

    Raises:
        InputError: a file that is missing has no URL.
        DownloadError: a file cannot be fetched, has another checksum, or is not in its archive.
        OutputError: the folder cannot be made.
    """
    # Nothing is made for files that are there, or that nobody can fetch.
    if _missing(what, files, folder):
        with _alone_in(folder):
            _fetch_missing(what, files, folder, log=log)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process fetches into a folder; makes it when it is missing.

    Windows and some network file systems have no such lock; there, processes that start at once may fetch twice.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {str(folder)!r} cannot be made: {error}.") from error
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _missing(what: str, files: Sequence[RawFile], folder: Path) -> list[RawFile]:
    """Return the files that a folder lacks and that can be fetched; refuse a wanted one without a URL."""
    missing = [file for file in files if not (folder / file.name).is_file() and (file.url or not file.optional)]
    for file in missing:
        if file.url is None:
            raise InputError(f"{what}: the file {file.name!r} has to be put into {str(folder)!r}; it has no URL.")
    return missing


def _fetch_missing(what: str, files: Sequence[RawFile], folder: Path, *, log: bool) -> None:
    missing = _missing(what, files, folder)
    for url in dict.fromkeys(str(file.url) for file in missing):
        wanted = [file for file in missing if file.url == url]
        for file in wanted:
            if file.member is None:
                download(url, str(folder / file.name), sha256=file.sha256, log=log)
        archived = [file for file in wanted if file.member is not None]
        if archived:
            _fetch_members(what, url, archived, folder, log=log)


def locate_raw_files(
    what: str, folder: str, files: Sequence[RawFile], raw_dir: str | os.PathLike[str] | None, *, log: bool = True
) -> Path:
    """Return the folder that has all files which are not optional, after downloading them where they are nowhere.

    Raises:
        InputError: a file is missing and has no URL.
        DownloadError: a file cannot be fetched.
    """
    places = places_of(folder, raw_dir)
    found = find_raw_files(files, places)
    if found is not None:
        return found
    place = places[0] if raw_dir is not None else places[-1]
    if any(file.url is None for file in missing_files(files, place)):
        raise InputError(explain_missing(what, folder, files, places))
    fetch_raw_files(what, files, place, log=log)
    return place


def _fetch_members(what: str, url: str, files: Sequence[RawFile], folder: Path, *, log: bool) -> None:
    """Download an archive, take its files out and delete it."""
    archive = Path(download(url, str(folder), log=log))
    with tempfile.TemporaryDirectory(dir=folder) as unchecked:
        places = {str(file.member): Path(unchecked) / str(number) for number, file in enumerate(files)}
        found = extract_members(archive, places)
        for file in files:
            if file.member not in found:
                if file.optional:
                    continue
                raise DownloadError(f"{what}: the archive {url} holds no file {file.member!r}.")
            place = places[str(file.member)]
            if file.sha256 is not None and not check_sha256(place, file.sha256):
                raise DownloadError(
                    f"{what}: {file.member!r} in the archive {url} has another SHA-256 than {file.sha256}: it is "
                    "damaged, or another version was published."
                )
            (folder / file.name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(place, folder / file.name)
    archive.unlink()


def explain_missing(what: str, folder: str, files: Sequence[RawFile], places: Sequence[Path]) -> str:
    """Return a message that names the files which are missing, where they were looked for and where to get them."""
    closest = min(places, key=lambda place: len(missing_files(files, place)))
    missing = missing_files(files, closest)
    names = ", ".join(repr(file.name) for file in missing[:5]) + (" ..." if len(missing) > 5 else "")
    urls = list(dict.fromkeys(file.url for file in missing if file.url))
    source = f" Get them from {', '.join(urls)}." if urls else ""
    return (
        f"{what}: cannot find {names}. Looked in {', '.join(repr(str(place)) for place in places)}.{source} "
        f"Set {VARIABLE} to a folder that holds {folder!r} with the files in it, or pass raw_dir."
    )

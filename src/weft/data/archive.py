"""Archives: files out of zip, tar and gz, and never out of the folder they belong in."""

from __future__ import annotations

import gzip
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from weft.errors import InputError, OutputError

_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, RuntimeError)


class _Member(NamedTuple):
    """A file in an archive."""

    name: str
    open: Callable[[], IO[bytes]]


def extract_archive(file: str | os.PathLike[str], target_dir: str | os.PathLike[str], overwrite: bool = True) -> None:
    """Take all files out of an archive.

    A ``.gz`` that is no ``.tar.gz`` is one file, named without ``.gz``.

    Args:
        file: ``.zip``, ``.tar``, ``.tar.gz``, ``.tgz``, ``.tar.bz2``, ``.tar.xz`` or ``.gz``.
        target_dir: folder for them, made when missing.
        overwrite: False leaves a folder alone that is there already.

    Raises:
        InputError: no such file, another kind of file, a damaged one, a member that would lie outside the folder,
            or one that is no file, such as a link; nothing that stands behind it is taken out.
        OutputError: a file cannot be written.

    Source: DGL's ``dgl.data.utils.extract_archive``.
    """
    target = Path(target_dir)
    if target.exists() and not overwrite:
        return
    with _members(Path(file)) as members:
        for member in members:
            _copy(Path(file), member, target / member.name)


def extract_members(file: str | os.PathLike[str], places: Mapping[str, Path]) -> set[str]:
    """Take those files out of an archive that are named, each to its place, and return which were there.

    Raises:
        InputError: as `extract_archive`.
    """
    found = set()
    with _members(Path(file)) as members:
        for member in members:
            if member.name in places:
                _copy(Path(file), member, places[member.name])
                found.add(member.name)
    return found


def _copy(archive: Path, member: _Member, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with member.open() as source, open(place, "wb") as stream:
            shutil.copyfileobj(source, stream)
    except _DAMAGE as error:
        with suppress(OSError):
            place.unlink()
        # Damage has no number of the operating system.
        if isinstance(error, OSError) and error.errno is not None:
            raise OutputError(f"extract_archive: {str(place)!r} cannot be written: {error}.") from error
        raise InputError(f"extract_archive: {member.name!r} in {str(archive)!r} cannot be read: {error}.") from error


@contextmanager
def _members(archive: Path) -> Iterator[Iterator[_Member]]:
    """Open an archive; its files come in order, each readable until the next one comes."""
    if not archive.is_file():
        raise InputError(f"extract_archive: there is no file {str(archive)!r}.")
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                yield _of_zip(archive, opened)
        elif tarfile.is_tarfile(archive):
            with tarfile.open(archive) as tar:
                yield _of_tar(archive, tar)
        elif archive.suffix == ".gz":
            yield _of_gzip(archive)
        else:
            raise InputError(f"extract_archive: {str(archive)!r} is no zip, tar or gz file.")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise InputError(f"extract_archive: {str(archive)!r} is damaged: {error}.") from error


def _of_zip(archive: Path, opened: zipfile.ZipFile) -> Iterator[_Member]:
    for entry in opened.infolist():
        if not entry.is_dir():
            # The upper half holds the file mode of Unix: 0xA000 is a symbolic link.
            _check(archive, entry.filename, is_file=(entry.external_attr >> 16) & 0xF000 != 0xA000)
            yield _Member(entry.filename, partial(opened.open, entry))


def _of_tar(archive: Path, opened: tarfile.TarFile) -> Iterator[_Member]:
    for entry in opened:
        if entry.isdir():
            continue
        _check(archive, entry.name, is_file=entry.isfile())
        yield _Member(entry.name.removeprefix("./"), partial(_tar_file, opened, entry))


def _tar_file(opened: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    source = opened.extractfile(entry)
    assert source is not None, "a regular file"
    return source


def _of_gzip(archive: Path) -> Iterator[_Member]:
    def opened() -> IO[bytes]:
        return gzip.open(archive, "rb")  # type: ignore[return-value]

    yield _Member(archive.stem, opened)


def _check(archive: Path, name: str, *, is_file: bool) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise InputError(f"extract_archive: {str(archive)!r} holds {name!r}, which would lie outside the folder.")
    if not is_file:
        raise InputError(f"extract_archive: {str(archive)!r} holds {name!r}, which is no file but a link or a device.")

"""Files from the network: resumed when cut off, compared with their checksums, in place when whole."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from weft.errors import DownloadError, InputError, OutputError

FIRST_PAUSE = 1.0
"""Seconds before the second try; doubled with each."""
_BLOCK = 1 << 18
_TIMEOUT = 60.0
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


def download(
    url: str,
    path: str | os.PathLike[str] | None = None,
    overwrite: bool = True,
    sha1_hash: str | None = None,
    retries: int = 5,
    verify_ssl: bool = True,
    log: bool = True,
    *,
    sha256: str | None = None,
) -> str:
    """Fetch a file and return its path.

    The file appears under its name when it is whole and its checksum is right. What came before a connection broke is
    kept beside it as ``.NAME.part``, and the next try, or the next call, asks for the rest, if the server says that the
    file is still the same.

    Args:
        url: ``http`` or ``https``.
        path: of the file, or of a folder for it; the working folder by default. Missing folders are made.
        overwrite: fetch it when there is such a file already; False keeps one whose checksum is right.
        sha1_hash: 40 hexadecimal digits that the file must have, or the first of them.
        retries: tries after the first one; the pause between them doubles.
        verify_ssl: check the certificate of the server.
        log: show the progress.
        sha256: 64 hexadecimal digits that the file must have.

    Raises:
        InputError: no such kind of URL, or fewer than 0 retries.
        DownloadError: no answer, an answer that is an error, or a file with another checksum.
        OutputError: the file cannot be written.

    Source: DGL's ``dgl.data.utils.download``.
    """
    address = urllib.parse.urlsplit(url)
    if address.scheme not in ("http", "https"):
        raise InputError(f"download: got the URL {url!r}; expected one that starts with http:// or https://.")
    if retries < 0:
        raise InputError(f"download: got retries={retries}; expected 0 or more.")
    target = _target(address.path, path)
    if target.is_file() and not overwrite and not _wrong_checksum(target, sha1_hash, sha256):
        return str(target)
    context = ssl.create_default_context()
    if not verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    _make_folder(target.parent)
    partial = _Partial(target)
    for attempt in range(retries + 1):
        if attempt:
            time.sleep(FIRST_PAUSE * 2 ** (attempt - 1))
        try:
            _fetch(url, partial, context, log=log)
            break
        except urllib.error.HTTPError as error:
            if error.code == 416:
                # The part is no part of what the server has.
                partial.discard()
            elif error.code not in _TRY_AGAIN:
                raise DownloadError(f"download: {url} answers {error.code} {error.reason}.") from error
            failure: Exception = error
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, OutputError):
                raise
            failure = error
    else:
        raise DownloadError(
            f"download: {url} could not be fetched in {retries + 1} tries: {failure}. Try again later: what has come "
            f"is kept; or fetch it another way and put it at {str(target)!r}."
        ) from failure
    wrong = _wrong_checksum(partial.path, sha1_hash, sha256)
    if wrong:
        partial.discard()
        raise DownloadError(f"download: {url} has {wrong}: it is damaged, or another version was published.")
    os.replace(partial.path, target)
    partial.discard()
    return str(target)


def check_sha1(filename: str | os.PathLike[str], sha1_hash: str) -> bool:
    """Return whether a file has this SHA-1, or one that starts with it.

    Source: DGL's ``dgl.data.utils.check_sha1``.
    """
    return _digest(filename, "sha1").startswith(sha1_hash.lower()) and bool(sha1_hash)


def check_sha256(filename: str | os.PathLike[str], sha256: str) -> bool:
    """Return whether a file has this SHA-256."""
    return _digest(filename, "sha256") == sha256.lower()


def _digest(filename: str | os.PathLike[str], algorithm: str) -> str:
    digest = hashlib.new(algorithm)
    with open(filename, "rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _wrong_checksum(path: Path, sha1_hash: str | None, sha256: str | None) -> str:
    """Return what is wrong with the checksum of a file; an empty text when nothing is."""
    if sha1_hash is not None and not check_sha1(path, sha1_hash):
        return f"another SHA-1 than {sha1_hash}"
    if sha256 is not None and not check_sha256(path, sha256):
        return f"another SHA-256 than {sha256}"
    return ""


def _target(url_path: str, path: str | os.PathLike[str] | None) -> Path:
    name = urllib.parse.unquote(url_path.rsplit("/", 1)[-1]) or "download"
    if path is None:
        return Path(Path(name).name)
    given = Path(path).expanduser()
    return given / Path(name).name if given.is_dir() or str(path).endswith(("/", os.sep)) else given


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"download: the folder {str(folder)!r} cannot be made: {error}.") from error


class _Partial:
    """The part of a file that has come, and what the server calls that version of the file."""

    def __init__(self, target: Path) -> None:
        self.path = target.with_name(f".{target.name}.part")
        self._note = target.with_name(f".{target.name}.part.json")

    def resumable(self, url: str) -> tuple[int, str]:
        """Return how many bytes have come, and the tag to ask for the rest of; 0 where it must start again."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            return (self.path.stat().st_size, str(note["tag"])) if note["url"] == url else (0, "")
        except (OSError, ValueError, KeyError, TypeError):
            return 0, ""

    def remember(self, url: str, tag: str) -> None:
        self._note.write_text(json.dumps({"url": url, "tag": tag}), encoding="utf-8")

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def _fetch(url: str, partial: _Partial, context: ssl.SSLContext, *, log: bool) -> None:
    """Fetch what is missing of a file into its part.

    Raises:
        OSError, HTTPException: the connection failed or broke.
        OutputError: the part cannot be written.
    """
    have, tag = partial.resumable(url)
    request = urllib.request.Request(url, headers={"User-Agent": "weft", "Accept-Encoding": "identity"})
    if have and tag:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", tag)
    with urllib.request.urlopen(request, timeout=_TIMEOUT, context=context) as answer:
        resumed = answer.status == 206 and str(answer.headers.get("Content-Range", "")).startswith(f"bytes {have}-")
        if answer.status == 206 and not resumed:
            partial.discard()
            raise http.client.HTTPException("the server sent another part than was asked for")
        # A weak tag does not vouch for the bytes.
        etag = answer.headers.get("ETag", "")
        validator = etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")
        length = answer.headers.get("Content-Length")
        have = have if resumed else 0
        total = have + int(length) if length is not None else None
        try:
            if not resumed:
                partial.discard()
                if validator:
                    partial.remember(url, validator)
            with open(partial.path, "ab" if resumed else "wb") as stream, _progress(url, have, total, log=log) as show:
                while block := answer.read(_BLOCK):
                    stream.write(block)
                    have += len(block)
                    if show is not None:
                        show.update(show.task_ids[0], completed=have)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            if error.errno is not None and error.filename is not None:
                raise OutputError(f"download: cannot write {str(partial.path)!r}: {error}.") from error
            raise
    if total is not None and have != total:
        raise http.client.HTTPException(f"the connection broke after {have} of {total} bytes")


def _progress(url: str, have: int, total: int | None, *, log: bool) -> AbstractContextManager[Any]:
    """Return a bar for a terminal, shown while it is open; a line elsewhere; nothing without ``log``."""
    if not log:
        return nullcontext()
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    console = Console(stderr=True)
    name = url.rsplit("/", 1)[-1] or url
    if not console.is_terminal:
        size = f" ({total / 1e6:.1f} MB)" if total is not None else ""
        console.print(f"downloading {url}{size}", highlight=False, markup=False)
        return nullcontext()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    progress = Progress(*columns, TimeRemainingColumn(), console=console, transient=True)
    progress.add_task(name, total=total, completed=have)
    return progress
